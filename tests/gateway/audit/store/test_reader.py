"""What is read of the log: over one connection, of whatever file is there, and of one in use."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from gateway.audit.errors import LogUnavailable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.store.sqlite import create_log, stored_size
from gateway.audit.store.sqlite_file import Reader, connected, make_durable
from tests.support.audit.examples import asked
from tests.support.patience import PATIENCE_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "log.sqlite"
    create_log(found)
    return found


def _written(path: Path, index: int) -> None:
    with closing(connected(path, "rw")) as connection:
        make_durable(connection)
        connection.execute("INSERT INTO entry (idx, leaf) VALUES (?, ?)", (index, b"leaf"))


def _open_files(path: Path) -> int:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(os.path.realpath(link) == str(path) for link in links)


def _fails(_: sqlite3.Connection) -> None:
    raise sqlite3.OperationalError


def test_each_read_finds_what_others_wrote_meanwhile(path: Path) -> None:
    reader = Reader(path)
    found = []
    for index in range(3):
        found.append(reader.read(stored_size))
        _written(path, index)
    assert [*found, reader.read(stored_size)] == [0, 1, 2, 3]


def test_a_log_that_was_replaced_is_read_and_not_the_one_before(path: Path) -> None:
    reader = Reader(path)
    _written(path, 0)
    assert reader.read(stored_size) == 1
    other = path.with_name("other.sqlite")
    create_log(other)
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    other.replace(path)
    assert reader.read(stored_size) == 0


def test_a_log_that_is_gone_cannot_be_read(path: Path) -> None:
    reader = Reader(path)
    assert reader.read(stored_size) == 0
    path.rename(path.with_name("moved.sqlite"))
    with pytest.raises(LogUnavailable):
        reader.read(stored_size)
    assert not path.exists()


def test_nothing_is_open_once_it_is_closed_and_after_a_failure(path: Path) -> None:
    reader = Reader(path)
    reader.read(stored_size)
    assert _open_files(path) == 1
    with pytest.raises(LogUnavailable):
        reader.read(_fails)
    assert _open_files(path) == 0
    reader.read(stored_size)
    reader.close()
    assert _open_files(path) == 0
    assert reader.read(stored_size) == 0
    assert _open_files(path) == 0


def test_a_short_read_beside_a_long_one_waits_for_nothing(path: Path) -> None:
    reader, begun, done = Reader(path), Event(), Event()

    def long(connection: sqlite3.Connection) -> int:
        begun.set()
        assert done.wait(PATIENCE_S)
        return stored_size(connection)

    beside = Thread(target=reader.read, args=[long])
    beside.start()
    assert begun.wait(PATIENCE_S)
    assert reader.read(stored_size) == 0
    reader.close()
    done.set()
    beside.join(PATIENCE_S)
    assert _open_files(path) == 0


def test_a_kept_connection_keeps_no_journal_from_being_emptied(path: Path) -> None:
    reader = Reader(path)
    _written(path, 0)
    reader.read(stored_size)
    with closing(connected(path, "rw")) as connection:
        connection.execute("INSERT INTO entry (idx, leaf) VALUES (1, x'00')")
        assert reader.read(stored_size) == 2
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy


async def test_a_log_that_was_read_is_whole_in_its_file_once_it_is_closed(path: Path) -> None:
    log = await AuditLog.open(path)
    await log.append(asked())
    assert await log.size() == 1
    await log.aclose()
    copy = path.with_name("copy.sqlite")
    shutil.copy(path, copy)
    assert Reader(copy).read(stored_size) == 1
