"""A gateway's worth of callers: appends to a log until it is killed, and prints each index."""

import asyncio
import sys
from pathlib import Path

from bench.audit.entries import entry
from gateway.audit.contract import Log
from gateway.audit.log import AuditLog
from gateway.audit.postgres import PostgresLog

CALLERS = 16


async def opened(place: str) -> Log:
    """The log at a DSN, or in a file."""
    if place.startswith("postgresql://"):
        return await PostgresLog.open(place)
    return await AuditLog.open(Path(place))


async def _caller(log: Log, run: int, caller: int) -> None:
    number = 0
    while True:
        made = entry((run * 1000 + caller) * 10**6 + number)
        index = await log.append(made)
        sys.stdout.write(f"{index} {made.query_id}\n")
        sys.stdout.flush()
        number += 2


async def _main(place: str, run: int) -> None:
    log = await opened(place)
    await asyncio.gather(*(_caller(log, run, caller) for caller in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
