"""Counts of questions and records, that can be added up, with their shares and bounds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

WHOLE: Final = ""  # the group of everybody
_Z: Final = 1.96  # of a two-sided interval of 95%


@dataclass(slots=True)
class Counts:
    """What came of the questions of one setting.

    `groups` has, for every group and for the whole: `held` children with a record in reach and
    `found` of them; `own` records in reach, of which so many were `certain`, or certain or `shown`;
    the same with `_after` after one exchange. `questions` has the questions by what they were like.
    `why` says what stood against the own records that stayed uncertain, `falses` where each false
    question can be found.
    """

    questions: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    why: Counter[str] = field(default_factory=Counter)
    falses: list[str] = field(default_factory=list)

    def add(self, other: "Counts") -> None:
        """Count another's as well."""
        self.questions.update(other.questions)
        self.why.update(other.why)
        self.falses += other.falses
        for group, counts in other.groups.items():
            self.groups[group].update(counts)

    def count(self, group: str, what: str, times: int = 1) -> None:
        """Count for the group and for the whole."""
        self.groups[group][what] += times
        self.groups[WHOLE][what] += times

    def share(self, what: str, of: str, group: str = WHOLE) -> "Share":
        """So many of these."""
        counts = self.groups[group]
        return Share(counts[what], counts[of])


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with bounds of 95%."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def margin(self) -> float:
        """Half the width of the interval (Wilson)."""
        n, p = max(1, self.whole), self.value
        return _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)

    @property
    def at_most(self) -> float:
        """The upper bound, one-sided (Clopper and Pearson); of none it is the rule of three."""
        return upper_bound(self.part, self.whole)


def upper_bound(events: int, trials: int, confidence: float = 0.95) -> float:
    """The largest rate at which so few events or fewer have still a chance of 1 - confidence."""
    if events >= trials:
        return 1.0
    low, high = events / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high)
            if _at_most(events, trials, middle) > 1 - confidence
            else (
                low,
                middle,
            )
        )
    return high


def _at_most(events: int, trials: int, rate: float) -> float:
    """The chance of so many events or fewer (binomial)."""
    if rate >= 1.0:
        return 0.0
    term = total = (1 - rate) ** trials
    for k in range(1, events + 1):
        term *= (trials - k + 1) / k * rate / (1 - rate)
        total += term
    return total


def summed(every: Iterable[Counts]) -> Counts:
    """All of them together."""
    total = Counts()
    for each in every:
        total.add(each)
    return total
