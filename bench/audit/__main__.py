"""Prints the log's figures: appends, the latency both entries add, searches, verification."""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from bench.audit.entries import entry
from bench.audit.large import whole
from bench.audit.postgres import fresh_log, open_to_postgres
from demo.processes.postgres import Postgres
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.log.embedded import AuditLog
from gateway.audit.store.contract import Log
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import Writing, create_log
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.written import Written

_MARKS = MarkKey(bytes(32))


async def appends(log: Log, callers: int, seconds: float) -> tuple[float, float]:
    """Entries a second, and the median wait of one in milliseconds; the log is closed after it."""
    until, waits = time.perf_counter() + seconds, list[float]()
    made = [entry(number) for number in range(512)]
    log.mark_with(_MARKS)

    async def caller(number: int) -> None:
        while (began := time.perf_counter()) < until:
            await log.append(made[number % 512])
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(caller(number) for number in range(callers)))
    await log.aclose()
    return len(waits) / seconds, median(waits) * 1000


def one_at_a_time(path: Path, seconds: float) -> float:
    """Entries a second with one commit for each, in a new log at `path`."""
    create_log(path)
    writing, written = Writing.open(path, check_log(path)), Written()
    rows = [LogRow.of(entry(number)) for number in range(256)]
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        written = writing.add([rows[written.size % 256]], written)
    writing.close()
    return written.size / seconds


async def steady(log: Log, rate: int, seconds: float) -> list[float]:
    """What both entries of each question add, in milliseconds, at `rate` questions a second.

    The log is closed after it.
    """
    waits = list[float]()
    log.mark_with(_MARKS)

    async def question(number: int) -> None:
        began = time.perf_counter()
        await log.append(entry(2 * number))
        await log.append(entry(2 * number + 1))
        waits.append((time.perf_counter() - began) * 1000)

    async with asyncio.TaskGroup() as questions:
        for number in range(int(rate * seconds)):
            questions.create_task(question(number))
            await asyncio.sleep(1 / rate)
    await log.aclose()
    return waits


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    chosen = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        folder = open_to_postgres(made)
        numbers = count()

        def single() -> float:
            return one_at_a_time(folder / f"{next(numbers)}.db", chosen.seconds)

        print("SQLite")
        await store(lambda: AuditLog.open(folder / f"{next(numbers)}.db"), chosen.seconds, single)
        with Postgres(folder / "postgres", durable=True) as server:
            print("PostgreSQL on the same disk, fsync on")
            await store(lambda: fresh_log(server, next(numbers), folder), chosen.seconds, single)
        print(f"SQLite, {chosen.entries} entries")
        await whole(folder / "large.db", chosen.entries, folder / "export")


async def store(
    opened: Callable[[], Awaitable[Log]], seconds: float, single: Callable[[], float]
) -> None:
    """Print what appends cost in one store, each beside `single`, in turn with it."""
    for callers in (1, 16, 64, 256):
        alone = single()
        rate, wait = await appends(await opened(), callers, seconds)
        print(
            f"{callers:4} callers: {rate:8.0f} entries/s, p50 {wait:6.2f} ms,"
            f" {rate / alone:5.1f} times one commit an entry in SQLite ({alone:.0f})"
        )
    waits = await steady(await opened(), 200, seconds)
    p99 = quantiles(waits, n=100)[98]
    print(f"200 questions/s: both entries p50 {median(waits):.2f} ms, p99 {p99:.2f} ms")


if __name__ == "__main__":
    asyncio.run(main())
