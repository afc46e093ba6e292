"""A journal that has deleted bytes is emptied beside others that do so, if nobody reads it."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from gateway.config.database.journal import empty_journal

# What SQLite itself locks while it empties a journal: byte 121 of the file of shared memory.
_EMPTYING: Final = """
import fcntl, sys
with open(sys.argv[1], "r+b") as shared:
    fcntl.lockf(shared, fcntl.LOCK_EX, 1, 121)
    print(flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A store with something in its journal."""
    with closing(_connected(tmp_path / "store.sqlite")) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE child (name)")
        yield tmp_path / "store.sqlite"


def _connected(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=0, isolation_level=None)


def _journal(file: Path) -> int:
    return file.with_name(f"{file.name}-wal").stat().st_size


@contextmanager
def _emptied_by_another(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", _EMPTYING, f"{file}-shm"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:  # noqa: S603 - our own words
        assert other.stdout is not None
        other.stdout.readline()
        yield other


def test_who_finds_another_process_emptying_a_journal_waits_for_it(file: Path) -> None:
    with closing(_connected(file)) as store, _emptied_by_another(file) as other:
        waits = []

        def until_it_is_done(seconds: float) -> None:
            waits.append(seconds)
            other.communicate()

        assert empty_journal(store, sleep=until_it_is_done)
        assert len(waits) == 1
    assert _journal(file) == 0


def test_who_reads_a_journal_is_waited_for_until_patience_ends(file: Path) -> None:
    with closing(_connected(file)) as store, closing(_connected(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM child").fetchall()
        store.execute("INSERT INTO child VALUES ('Maya')")
        seconds = [0.0]

        def a_second(_: float) -> None:
            seconds[0] += 1

        assert not empty_journal(store, 3, now=lambda: seconds[0], sleep=a_second)
        assert seconds == [3.0]
        reader.execute("ROLLBACK")
        assert empty_journal(store, 3, now=lambda: seconds[0], sleep=a_second)
        assert seconds == [3.0]
