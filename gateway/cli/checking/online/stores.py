"""PostgreSQL and Valkey, each asked as the gateway asks it."""

from collections.abc import Iterable
from typing import Final

from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from gateway.cli.checking.online.clocks import SeenClocks
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.database.connecting import connected, takes_writes
from gateway.config.sql import REFUSED, unusable
from gateway.identity.counts.opening import open_counts
from gateway.identity.counts.valkey_client import open_valkey
from gateway.model.errors import TryLater

_KEEPS: Final = "noeviction"
_UNTOLD: Final = f"see that its maxmemory-policy is {_KEEPS}, which INFO may not say here"


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
    async with open_valkey(url) as valkey:
        return [await _counting(valkey)]


async def _counting(valkey: Valkey) -> Finding:
    """That it counts, and whether it forgets counts once its memory is full."""
    try:
        memory = await valkey.info("memory")
    except (ValkeyError, OSError, TimeoutError):
        return Finding("replicas.valkey", FindingState.OK, f"counts; {_UNTOLD}")
    policy = memory.get("maxmemory_policy", _KEEPS)
    if policy == _KEEPS or not memory.get("maxmemory"):
        return Finding("replicas.valkey", FindingState.OK, "counts")
    return Finding(
        "replicas.valkey",
        FindingState.WARNING,
        f"forgets counts, and which proofs were used, once it is full ({policy}): set its"
        f" maxmemory-policy to {_KEEPS}",
    )
