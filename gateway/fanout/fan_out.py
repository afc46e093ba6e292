"""The connections to all sources, and each question's calls: started, heard as they end, cancelled.

Whom to ask next is not decided here: that is the question's, in `gateway.questions.waves`.
"""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Final, Self

from adapters.contract.contract import Fault, Unavailable
from adapters.contract.frozen import replace
from adapters.contract.record import Record
from gateway.fanout.breaker import BreakerState
from gateway.fanout.health import SourceHealth
from gateway.fanout.limits import CallCount
from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock

_TO_STOP_S: Final = 0.05  # closing a socket takes no time; a thread in a locked file takes seconds


class FanOut:
    """The connections to all sources; every question's calls go through them."""

    def __init__(self, connections: Mapping[str, SourceConnection], clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._ending: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        """Keep no answer of any source; what is under way goes on for those who wait for it."""
        for connection in self._connections.values():
            connection.forget()

    def confirm(self, answered: SourceAnswer, certain: Collection[Record]) -> None:
        """Take down that a source finds children: these of its records are certain."""
        self._connections[answered.source].confirm(answered, certain)

    def breakers(self) -> Mapping[str, BreakerState]:
        """How the breaker of each source stands, by its id; nobody is asked."""
        return {name: each.breaker for name, each in self._connections.items()}

    async def health(self) -> Mapping[str, SourceHealth]:
        """How each source is doing, by its id."""
        found = await asyncio.gather(
            *(connection.health() for connection in self._connections.values())
        )
        return dict(zip(self._connections, found, strict=True))

    @property
    def now(self) -> float:
        """The time on the clock by which sources are asked until a deadline, in seconds."""
        return self._clock.monotonic()

    def usual_s(self, sources: Iterable[str]) -> float:
        """Within how many seconds nearly each answer of each of these came; 0 before the first."""
        took = [self._connections[source].source_limits.usual_s for source in sources]
        return max([seconds for seconds in took if seconds is not None], default=0.0)

    async def until(self, deadline: float) -> None:
        """Return when the clock shows this, and not sooner."""
        await self._clock.hold(max(0.0, deadline - self._clock.monotonic()))

    def calls(self) -> "Calls":
        """The calls of one question, none under way yet; what is at the end is cancelled."""
        return Calls(self._connections, self._clock, self._ending)


class Calls:
    """The calls of one question: at most one to each source at a time, and searches beside them.

    `ending` has what is being cancelled of questions that are over.
    """

    def __init__(
        self,
        connections: Mapping[str, SourceConnection],
        clock: Clock,
        ending: set[asyncio.Task[None]],
    ) -> None:
        self._connections = connections
        self._ending = ending
        self.now = clock.monotonic
        """The time on the clock by which sources are asked until a deadline, in seconds."""
        self._running: dict[asyncio.Task[SourceAnswer], str] = {}
        self.running: Collection[str] = self._running.values()
        """The sources that were started and not heard of yet, searches left out."""
        self._searching: set[asyncio.Task[SourceAnswer]] = set()
        self._sent: dict[str, CallCount] = {}
        # Who waits for all tasks again at each arrival does so hundreds of times with hundreds.
        self._done: list[asyncio.Task[SourceAnswer]] = []
        self._arrival = asyncio.Event()
        self._alarm: tuple[float, asyncio.TimerHandle] | None = None

    async def __aenter__(self) -> Self:
        """The calls, with nothing asked yet."""
        return self

    async def __aexit__(self, _: object, failure: BaseException | None, __: object) -> None:
        """Cancel what is under way. An error waits for that, down to the sockets.

        Nobody waits for it at a question's own end: it would tell by a moment whether an agency was
        still under way.
        """
        if failure is not None:
            await self.cancel()
        elif self.under_way:
            ending = asyncio.create_task(self.cancel())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        else:
            self.silence()

    @property
    def under_way(self) -> bool:
        """Whether anything was started and is not over, searches too."""
        return bool(self._running or self._searching)

    def start(
        self, source: str, by: Sequence[Keys], asking: CallContext, before: SourceAnswer | None
    ) -> None:
        """Begin to ask a source, by the first of these keys and then by each other.

        `before` is what it answered so far; nothing that it tried is tried again.
        """
        sent = self._sent[source] = CallCount()
        connection = self._connections[source]
        if len(by) == 1:
            self._run(source, connection.ask(by[0], asking, before, sent))
        else:
            self._run(source, connection.ask_by_each(by, asking, before, sent))

    def start_further(
        self, source: str, by: Sequence[Keys], asking: CallContext, before: SourceAnswer
    ) -> None:
        """Begin to ask a source again by each of these keys, of one number each."""
        sent = self._sent[source] = CallCount()
        self._run(source, self._connections[source].ask_further(by, asking, before, sent))

    def search(self, source: str, keys: Keys, asking: CallContext) -> asyncio.Task[SourceAnswer]:
        """Begin to search a source by demographics alone; whoever started it waits for it."""
        task = asyncio.create_task(self._connections[source].search(keys, asking, CallCount()))
        self._searching.add(task)
        task.add_done_callback(self._searching.discard)
        return task

    async def heard(self, until: float) -> list[SourceAnswer]:
        """What came since the last time, in order of arrival; waits for the first, or a `wake`.

        Empty if the clock shows `until` before.
        """
        self._ring_at(until)
        await self._arrival.wait()
        self._arrival.clear()
        done, self._done = self._done, []
        answers = [task.result() for task in done]
        for task in done:
            del self._running[task]
        return answers

    def wake(self) -> None:
        """Let whoever waits in `heard` look around, whatever came."""
        self._arrival.set()

    def overtaken(self, before: Mapping[str, SourceAnswer]) -> list[SourceAnswer]:
        """The answers of the sources that the deadline overtook; `before` has what they said."""
        return [self._timed_out(source, before.get(source)) for source in self.running]

    async def cancel(self) -> None:
        """Stop what is under way; an adapter that will not stop is left behind, not waited for.

        Until it ends it keeps its place at its source, whose concurrency stays what it declared.
        """
        self.silence()
        tasks = {*self._running, *self._searching}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_TO_STOP_S)

    def _ring_at(self, until: float) -> None:
        """Wake whoever waits in `heard` at this time: one timer, however many answers come."""
        if self._alarm is not None and self._alarm[0] == until and self.now() < until:
            return
        self.silence()
        timer = asyncio.get_running_loop().call_later(max(0.0, until - self.now()), self._ring)
        self._alarm = (until, timer)

    def _ring(self) -> None:
        self._alarm = None
        self.wake()

    def silence(self) -> None:
        """Wake nobody any more."""
        if self._alarm is not None:
            self._alarm[1].cancel()
            self._alarm = None

    def _run(self, source: str, asked: Coroutine[None, None, SourceAnswer]) -> None:
        task = asyncio.get_running_loop().create_task(asked)
        self._running[task] = source
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[SourceAnswer]) -> None:
        self._done.append(task)
        self._arrival.set()

    def _timed_out(self, source: str, before: SourceAnswer | None) -> SourceAnswer:
        overtaken = before or SourceAnswer(source, Unavailable(Fault.TIMED_OUT))
        attempts = overtaken.attempts + self._sent[source].times
        return replace(overtaken, reply=Unavailable(Fault.TIMED_OUT), attempts=attempts)
