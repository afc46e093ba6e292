"""What holds for every test: laws are tried on the same examples each time, and none is timed.

`make laws` tries more of them, and others each time. The longest files begin first, or with
`--order N` the seed says which. Files that need the same costly place run in one process. The
fixtures of PostgreSQL stand here, as one that is
imported by several files starts a server for each.
"""

import gc
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.support.longest import LONGEST
from tests.support.memory_disk import write_in_memory
from tests.support.postgres import durable, postgres
from tests.support.samples import LONG, examples
from tests.support.together import place_of

__all__ = ["durable", "postgres"]

ROOT: Final = Path(__file__).parents[1]
pytest_plugins: Final = ("tests.support.steady.order",)

gc.disable()  # while the tests are imported: all of them stay
write_in_memory()
settings.register_profile(
    "the laws",
    deadline=None,
    derandomize=not LONG,
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.too_slow],  # as on a busy machine everything is
)
settings.load_profile("the laws")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name no test by bytes that may differ: what is packed says when, and then no test runs."""
    legible = not isinstance(val, bytes) or (val.isascii() and val.decode().isprintable())
    return None if legible else argname


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front."""
    places = {ROOT / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share out the tests by file, but for files that need the same costly place."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - where it shares out at all

    class ByPlace(LoadFileScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return place_of(super()._split_scope(nodeid))

    return ByPlace(config, log)


def pytest_collection_finish() -> None:
    """Let Python look for cycles only among what the tests make, as a gateway that serves does.

    It does not look first among what was imported: that takes each process a second, for nothing.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)
    gc.enable()
