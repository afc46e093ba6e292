"""A log filled through the code that the gateway writes with, a few thousand entries a commit."""

import time
from pathlib import Path

from bench.audit.years import CHUNK, chunk
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import Writing, create_log
from gateway.audit.store.sqlite_check import check_log


def filled(path: Path, count: int) -> float:
    """Fill a log up to so many entries, in whole chunks; the seconds that it took."""
    create_log(path)
    seen = check_log(path)
    writing, written = Writing.open(path, seen), seen.written
    began = time.perf_counter()
    while written.size < count:
        written = writing.add([LogRow.of(entry) for entry in chunk(written.size // CHUNK)], written)
    writing.close()
    return time.perf_counter() - began
