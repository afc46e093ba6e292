"""What holds for every test: laws are tried on the same examples each time, and none is timed."""

from hypothesis import settings

settings.register_profile("the same every time", deadline=None, derandomize=True)
settings.load_profile("the same every time")
