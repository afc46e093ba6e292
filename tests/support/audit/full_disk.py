"""A log on a disk that fills up and is cleared, in a process of its own whose limits are."""

import asyncio
import resource
import sys
from pathlib import Path

from gateway.audit.errors import LogUnavailable
from gateway.audit.log.embedded import AuditLog
from tests.support.audit.examples import asked


async def _taken(log: AuditLog, name: str) -> bool:
    try:
        await log.append(asked(name))
    except LogUnavailable:
        return False
    return True


def _limit_files(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


async def _main(path: Path) -> None:
    log = await AuditLog.open(path)
    acknowledged = [await _taken(log, f"before-{n}") for n in range(3)]
    _limit_files(0)
    acknowledged += [await _taken(log, f"full-{n}") for n in range(3)]
    _limit_files(resource.RLIM_INFINITY)
    acknowledged += [await _taken(log, f"after-{n}") for n in range(3)]
    await log.aclose()
    sys.stdout.write(" ".join(str(int(was)) for was in acknowledged))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
