"""Which witnesses' signatures together are enough."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quorum:
    """`met` says whether witnesses of these names are enough; `needed` is the fewest that can be.

    If none are needed, the gateway serves without any.
    """

    needed: int
    met: Callable[[Collection[str]], bool]


def at_least(count: int) -> Quorum:
    """So many witnesses, whichever they are."""
    return Quorum(count, lambda names: len({*names}) >= count)
