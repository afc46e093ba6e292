"""What holds for every test: laws are tried on the same examples each time, and none is timed."""

import gc

from hypothesis import settings

settings.register_profile("the same every time", deadline=None, derandomize=True)
settings.load_profile("the same every time")


def pytest_collection_finish() -> None:
    """Let Python look for cycles only among what the tests make, as a gateway that serves does."""
    gc.collect()
    gc.freeze()
