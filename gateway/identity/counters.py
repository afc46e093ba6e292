"""What was counted for a while: by this process, or by all replicas together in a Valkey.

Names reach a Valkey as digests alone: whoever reads it learns neither who asked nor about whom.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from cachetools import TLRUCache
from valkey.asyncio import SSLConnection, Valkey
from valkey.exceptions import (
    BusyLoadingError,
    MasterDownError,
    MovedError,
    ReadOnlyError,
    ValkeyError,
)

from gateway.model import events
from gateway.model.errors import ConfigurationInvalid, TryLater

_KEPT: Final = 500_000
_PATIENCE_S: Final = 1.0
_OVER_TLS: Final = ("valkeys://", "rediss://")
_CONNECTIONS: Final = 32  # they share one thread of the Valkey, so that more are no faster
# A replica in the place of its primary, or a server that still reads its file, did nothing.
_UNCHANGED: Final = (ReadOnlyError, BusyLoadingError, MasterDownError)
_TOLD: Final = (*_UNCHANGED, MovedError)  # a cluster is none that the gateway can count in


@dataclass(frozen=True, slots=True)
class Count:
    """So much more of `name`; what is counted is forgotten `lasts_s` seconds after it began."""

    name: str
    lasts_s: int
    more: int = 1


class Counters(Protocol):
    """Counts that several may add to at once."""

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now, these included; TryLater if nobody can say."""
        ...

    async def refuse_unreachable(self) -> None:
        """TryLater if nothing can be counted now."""
        ...


class ProcessCounters:
    """Counts of this process alone; `now` is in seconds.

    At most half a million names are kept: past that those are forgotten that were not added to for
    longest.
    """

    def __init__(self, now: Callable[[], float], kept: int = _KEPT) -> None:
        self._counted: TLRUCache[str, tuple[int, float]] = TLRUCache(kept, _until, timer=now)
        self._now = now

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now."""
        return [self._added(each) for each in counts]

    async def refuse_unreachable(self) -> None:
        """They are here."""

    def _added(self, count: Count) -> int:
        before, until = self._counted.get(count.name, (0, self._now() + count.lasts_s))
        self._counted[count.name] = (before + count.more, until)
        return before + count.more


class _RenewedTls(SSLConnection):
    """A connection that reads the files of its address each time that it is made anew."""

    async def connect(self) -> None:
        """Connect, unless it is."""
        if not self.is_connected:
            self.ssl_context.context = None
        await super().connect()  # type: ignore[no-untyped-call]


class SharedCounters:
    """Counts of all replicas that are given the same Valkey; without it nothing is counted.

    After a failover behind its address a server says that it counted nothing: then all
    connections are made anew, and it is told once more. What may have been counted never is.
    """

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey
        self._free = asyncio.Semaphore(_CONNECTIONS)

    async def add(self, counts: Sequence[Count]) -> list[int]:
        """How many of each there are by now; one round trip. TryLater BUSY if all wait for it."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._free.acquire()
        except TimeoutError:
            raise TryLater("BUSY", "the gateway is fully used; ask again in a moment") from None
        try:
            return await self._added(counts)
        except (ValkeyError, OSError, TimeoutError) as error:
            events.counts_unavailable(error)
            raise _uncounted() from None
        finally:
            self._free.release()

    async def _added(self, counts: Sequence[Count]) -> list[int]:
        try:
            return await self._told(counts)
        except _UNCHANGED:
            await self._valkey.connection_pool.disconnect(inuse_connections=False)
            return await self._told(counts)

    async def _told(self, counts: Sequence[Count]) -> list[int]:
        async with self._valkey.pipeline(transaction=True) as together:
            for each in counts:
                name = _digest(each.name)
                together.set(name, 0, ex=each.lasts_s, nx=True)
                together.incrby(name, each.more)
            try:
                answers = await together.execute()
            except _TOLD as refusal:
                # That the transaction was given up is no cause of it.
                refusal.__cause__ = refusal.__context__ = None
                raise
        return [int(each) for each in answers[1::2]]

    async def refuse_unreachable(self) -> None:
        """TryLater if the Valkey does not count now: a replica answers, and counts nothing."""
        await self.add([Count("readiness", 60, 0)])


@asynccontextmanager
async def open_counts(url: str, now: Callable[[], float]) -> AsyncIterator[Counters]:
    """The counts of the Valkey at `url`, or this process's own where it is empty.

    ConfigurationInvalid if the address is none.
    """
    if not url:
        yield ProcessCounters(now)
        return
    named = {"ssl_check_hostname": True} if url.startswith(_OVER_TLS) else {}
    try:
        valkey = Valkey.from_url(
            url,
            **named,
            socket_timeout=_PATIENCE_S,
            socket_connect_timeout=_PATIENCE_S,
            max_connections=_CONNECTIONS,
        )
    except ValueError:
        raise ConfigurationInvalid("replicas.valkey: is no address of a Valkey") from None
    if url.startswith(_OVER_TLS):
        valkey.connection_pool.connection_class = _RenewedTls
    async with valkey:
        yield SharedCounters(valkey)


def _uncounted() -> TryLater:
    return TryLater("LIMITS_UNAVAILABLE", "earlier questions cannot be counted now; ask again")


def _until(_: str, counted: tuple[int, float], __: float) -> float:
    return counted[1]


def _digest(name: str) -> str:
    return f"teamaround:{hashlib.sha256(name.encode()).hexdigest()}"
