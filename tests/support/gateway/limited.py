"""A question put to one source within its limits."""

from adapters.contract.contract import (
    Question,
)
from tests.support.plain_sources import ON_BEHALF

QUESTION = Question("by-number", {}, frozenset(), 0.0, ON_BEHALF)
