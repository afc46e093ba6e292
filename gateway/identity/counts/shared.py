"""What all replicas counted together, in a Valkey; names reach it as digests alone.

Whoever reads it learns nothing of a child, and who asks how often only by trying user names.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from valkey.asyncio import Valkey
from valkey.exceptions import (
    BusyLoadingError,
    InvalidResponse,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    ValkeyError,
)

from gateway.identity.counters import Count, ProcessCounters
from gateway.identity.counts.valkey_client import CONNECTIONS, PATIENCE_S
from gateway.model import events
from gateway.model.errors import TryLater

# What a server begins a refusal with that counted nothing, and may give way to another at its
# address: a replica without its primary, a primary without enough replicas, or one that is full.
_ELSEWHERE: Final = ("MASTERDOWN", "NOREPLICAS", "MISCONF", "TRYAGAIN")
# A cluster, which is none that the gateway can count in.
_CLUSTER: Final = ("MOVED", "ASK", "CLUSTERDOWN", "CROSSSLOT")
# The library repeats the reply within a sentence about the command in its pipeline.
_REPLY_CODE: Final = re.compile(rf"\b({'|'.join(_ELSEWHERE + _CLUSTER)})\b")

# A server that sends a byte now and then answers each read in time, and never all of them.
_ALL_S: Final = 3 * PATIENCE_S
# What the library raises over bytes that no Valkey sends.
_NONSENSE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

# Another may give back a connection to the server of before, once all idle ones are closed.
_TRIES: Final = 3


class NotCounted(ValkeyError):
    """The server counted nothing, for the reason that its reply begins with, such as READONLY."""

    def __init__(self, reply_code: str) -> None:
        super().__init__(reply_code)
        self.reply_code = reply_code


@dataclass(slots=True)
class OwnCounts:
    """Counts of this process for as long as the Valkey is away, `most_s` seconds at most.

    `seconds` is a clock that only goes on. What all gateways have to know is not counted so.
    """

    counters: ProcessCounters
    most_s: float
    seconds: Callable[[], float] = time.monotonic
    since: float | None = field(default=None, init=False)

    def stand_in_for(self, counts: Sequence[Count]) -> bool:
        """Whether these may be counted here now, because the Valkey has just failed."""
        if not self.most_s or any(each.by_all for each in counts):
            return False
        now = self.seconds()
        if self.since is None:
            self.since = now
            events.counting_alone(self.most_s)
        return now - self.since < self.most_s

    def end(self) -> None:
        """The Valkey counts again."""
        self.since = None


class SharedCounters:
    """Counts of all replicas that are given the same Valkey; without it `own` may count a while.

    After a failover behind its address a server says that it counted nothing: then all
    connections are made anew, and it is told again. What may have been counted never is.
    """

    def __init__(self, valkey: Valkey, own: OwnCounts) -> None:
        self._valkey = valkey
        self._own = own
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._one_at_a_time = asyncio.Lock()
        self._closing = 0
        self._steady = asyncio.Event()
        self._steady.set()

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now; one round trip. TryLater BUSY if all wait for it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._free.acquire()
        except TimeoutError:
            raise TryLater("BUSY", "the gateway is fully used; ask again in a moment") from None
        try:
            counted = await self._added(counts)
        except (ValkeyError, OSError, TimeoutError) as error:
            return await self._without(counts, error)
        else:
            self._own.end()
            return counted
        finally:
            self._free.release()

    async def refuse_unreachable(self) -> None:
        """TryLater if nobody counts now: a replica answers, and counts nothing."""
        await self.add([Count("readiness", 60, 0)])

    async def _without(self, counts: Sequence[Count], error: Exception) -> list[int]:
        events.counts_unavailable(error)
        await self._forget_connections()
        if self._own.stand_in_for(counts):
            return await self._own.counters.add(counts)
        raise TryLater(
            "LIMITS_UNAVAILABLE", "earlier questions cannot be counted now; ask again"
        ) from None

    async def _added(self, counts: Sequence[Count]) -> list[int]:
        for _ in range(_TRIES - 1):
            try:
                return await self._told(counts)
            except NotCounted as refused:
                if refused.reply_code in _CLUSTER:
                    raise
                await self._forget_connections()
        return await self._told(counts)

    async def _forget_connections(self) -> None:
        """Have the next ones lead to whatever server is at the address by then.

        Nobody takes a connection meanwhile: the library would give out one that is being closed.
        """
        self._closing += 1
        self._steady.clear()
        try:
            async with self._one_at_a_time:
                with suppress(ValkeyError, OSError):
                    await self._valkey.connection_pool.disconnect(inuse_connections=False)
        finally:
            self._closing -= 1
            if not self._closing:
                self._steady.set()

    async def _told(self, counts: Sequence[Count]) -> list[int]:
        await self._steady.wait()
        async with asyncio.timeout(_ALL_S), self._valkey.pipeline(transaction=True) as together:
            for each in counts:
                name = _digest(each.name)
                together.set(name, 0, ex=each.lasts_s, nx=True)
                together.incrby(name, each.more)
            try:
                answers = await together.execute()
            except (ResponseError, BusyLoadingError) as refusal:
                refused = _refused(refusal)
            except _NONSENSE:
                refused = InvalidResponse("what answers is no Valkey")
            else:
                return _numbers(answers[1::2])
        raise refused


def _numbers(answers: Sequence[object]) -> list[int]:
    counted = [each for each in answers if isinstance(each, int)]
    if len(counted) < len(answers):
        raise InvalidResponse("what answers counts in no numbers")
    return counted


def _refused(refusal: ValkeyError) -> ValkeyError:
    """What the server said, if it counted nothing of the transaction."""
    match refusal:
        case ReadOnlyError():
            return NotCounted("READONLY")
        case BusyLoadingError():
            return NotCounted("LOADING")
        case OutOfMemoryError():
            return NotCounted("OOM")
    if said := _REPLY_CODE.search(str(refusal)):
        return NotCounted(said[0])
    # That the transaction was given up is no cause of it.
    refusal.__cause__ = refusal.__context__ = None
    return refusal


def _digest(name: str) -> str:
    return f"teamaround:{hashlib.sha256(name.encode()).hexdigest()}"
