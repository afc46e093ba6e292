"""The documents that the docs and the bench ask: what most clients send."""

from collections.abc import Mapping
from typing import Final

from bench.town.question import FIRST_SCREEN, OUTCOMES
from tests.support.town import QUERY

SCREENS: Final[Mapping[str, str]] = {
    "first screen": FIRST_SCREEN,
    "outcomes": OUTCOMES,
    "a town's": QUERY,
}
