"""Entries that are gone: each must be named by a pruning that stands later in the same log."""

import json
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final

from gateway.audit.verify.finding import LogRefused

_MARK: Final = b'"kind":"PRUNING"'


@dataclass(frozen=True, slots=True)
class Pruning:
    """What one entry of the log declares: by whom, when and under which policy so many went."""

    index: int
    at: str
    who: str
    policy: str
    spans: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """How many entries it names."""
        return sum(last - first + 1 for first, last in self.spans)


def pruning_of(index: int, leaf: bytes) -> Pruning | None:
    """What the entry at `index` declares; None if it is no pruning, Refused if it is a false one.

    It may name only entries before its own.
    """
    if _MARK not in leaf:
        return None
    try:
        held: dict[str, Any] = json.loads(leaf)
        if held["kind"] != "PRUNING":
            return None
        spans = tuple((int(first), int(last)) for first, last in held["pruned"])
        found = Pruning(index, held["at"], held["user"], held["policy_version"], spans)
    except (ValueError, KeyError, TypeError):
        raise LogRefused(f"entry {index} is a pruning that cannot be read", index) from None
    if not all(0 <= first <= last < index for first, last in spans):
        raise LogRefused(f"entry {index} prunes what is not before it", index)
    return found


def refuse_undeclared(missing: list[int], prunings: list[Pruning]) -> None:
    """Refused at the first missing entry that no pruning names."""
    spans = sorted(span for each in prunings for span in each.spans)
    reach: list[int] = []
    for _, last in spans:
        reach.append(max(last, reach[-1] if reach else -1))
    for index in missing:
        place = bisect_right(spans, index, key=lambda span: span[0]) - 1
        if place < 0 or reach[place] < index:
            raise LogRefused(f"entry {index} is missing, and no pruning names it", index)
