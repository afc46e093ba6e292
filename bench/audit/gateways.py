"""Several gateways append to one log in PostgreSQL: `python -m bench.audit.gateways`.

One, two and four processes in turns, each with the same number of callers. Prints how many entries
a second all of them made, the processor's time and the time under the lock of all gateways for
each entry. `--against FOLDER` has another checkout take turns with this one.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from statistics import median
from typing import Final, Self

import asyncpg

from bench.audit.appender import opened
from bench.audit.entries import entry
from bench.audit.postgres import fresh_place, open_to_postgres
from demo.processes.postgres import Postgres

GATEWAYS: Final = (1, 2, 4)
HERE: Final = Path(__file__).parents[2]
_HELD: Final = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = 7310146829 >> 32 AND objid = 7310146829 & 4294967295"
)
_SERVER_CPU: Final = 100  # clock ticks a second in /proc


@dataclass(frozen=True, slots=True)
class Round:
    """What some gateways made of one run: entries a second, and microseconds for each entry."""

    rate: float
    gateway_us: float
    server_us: float
    lock_us: float

    @classmethod
    def middle(cls, rounds: Sequence[Self]) -> Self:
        """The medians."""
        names = ("rate", "gateway_us", "server_us", "lock_us")
        return cls(*(median(getattr(each, name) for each in rounds) for name in names))


async def gateway(dsn: str, index: str, callers: int, seconds: float) -> None:
    """One process: append as soon as a line comes, then print entries and processor seconds."""
    log = await opened(dsn, index)
    made = [entry(number) for number in range(512)]
    print("ready", flush=True)
    sys.stdin.readline()
    before, until, total = _cpu(), time.perf_counter() + seconds, 0

    async def caller(number: int) -> None:
        nonlocal total
        while time.perf_counter() < until:
            await log.append(made[number % 512])
            total += 1

    await asyncio.gather(*(caller(number) for number in range(callers)))
    print(total, _cpu() - before, flush=True)
    await log.aclose()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measured(
    server: Postgres, code: Path, gateways: int, given: tuple[str, str, int, float]
) -> Round:
    """One run of so many gateways with the code of a checkout, each `given` the same."""
    *_, seconds = given
    with ExitStack() as stack:
        running = [stack.enter_context(_started(code, given)) for _ in range(gateways)]
        for process in running:
            _line(process)
        sampling = asyncio.create_task(_held(server, seconds))
        await asyncio.sleep(0)
        before, began = _server_cpu(), time.perf_counter()
        for process in running:
            _say(process)
        told = [(await asyncio.to_thread(_line, process)).split() for process in running]
        took, used = time.perf_counter() - began, _server_cpu() - before
        entries = sum(int(total) for total, _ in told)
        own = sum(float(cpu) for _, cpu in told)
        each = 1e6 / entries
        return Round(entries / took, own * each, used * each, await sampling * took * each)


def _started(code: Path, given: Iterable[object]) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(__file__)), "--as-gateway", *map(str, given)]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, text=True, env=environment, stdin=pipe, stdout=pipe)  # noqa: S603 - our own program


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    return process.stdout.readline()


def _say(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    process.stdin.write("go\n")
    process.stdin.flush()


async def _held(server: Postgres, seconds: float) -> float:
    """The share of the time in which some gateway held the lock."""
    connection = await asyncpg.connect(server.dsn())
    try:
        until, seen = time.perf_counter() + seconds, list[int]()
        while time.perf_counter() < until:
            seen.append(await connection.fetchval(_HELD))
            await asyncio.sleep(0.003)
        return sum(map(bool, seen)) / len(seen)
    finally:
        await connection.close()


def _server_cpu() -> float:
    """Processor seconds of every PostgreSQL process of this machine."""
    return sum(_ticks(each) for each in Path("/proc").glob("[0-9]*/stat")) / _SERVER_CPU


def _ticks(stat: Path) -> int:
    try:
        name, _, rest = stat.read_text().rpartition(")")
    except OSError:  # it ended meanwhile
        return 0
    fields = rest.split()
    return int(fields[11]) + int(fields[12]) if "(postgres" in name else 0


async def main(chosen: argparse.Namespace) -> None:
    """Print the table."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start")
    codes = [HERE, *([chosen.against] if chosen.against else [])]
    found: dict[tuple[Path, int], list[Round]] = {}
    with tempfile.TemporaryDirectory() as made:
        folder, numbers = open_to_postgres(made), count()
        with Postgres(folder / "postgres", durable=True) as server:
            for _, gateways, code in product(range(chosen.rounds), GATEWAYS, codes):
                # As on one machine, where all search by one index.
                index = str(folder / f"found-by-{(number := next(numbers))}")
                place = await fresh_place(server, number)
                given = (place, index, chosen.callers, chosen.seconds)
                run = await measured(server, code, gateways, given)
                found.setdefault((code, gateways), []).append(run)
    for (code, gateways), rounds in found.items():
        print("this" if code == HERE else "other", gateways, "gateways:", _told(rounds))


def _told(rounds: Sequence[Round]) -> str:
    told = Round.middle(rounds)
    return (
        f"{told.rate:8.0f} entries/s; for each entry {told.gateway_us:4.0f} us in the gateway,"
        f" {told.server_us:4.0f} us in PostgreSQL, {told.lock_us:4.0f} us under the lock"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as-gateway"]:
        dsn, found_by, callers, seconds = sys.argv[2:]
        asyncio.run(gateway(dsn, found_by, int(callers), float(seconds)))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--seconds", type=float, default=3)
        parser.add_argument("--callers", type=int, default=64, help="of each gateway")
        parser.add_argument("--against", type=Path, help="another checkout, in turns with this one")
        asyncio.run(main(parser.parse_args()))
