"""The counts of the Valkey that the settings name, or this process's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.identity.counters import Counters, ProcessCounters


@asynccontextmanager
async def open_counts(
    url: str, now: Callable[[], float], *, alone_for_s: float = 0.0
) -> AsyncIterator[Counters]:
    """The counts of the Valkey at `url`, or this process's own where it is empty.

    While the Valkey is away the process counts alone for so many seconds. ConfigurationInvalid if
    the address is none.
    """
    if not url:
        yield ProcessCounters(now)
        return
    # Its library takes 3 MiB, which a gateway that counts alone does not hold.
    from gateway.identity.counts.shared import OwnCounts, SharedCounters
    from gateway.identity.counts.valkey_client import open_valkey

    async with open_valkey(url) as valkey:
        yield SharedCounters(valkey, OwnCounts(ProcessCounters(now), alone_for_s))
