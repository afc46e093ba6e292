"""Entries that are gone: each must be named by a pruning that stands later in the same log."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final

import orjson

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
        held: dict[str, Any] = orjson.loads(leaf)
        if held["kind"] != "PRUNING":
            return None
        spans = tuple((_whole(first), _whole(last)) for first, last in held["pruned"])
        at, who, policy = (_text(held[name]) for name in ("at", "user", "policy_version"))
        found = Pruning(index, at, who, policy, spans)
    except (ValueError, KeyError, TypeError):
        raise LogRefused(f"entry {index} is a pruning that cannot be read", index) from None
    if not all(0 <= first <= last < index for first, last in spans):
        raise LogRefused(f"entry {index} prunes what is not before it", index)
    return found


def _whole(number: object) -> int:
    # A text, a truth value or a fraction is no place in a log, though Python would count it as one.
    if type(number) is not int:
        raise TypeError
    return number


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said


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
