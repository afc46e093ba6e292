"""What serves a country: how many of each part, and what a question costs each."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Self

from bench.capacity.figures import Figures, Line

GROUP: Final = 64  # callers of the measured group
_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Engine:
    """`under_lock_ms` comes to each commit while the log's lock is held."""

    called: str
    under_lock_ms: float
    source: str


POSTGRESQL: Final = Engine("PostgreSQL, as measured", 0.0, "this run")
IN_ONE_REGION: Final = Engine(
    "distributed, three zones of a region",
    2 * 1.5,
    "two rounds of a quorum, each 1.5 ms between zones: an assumption of ours",
)
ACROSS_REGIONS: Final = Engine(
    "distributed, three regions",
    2 * 15.0,
    "two rounds of a quorum, each 15 ms between regions: an assumption of ours",
)
ENGINES: Final = (POSTGRESQL, IN_ONE_REGION, ACROSS_REGIONS)


@dataclass(frozen=True, slots=True)
class Parts:
    """Costs in milliseconds; `slow` is how much longer CPU takes where others want the cores.

    What an entry holds the lock for was measured by the clock, and is not slowed again.

    `logs` are independent ones, each with its own database and key service: regions of their own.
    Of several, the busiest takes `uneven` times its share.
    """

    processes: int
    question: Line
    keys_ms: float
    entries: float
    entry_ms: float
    alone_ms: float
    database_ms: float
    database_cores: int
    index_ms: float
    agency_ms: float = 300.0
    timeout_ms: float = 1500.0
    under_lock_ms: float = 0.0
    slow: float = 1.0
    logs: int = 1
    uneven: float = 2.0

    @classmethod
    def of(cls, figures: Figures, processes: int, engine: Engine = POSTGRESQL) -> Self:
        """The parts as they were measured."""
        return cls(
            processes=processes,
            question=figures.first_screen,
            keys_ms=figures.keys_ms,
            entries=figures.entries,
            entry_ms=max(0.0, (GROUP * figures.held_ms - figures.alone_ms) / (GROUP - 1)),
            alone_ms=max(figures.alone_ms, figures.held_ms),
            database_ms=figures.database_ms,
            database_cores=8,
            index_ms=figures.index_ms,
            under_lock_ms=engine.under_lock_ms,
        )

    def hold_ms(self, entries: int) -> float:
        """How long a group of so many entries holds the lock."""
        return self.alone_ms + (entries - 1) * self.entry_ms + self.under_lock_ms

    def limits(self, asked: int) -> dict[str, float]:
        """Questions a second at which each part is busy all the time."""
        entry = self.hold_ms(GROUP) / GROUP
        logs = max(1.0, self.logs / self.uneven)
        return {
            "gateway CPU": self.processes * 1000 / self.question.at(asked),
            "the log's lock": logs * 1000 / (self.entries * entry),
            "PostgreSQL CPU": logs * self.database_cores * 1000 / self.database_ms,
            "key service": logs * 1000 / self.keys_ms,
            "search index": logs * 1000 / (self.entries * self.index_ms),
        }

    def first(self, asked: int) -> tuple[str, float]:
        """The part that breaks first, and at how many questions a second."""
        return min(self.limits(asked).items(), key=lambda each: each[1])


def processes_for(figures: Figures, rate: float, asked: int) -> int:
    """Gateway processes of one core each, none busier than its share; two at least."""
    return max(2, ceil(rate * figures.first_screen.at(asked) / 1000 / _SHARE))


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operator, or this project, can decide, and whether it is built."""

    called: str
    built: bool
    times_processes: int = 1
    logs: int = 1

    def over(self, parts: Parts) -> Parts:
        """The parts once it is decided."""
        return replace(parts, processes=parts.processes * self.times_processes, logs=self.logs)


_MOST: Final = 100
DECISIONS: Final = (
    Decision("as it is", built=True),
    Decision("10 times the gateways", built=True, times_processes=10),
    Decision("100 times the gateways", built=True, times_processes=_MOST),
    Decision("and ten regions of their own", built=True, times_processes=_MOST, logs=10),
    Decision("and one log in eight partitions", built=False, times_processes=_MOST, logs=8),
)
