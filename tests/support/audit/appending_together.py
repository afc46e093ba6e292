"""One of several gateways on one database: appends until killed, prints indexes."""

import asyncio
import sys
from pathlib import Path

from gateway.audit.log.postgres import PostgresLog
from tests.support.audit.examples import MAYA, asked


async def _caller(log: PostgresLog, name: str) -> None:
    number = 0
    while True:
        query_id = f"{name}-{number}"
        index = await log.append(asked(query_id, MAYA))
        sys.stdout.write(f"{index} {query_id}\n")
        sys.stdout.flush()
        number += 1


async def _main(dsn: str, run: str, index: str) -> None:
    log = await PostgresLog.open(dsn, Path(index), unsynced=True)
    await asyncio.gather(*(_caller(log, f"{run}-{name}") for name in range(4)))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
