"""What a large log costs: to fill, to index, to start with, to search, to export, to verify."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.audit.filling import filled
from bench.audit.postgres import fresh_place, open_to_postgres
from bench.audit.searches import Stopwatch
from bench.audit.years import CHUNK, chunk
from demo.processes.postgres import Postgres
from gateway.audit.entry.search import Search
from gateway.audit.keys.signing.growth_signer import GrowthSigner
from gateway.audit.keys.signing.memory import SignerMemory
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.publish.export import export_log
from gateway.audit.publish.publication import Publication
from gateway.audit.search.index import SearchIndex
from gateway.audit.search.leaf_reader import index_beside, stored_leaves
from gateway.audit.store.contract import Log
from gateway.audit.store.sqlite_file import Reader
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.tree.merkle import EMPTY_ROOT, edge_of
from gateway.audit.tree.note import NoteSigner
from gateway.audit.tree.proved import CheckedState
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log as verify_log
from gateway.audit.verify.state import Trust

ORIGIN = "teamaround.example/bench"


async def whole(path: Path, entries: int, export: Path) -> None:
    """Print the figures of a log in SQLite, filled up to so many entries."""
    _made(path, entries)
    with _printed("start, every entry hashed again"):
        log = await AuditLog.open(path)
    await _started(log, partial(AuditLog.open, path))
    await _searched(log)
    key = NoteSigner(ORIGIN, Ed25519PrivateKey.generate())
    memory = await SignerMemory.at_file(path.with_name("signer-memory"))
    signer = GrowthSigner(key, memory)
    note = key.sign(checkpoint_text(ORIGIN, 0, EMPTY_ROOT))
    await signer.begin(SignedState(ORIGIN, 0, EMPTY_ROOT, note))
    publication = await Publication.open(log, signer, lambda: datetime.now(UTC), sign_unmarked=True)
    await publication.newest()
    print(f"  proof of an entry: {await _timed(lambda: publication.proof(7)):.2f} ms")
    with _printed("export to files"):
        await export_log(publication, export)
    with _printed("independent verification of all of it"):
        verify_log(open_place(str(export)), Trust(VerifierKey.read(signer.verifier_key)))
    await log.aclose()


async def in_postgres(folder: Path, entries: int) -> None:
    """Print the figures of a log in PostgreSQL, on a server of its own with fsync on."""
    with Postgres(folder / "postgres", durable=True) as server:
        place, index = await fresh_place(server, 0), folder / "found-by"
        log = await PostgresLog.open(place, index)
        with _printed("appended, 2,000 at once; index built"):
            for number in range(-(-entries // CHUNK)):
                await asyncio.gather(*map(log.append, chunk(number)))
        await log.aclose()
        index.unlink()
        with _printed("start, every entry hashed again"):
            log = await PostgresLog.open(place, index)
        await _started(log, partial(PostgresLog.open, place, index))
        with _printed("index rebuilt"):
            await log.search(Search(), count=1)
        await _searched(log)
        await log.aclose()


async def _started(whole: Log, opened: Callable[[CheckedState], Awaitable[Log]]) -> None:
    """Print a start from the state that a signer would remember, and what is shown by proof."""
    size = await whole.size()
    state = CheckedState(size, edge_of(size, await whole.nodes([size - 1], size)).root)
    with _printed("start from the signed state"):
        log = await opened(state)
    print(f"  fifty entries, by proof: {await _timed(lambda: log.entries(size // 2, 50)):.2f} ms")
    with _printed("the rest hashed again, by a whole core"):
        await log.recheck()
    await log.aclose()


async def _searched(log: Log) -> None:
    async for took in Stopwatch(log).measured():
        print(f"  {took.name:<52} {took.median:8.2f} {took.worst:8.2f} ms  {took.found:4} found")


def _made(path: Path, entries: int) -> None:
    with _printed("filled, 2,000 entries a commit"):
        filled(path, entries)
    search_index = SearchIndex(index_beside(path), partial(stored_leaves, Reader(path)))
    with _printed("index rebuilt"):
        search_index.catch_up()
    mib, of_index = (file.stat().st_size >> 20 for file in (path, search_index.index))
    print(f"  {entries} entries: {mib} MiB, the index {of_index} MiB")


@contextmanager
def _printed(name: str) -> Iterator[None]:
    """How long it took, and by how much memory grew to its peak meanwhile; Linux says the peak."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before, began = _peak_mib(), time.perf_counter()
    yield
    took = time.perf_counter() - began
    print(f"  {name:<40} {took:8.2f} s, {_peak_mib() - before:5} MiB more", flush=True)


def _peak_mib() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


async def _timed(work: Callable[[], Awaitable[object]], repeats: int = 7) -> float:
    took = list[float]()
    for _ in range(repeats):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def main() -> None:
    """Print the figures of a log of the size asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit.large", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--log", type=Path, help="a log made here before: it is filled up and kept")
    parser.add_argument("--postgres", action="store_true", help="instead of in SQLite")
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        if chosen.postgres:
            await in_postgres(open_to_postgres(made), chosen.entries)
        else:
            path = chosen.log or Path(made) / "large.db"
            await whole(path, chosen.entries, Path(made) / "export")


if __name__ == "__main__":
    asyncio.run(main())
