"""What one run measured, and nothing that anybody assumed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import linear_regression
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Line:
    """`base` and so much more for each of something, by least squares; never below zero."""

    base: float
    each: float

    @classmethod
    def through(cls, points: Mapping[float, float]) -> Self:
        """The line nearest to two or more points, each at its number."""
        each, base = linear_regression(list(points), list(points.values()))
        return cls(max(0.0, base), max(0.0, each))

    def at(self, number: float) -> float:
        """The value at so many."""
        return self.base + self.each * number


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU in milliseconds of one core, sizes in bytes or MiB, times in seconds.

    `first_screen` and `outcomes` are the gateway's CPU for a question, by the agencies asked.
    `idle_ms` is the CPU of a gateway in each second in which nobody asks. The others of a question
    are those of a first screen of seven. `held_ms` is how long an entry holds the log's lock in a
    group of 64 callers, `alone_ms` by itself. `start_s` is by the sources, `opened_s` by how
    often the log's entries were doubled, as a start from a signed state follows one proof.
    """

    first_screen: Line
    outcomes: Line
    idle_ms: float
    keys_ms: float
    database_ms: float
    entries: float
    commits: float
    rows: float
    wal_bytes: float
    appended_ms: float
    held_ms: float
    alone_ms: float
    commit_s: float
    entry_bytes: float
    index_bytes: float
    memory_mib: Line
    start_s: Line
    opened_s: Line
    recheck_ms: float
    index_ms: float
    cores: int
    load: float

    def as_json(self) -> dict[str, Any]:
        """For a file, and back by `of`."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        lines = {name: Line(**value) for name, value in told.items() if isinstance(value, dict)}
        return cls(**{**told, **lines})

    def question_ms(self, kind: str, agencies: float) -> float:
        """The gateway's CPU for one question of a kind: `first screen` or `outcomes`."""
        return (self.first_screen if kind == "first screen" else self.outcomes).at(agencies)
