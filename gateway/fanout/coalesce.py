"""One answer for the same question asked twice at once, by the same person for the same reason.

Coalescing never crosses a right: whoever asks must be the same caller with the same roles, the
reason word for word the same, the policy the same, and what is asked with and for equal too.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

from cachetools import TTLCache

from adapters.contract.contract import Fault, Reply, Unavailable
from adapters.contract.frozen import plainly_made
from adapters.contract.record import Record
from gateway.fanout.sources import RegisteredSource
from gateway.model.caller import Caller
from gateway.model.inquiry import Reason

KEPT_ANSWERS: Final = 64  # of one source; a child's data are held for seconds, and not of many
_LATE_S: Final = 0.01

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class AccessRight:
    """By what right a question is asked; `policy` is the version of the rules that decided."""

    caller: Caller
    reason: Reason
    policy: str

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Every call of a question has it in its key, and it has a whole caller in it.
        return hash((self.caller, self.reason, self.policy))

    @property
    def in_emergency(self) -> bool:
        """Whether harm is stated, or the glass broken: nothing is shared with another question."""
        return bool(self.reason.break_glass or self.reason.significant_harm)


class CallKey(NamedTuple):
    """What must be equal for two questions to one source to be the same."""

    right: AccessRight
    operation: str
    given: frozenset[tuple[str, str]]
    fields: frozenset[str]


@plainly_made
@dataclass(frozen=True, slots=True)
class CallResult:
    """What a call brought, and when; it carried the intent at `index` there, `sent` times.

    `alone`: the call that brought it was about nobody else.
    """

    reply: Reply
    at: datetime
    index: int
    sent: int
    alone: bool = True


Bring = Callable[[], Coroutine[Any, Any, CallResult]]
Keeps = Callable[[CallResult], bool]


@dataclass(slots=True)
class _Flight:
    # A call under way, when the time of whoever began it is up, and who waits for it.
    task: asyncio.Task[CallResult]
    until: float
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def tell(self) -> None:
        """Let everybody who waits look at what came of it."""
        for told in self.waiting:
            if not told.done():
                told.set_result(None)


class Coalescer(Generic[K]):
    """The calls to one source that are under way, and its answers of the last `kept_s` seconds.

    Those of equal `K` are the same call.
    """

    def __init__(self, kept_s: float, clock: Callable[[], float]) -> None:
        self._kept_s = kept_s
        self._kept: TTLCache[K, CallResult] = TTLCache(KEPT_ANSWERS, kept_s, timer=clock)
        self._flights: dict[K, _Flight] = {}

    def brought(
        self, same: K, until: float, bring: Bring, keeps: Keeps
    ) -> Coroutine[Any, Any, CallResult]:
        """What the call for this question brings, or one under way, or one just made brought.

        The call goes on until nobody waits for it any more. What it could not bring in the time of
        whoever began it is asked again by whoever has more. A call begins with this, and before
        anybody waits for what it gives.
        """
        if self._kept_s or same in self._flights:
            return self._joined(same, until, bring, keeps)
        return self._landed(same, self._begin(same, until, bring, keeps))

    async def _joined(self, same: K, until: float, bring: Bring, keeps: Keeps) -> CallResult:
        while True:
            kept = self._kept.get(same) if self._kept_s else None
            if kept is not None:
                return kept
            flight = self._flights.get(same)
            if flight is None:
                return await self._landed(same, self._begin(same, until, bring, keeps))
            brought = await self._landed(same, flight)
            if flight.until >= until or not _cut_short(brought.reply):
                return brought

    def forget(self) -> None:
        """Keep nothing, and let nobody join what is under way."""
        self._kept.clear()
        self._flights.clear()

    def _begin(self, same: K, until: float, bring: Bring, keeps: Keeps) -> _Flight:
        flight = _Flight(asyncio.get_running_loop().create_task(bring()), until)
        self._flights[same] = flight

        def landed(task: asyncio.Task[CallResult]) -> None:
            flight.tell()
            found = self._flights.pop(same, None)
            if found is not flight:
                if found is not None:
                    self._flights[same] = found
                return
            if task.cancelled() or task.exception() is not None or not self._kept_s:
                return
            if keeps(task.result()):
                self._keep(same, task.result())

        flight.task.add_done_callback(landed)
        return flight

    async def _landed(self, same: K, flight: _Flight) -> CallResult:
        if flight.task.done():
            return flight.task.result()
        # One future for each who waits: whoever goes away cancels that, and not the call.
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        flight.waiting.append(told)
        try:
            await told
        except asyncio.CancelledError:
            if len(flight.waiting) == 1 and not flight.task.done():
                self._abandon(same, flight)
                await asyncio.wait([flight.task])
            raise
        finally:
            flight.waiting.remove(told)
        return flight.task.result()

    def _abandon(self, same: K, flight: _Flight) -> None:
        if self._flights.get(same) is flight:
            del self._flights[same]
        flight.task.cancel()

    def _keep(self, same: K, brought: CallResult) -> None:
        self._kept[same] = brought
        # An answer that nobody asks for again would else be held until somebody asks another.
        asyncio.get_running_loop().call_later(self._kept_s + _LATE_S, self._kept.expire)


def _cut_short(reply: Reply) -> bool:
    late = (Fault.TIMED_OUT, Fault.LIMIT)
    return isinstance(reply, Unavailable) and reply.fault in late


def may_stand(source: RegisteredSource, right: AccessRight) -> bool:
    """Whether an answer of this source may stand for a few seconds.

    Never one that decides on a shield, nor of a sensitive kind, nor what was asked in an emergency.
    """
    return not (source.sensitive or source.in_shield_set or right.in_emergency)


def is_sensitive(record: Record) -> bool:
    """Whether a record says that it is, or is not known not to be."""
    sensitive = any(involvement.sensitive for involvement in record.involvements)
    return record.restricted is True or record.consent is not None or sensitive
