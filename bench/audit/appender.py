"""A gateway's worth of callers: appends to a log until it is killed, and prints each index."""

import asyncio
import sys
from pathlib import Path

from bench.audit.entries import entry
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.store.contract import Log

CALLERS = 16


async def opened(place: str, index: str = "") -> Log:
    """The log in a file, or at a DSN with its index in a file."""
    if index:
        return await PostgresLog.open(place, Path(index))
    return await AuditLog.open(Path(place))


async def _caller(log: Log, run: int, caller: int) -> None:
    number = 0
    while True:
        made = entry((run * 1000 + caller) * 10**6 + number)
        index = await log.append(made)
        sys.stdout.write(f"{index} {made.query_id}\n")
        sys.stdout.flush()
        number += 2


async def _main(run: int, *place: str) -> None:
    log = await opened(*place)
    await asyncio.gather(*(_caller(log, run, caller) for caller in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), *sys.argv[2:]))
