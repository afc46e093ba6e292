"""PostgreSQL and Valkey, each asked as the gateway asks it."""

from collections.abc import Iterable

from gateway.cli.checking.online.clocks import SeenClocks
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.database.connecting import connected, takes_writes
from gateway.config.sql import REFUSED, unusable
from gateway.identity.counts.shared import open_counts
from gateway.model.errors import TryLater


async def look_at_log(dsn: str, clocks: SeenClocks) -> Iterable[Finding]:
    """Whether a server of the log takes writes; LookFailed if none does."""
    try:
        connection = await connected(dsn)
        try:
            writes = await takes_writes(connection)
            clocks.note(await connection.fetchval("SELECT clock_timestamp()"))
        finally:
            await connection.close()
    except REFUSED as error:
        raise LookFailed(unusable(error)) from None
    if not writes:
        raise LookFailed("takes no writes now: see which server is the primary")
    return [Finding("log.dsn", FindingState.OK, "takes writes")]


async def look_at_counts(url: str) -> Iterable[Finding]:
    """Whether replicas can count together; LookFailed if not."""
    async with open_counts(url, lambda: 0.0) as counts:
        try:
            await counts.refuse_unreachable()
        except TryLater:
            raise LookFailed(
                "counts nothing now: see whether the primary runs and takes this address's login"
            ) from None
    return [Finding("replicas.valkey", FindingState.OK, "counts")]
