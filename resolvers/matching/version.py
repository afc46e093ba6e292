"""The matcher's version, for the log: raised whenever a gate, a level or a figure changes."""

from typing import Final

MATCHER: Final = "21"
