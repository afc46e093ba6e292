"""A gateway's worth of callers in a process of their own: appends until killed, prints indexes."""

import asyncio
import sys
from pathlib import Path

from gateway.audit.log.embedded import AuditLog
from tests.support.audit.examples import MAYA, asked


async def _caller(log: AuditLog, name: str) -> None:
    number = 0
    while True:
        query_id = f"{name}-{number}"
        index = await log.append(asked(query_id, MAYA))
        sys.stdout.write(f"{index} {query_id}\n")
        sys.stdout.flush()
        number += 1


async def _main(path: Path, run: str) -> None:
    log = await AuditLog.open(path)
    await asyncio.gather(*(_caller(log, f"{run}-{name}") for name in range(8)))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2]))
