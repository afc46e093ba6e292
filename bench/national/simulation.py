"""A small discrete-event simulation of gateways, key service, log and agencies.

Every part is a queue: a gateway process and a key service do one thing at a time, and a log's lock
is held by one gateway at a time for all that waits there. Agencies wait for nobody.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Final

from bench.national.country import Country
from bench.national.parts import Parts
from bench.national.waves import Arrival, Wave

_SPREAD: Final = 0.6  # of the logarithm of an agency's time
_FAILURES: Final = 5  # in a row open a breaker
_OPEN_MS: Final = 10_000.0


@dataclass(slots=True)
class Server:
    """One thing at a time, in turn."""

    free: float = 0.0
    busy: float = 0.0

    def done(self, now: float, ms: float) -> float:
        """When so much work that comes now is done."""
        self.free = max(self.free, now) + ms
        self.busy += ms
        return self.free


@dataclass(slots=True)
class LogLock:
    """The log's lock: gateways in turn, each with all the entries that wait there by then."""

    turns: deque[int] = field(default_factory=deque)
    waiting: dict[int, list[Callable[[], None]]] = field(default_factory=dict)
    held: bool = False
    busy: float = 0.0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wave: seconds of each question, and each part's share of the time."""

    took_s: list[float]
    busy: dict[str, float]
    group: float
    unanswered: int

    def at(self, share: float) -> float:
        """The time within which this share of the questions was answered."""
        ordered = sorted(self.took_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class _Question:
    arrival: Arrival
    process: int
    log: int
    left: int
    asked: int


@dataclass
class Simulation:
    """One wave over one set of parts; `constant` agencies all take their median."""

    parts: Parts
    country: Country
    wave: Wave
    seconds: float
    constant: bool = False

    def __post_init__(self) -> None:
        """Nothing has happened yet."""
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._dice = Random(11)
        self._gateways = [Server() for _ in range(self.parts.processes)]
        self._keys = [Server() for _ in range(self.parts.logs)]
        self._logs = [LogLock() for _ in range(self.parts.logs)]
        self._failures: dict[tuple[int, str], int] = defaultdict(int)
        self._open: dict[tuple[int, str], float] = {}
        self._took: list[float] = []
        self._unanswered = 0

    def run(self, arrivals: Iterable[Arrival]) -> Outcome:
        """Everything until the last question is answered."""
        for number, arrival in enumerate(arrivals):
            self._at(arrival.at * 1000, partial(self._come, arrival, number))
        while self._events:
            self.now, _, what = heapq.heappop(self._events)
            what()
        return self._outcome()

    def _at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._number), what))

    def _come(self, arrival: Arrival, number: int) -> None:
        log = self.country.region_of(arrival.council) % self.parts.logs
        # Gateways of a region serve that region.
        process = number % self.parts.processes
        asked = len(arrival.agencies)
        question = _Question(arrival, process, log, asked, asked)
        self._work(question, self.parts.question.base / 2, lambda: self._keyed(question))

    def _work(self, question: _Question, ms: float, then: Callable[[], None]) -> None:
        self._at(self._gateways[question.process].done(self.now, ms * self.parts.slow), then)

    def _keyed(self, question: _Question) -> None:
        ms = self.parts.keys_ms * self.parts.slow
        then = self._keys[question.log].done(self.now, ms)
        self._at(then, lambda: self._entered(question, lambda: self._ask(question)))

    def _entered(self, question: _Question, then: Callable[[], None]) -> None:
        log = self._logs[question.log]
        if question.process not in log.waiting:
            log.waiting[question.process] = []
            log.turns.append(question.process)
        log.waiting[question.process].append(then)
        self._turn(log)

    def _turn(self, log: LogLock) -> None:
        if log.held or not log.turns:
            return
        group = log.waiting.pop(log.turns.popleft())
        ms = self.parts.hold_ms(len(group))
        log.held, log.busy, log.groups = True, log.busy + ms, log.groups + 1
        self._at(self.now + ms, lambda: self._committed(log, group))

    def _committed(self, log: LogLock, group: list[Callable[[], None]]) -> None:
        log.held = False
        for then in group:
            then()
        self._turn(log)

    def _ask(self, question: _Question) -> None:
        silent = self.wave.is_silent(self.country, self.now / 1000, self.seconds)
        for agency in question.arrival.agencies:
            after, answers = self._call(question.process, agency, silent=agency in silent)
            key = (question.process, agency)
            self._at(self.now + after, partial(self._answered, question, key, answers))

    def _call(self, process: int, agency: str, *, silent: bool) -> tuple[float, bool | None]:
        """How long a call takes, and whether it is answered; None if it is not made."""
        if self._open.get((process, agency), 0.0) > self.now:
            return 0.0, None
        if silent:
            return self.parts.timeout_ms, False
        spread = 1.0 if self.constant else self._dice.lognormvariate(0, _SPREAD)
        return min(self.parts.agency_ms * spread, self.parts.timeout_ms), True

    def _answered(self, question: _Question, key: tuple[int, str], went: bool | None) -> None:  # noqa: FBT001 - as `_call` said it
        if went is True:
            self._failures[key] = 0
        else:
            self._unanswered += 1
        if went is False:
            self._failures[key] += 1
            if self._failures[key] >= _FAILURES:
                self._open[key] = self.now + _OPEN_MS
        self._work(question, self.parts.question.each, lambda: self._one_less(question))

    def _one_less(self, question: _Question) -> None:
        question.left -= 1
        if not question.left:
            self._work(question, self.parts.question.base / 2, lambda: self._released(question))

    def _released(self, question: _Question) -> None:
        self._entered(question, lambda: self._took.append(self._since(question)))

    def _since(self, question: _Question) -> float:
        return self.now / 1000 - question.arrival.at

    def _outcome(self) -> Outcome:
        ms = max(self.now, 1.0)
        logs = self._logs
        busy = {
            "gateway CPU": sum(each.busy for each in self._gateways) / len(self._gateways) / ms,
            "key service": max(each.busy for each in self._keys) / ms,
            "the log's lock": max(each.busy for each in logs) / ms,
        }
        groups = sum(each.groups for each in logs)
        group = 2 * len(self._took) / groups if groups else 0.0
        return Outcome(self._took, busy, group, self._unanswered)
