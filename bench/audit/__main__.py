"""Prints the log's figures: appends, the latency both entries add, searches, verification."""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.codes import Purpose
from bench.audit.entries import BEGUN, entry
from bench.audit.postgres import fresh_log, open_to_postgres
from demo.postgres import Postgres
from gateway.audit.contract import Log
from gateway.audit.entry import AuditKind
from gateway.audit.export import export_log
from gateway.audit.log import AuditLog
from gateway.audit.merkle import Edge
from gateway.audit.note import NoteSigner
from gateway.audit.publication import Publication
from gateway.audit.row import Row
from gateway.audit.search import Search
from gateway.audit.store import Writing, create_log
from gateway.audit.store_check import check_log
from gateway.verify.key import VerifierKey
from gateway.verify.place import open_place
from gateway.verify.published import check_log as verify_log
from gateway.verify.state import Trust

ORIGIN = "teamaround.example/bench"


async def appends(log: Log, callers: int, seconds: float) -> tuple[float, float]:
    """Entries a second, and the median wait of one in milliseconds; the log is closed after it."""
    until, waits = time.perf_counter() + seconds, list[float]()
    made = [entry(number) for number in range(512)]

    async def caller(number: int) -> None:
        while (began := time.perf_counter()) < until:
            await log.append(made[number % 512])
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(caller(number) for number in range(callers)))
    await log.aclose()
    return len(waits) / seconds, median(waits) * 1000


def one_at_a_time(folder: Path, seconds: float) -> float:
    """Entries a second with one commit for each."""
    create_log(folder / "single.db")
    writing = Writing.open(folder / "single.db", check_log(folder / "single.db"))
    rows, edge, until = (
        [Row.of(entry(n)) for n in range(256)],
        Edge(),
        time.perf_counter() + seconds,
    )
    while time.perf_counter() < until:
        edge = writing.add([rows[edge.size % 256]], edge)
    writing.close()
    return edge.size / seconds


async def steady(log: Log, rate: int, seconds: float) -> list[float]:
    """What both entries of each question add, in milliseconds, at `rate` questions a second.

    The log is closed after it.
    """
    waits = list[float]()

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


def filled(path: Path, count: int) -> float:
    """Fill a log with so many entries; the seconds that it took."""
    create_log(path)
    writing = Writing.open(path, check_log(path))
    began, edge = time.perf_counter(), Edge()
    while edge.size < count:
        edge = writing.add([Row.of(entry(edge.size + n)) for n in range(2000)], edge)
    writing.close()
    return time.perf_counter() - began


async def timed(work: Callable[[], Awaitable[object]], repeats: int = 7) -> float:
    """The median of some runs, in milliseconds."""
    took = list[float]()
    for _ in range(repeats):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def searches(log: AuditLog, size: int) -> None:
    """Print how long a page of fifty takes, by each filter."""
    middle = BEGUN + timedelta(seconds=size // 2)
    child = frozenset(entry(size // 2).child_pseudonyms)
    wanted = {
        "everything": Search(),
        "child": Search(pseudonyms=child),
        "user": Search(user="user-17"),
        "organisation, old": Search(organisation="organisation-7", before=middle),
        "agency": Search(agency="agency-07"),
        "agency, old": Search(agency="agency-07", before=middle),
        "agency and user": Search(agency="agency-07", user="user-17"),
        "purpose and kind": Search(purpose=Purpose.EMERGENCY, kind=AuditKind.RELEASE),
        "time": Search(since=middle, before=middle + timedelta(hours=1)),
        "query id": Search(query_id=f"query-{size // 4}"),
        "nobody": Search(user="nobody"),
        "no break-glass": Search(break_glass=True),
    }
    for name, search in wanted.items():
        took = await timed(lambda search=search: log.search(search, count=51))  # type: ignore[misc]
        print(f"  search by {name:<20} {took:8.2f} ms")


async def whole(folder: Path, size: int) -> None:
    """Print what a large log costs to fill, open, search, prove, export and verify."""
    path = folder / "large.db"
    print(f"{size} entries: filled in {filled(path, size):.1f} s, {path.stat().st_size >> 20} MiB")
    began = time.perf_counter()
    log = await AuditLog.open(path)
    print(f"  start check, every entry hashed   {time.perf_counter() - began:8.2f} s")
    await searches(log, size)
    signer = NoteSigner(ORIGIN, Ed25519PrivateKey.generate())
    publication = await Publication.open(log, signer, lambda: datetime.now(UTC))
    await publication.newest()
    print(f"  proof of an entry              {await timed(lambda: publication.proof(7)):8.2f} ms")
    began = time.perf_counter()
    await export_log(publication, folder / "export")
    print(f"  export                            {time.perf_counter() - began:8.2f} s")
    began = time.perf_counter()
    verify_log(open_place(str(folder / "export")), Trust(VerifierKey.read(signer.verifier_key)))
    print(f"  independent verification          {time.perf_counter() - began:8.2f} s")
    await log.aclose()


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
        single = one_at_a_time(folder, chosen.seconds)
        print(f"SQLite, one commit an entry: {single:.0f} entries/s")
        numbers = count()
        await store(lambda: AuditLog.open(folder / f"{next(numbers)}.db"), chosen.seconds, single)
        with Postgres(folder / "postgres", durable=True) as server:
            print("PostgreSQL on the same disk, fsync on")
            await store(lambda: fresh_log(server, next(numbers)), chosen.seconds, single)
        await whole(folder, chosen.entries)


async def store(opened: Callable[[], Awaitable[Log]], seconds: float, single: float) -> None:
    """Print what appends cost in one store."""
    for callers in (1, 16, 64, 256):
        rate, wait = await appends(await opened(), callers, seconds)
        times = f"{rate / single:5.1f} times one commit an entry in SQLite"
        print(f"{callers:4} callers: {rate:8.0f} entries/s, p50 {wait:6.2f} ms, {times}")
    waits = await steady(await opened(), 200, seconds)
    p99 = quantiles(waits, n=100)[98]
    print(f"200 questions/s: both entries p50 {median(waits):.2f} ms, p99 {p99:.2f} ms")


if __name__ == "__main__":
    asyncio.run(main())
