"""What is sent to the collector, in a thread of its own: no question ever waits for it."""

import asyncio
import threading
import time
from asyncio import CancelledError
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from prometheus_client.metrics_core import Metric as Family

from gateway.http.collector.access import CollectorAccess
from gateway.http.collector.figures import FigureWriter
from gateway.http.collector.post import SendOutcome, SendResult, Signal, post
from gateway.http.collector.resource import own_resource
from gateway.http.collector.spans import SpanWriter
from gateway.http.traces.shape import ShownTrace
from gateway.model import events

MOST_QUEUED: Final = 500
AT_ONCE: Final = 25
TRIES: Final = 3
DROPPED: Final = "dropped"
"""What was let go because too many waited, in traces; the other results are in requests."""
MadeTrace = Callable[[], ShownTrace]
"""Makes what is shown of one request."""
RESULTS: Final = (*(each.value for each in SendResult), DROPPED)


@dataclass(frozen=True, slots=True)
class FeedPace:
    """Seconds between rounds, at first and after many failures; for a request; and for the end."""

    every_s: float = 1.0
    longest_wait_s: float = 60.0
    patience_s: float = 10.0
    stop_s: float = 2.0


class CollectorFeed:
    """Takes traces and figures from the gateway's loop; `stop` it in the end.

    `told` counts by signal and result. Every key is there from the beginning, as two threads read.
    """

    def __init__(self, access: CollectorAccess, pace: FeedPace | None = None) -> None:
        self._access = access
        self._pace = pace or FeedPace()
        self._traces: deque[MadeTrace] = deque()
        self._figures: tuple[int, Sequence[Family]] | None = None
        self._away: set[Signal] = set()
        self._stopping = threading.Event()
        self._tries = 0
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self.told: Counter[tuple[str, str]] = Counter(
            {(each.value, result): 0 for each in Signal for result in RESULTS}
        )

    def start(self) -> None:
        """Begin to send."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def offer(self, traces: Iterable[MadeTrace]) -> None:
        """Send these when there is time; the oldest are let go where too many wait.

        They are made in the thread: one of hundreds of calls would hold every question.
        """
        for trace in traces:
            if len(self._traces) >= MOST_QUEUED:
                with suppress(IndexError):  # the thread may have taken it meanwhile
                    self._traces.popleft()
                    self.told[Signal.TRACES.value, DROPPED] += 1
            self._traces.append(trace)

    def show(self, families: Sequence[Family]) -> None:
        """Send these figures, in the place of earlier ones that still wait."""
        self._figures = (time.time_ns(), families)

    async def stop(self) -> None:
        """Send what waits, in a moment; then give it up."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.join, self._pace.stop_s)
        with suppress(RuntimeError):  # the loop is closed: it was in time
            self._loop.call_soon_threadsafe(self._give_up)
        await asyncio.to_thread(self._thread.join, self._pace.stop_s)

    def _give_up(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    def _run(self) -> None:
        resource = own_resource()
        spans, figures = SpanWriter(resource), FigureWriter(resource)
        wait_s = self._pace.every_s
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(CancelledError):
            while not self._stopping.wait(wait_s):
                taken = runner.run(self._round(spans, figures))
                wait_s = self._pace.every_s if taken else self._longer(wait_s)
            runner.run(self._round(spans, figures))

    def _longer(self, wait_s: float) -> float:
        return min(2 * wait_s, self._pace.longest_wait_s)

    async def _round(self, spans: SpanWriter, figures: FigureWriter) -> bool:
        """Send what there is; whether the collector took it, or may as well be asked again soon."""
        try:
            return await self._send_figures(figures) and await self._send_traces(spans)
        except Exception as bug:  # noqa: BLE001  a fault in here must not end the sending
            events.failed(bug)
            return False

    async def _send_figures(self, writer: FigureWriter) -> bool:
        waiting, self._figures = self._figures, None
        if waiting is None:
            return True
        at_ns, families = waiting
        return await self._sent(Signal.METRICS, writer.written(families, at_ns))

    async def _send_traces(self, writer: SpanWriter) -> bool:
        while batch := self._taken():
            body = writer.written([made() for made in batch], time.time_ns())
            if not await self._sent(Signal.TRACES, body):
                self._tries += 1
                if self._tries < TRIES:
                    self._traces.extendleft(reversed(batch))
                    return False
            self._tries = 0
        return True

    def _taken(self) -> list[MadeTrace]:
        batch: list[MadeTrace] = []
        with suppress(IndexError):
            while len(batch) < AT_ONCE:
                batch.append(self._traces.popleft())
        return batch

    async def _sent(self, signal: Signal, body: bytes) -> bool:
        """Whether it need not be sent again."""
        outcome = await post(self._access, signal, body, self._pace.patience_s)
        self.told[signal.value, outcome.result.value] += 1
        self._tell(signal, outcome)
        return outcome.result is not SendResult.FAILED

    def _tell(self, signal: Signal, outcome: SendOutcome) -> None:
        if outcome.result is SendResult.SENT:
            if signal in self._away:
                self._away.discard(signal)
                events.collector_back(signal.value)
        elif signal not in self._away:
            self._away.add(signal)
            events.collector_unavailable(signal.value, outcome.cause)
