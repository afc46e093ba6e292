"""What was written stays as it was written, or the gateway does not start."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import Writing, create_log
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.written import Written
from tests.support.audit.examples import MAYA, asked, everything_in


@pytest.fixture
def written(path: Path) -> Path:
    """A log of 40 entries about Maya, closed."""
    create_log(path)
    writing = Writing.open(path, check_log(path))
    writing.add([LogRow.of(asked(f"q{n}", MAYA)) for n in range(40)], Written())
    writing.close()
    return path


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody holds it who has taken the triggers off, and puts them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        found = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        triggers = connection.execute(found).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE entry SET leaf = x'7b7d'",
        "DELETE FROM entry WHERE idx = 39",
        "REPLACE INTO entry SELECT * FROM entry WHERE idx = 3",
        "INSERT INTO entry SELECT 41, leaf FROM entry WHERE idx = 3",
        "INSERT INTO entry SELECT -1, leaf FROM entry WHERE idx = 3",
        "DELETE FROM leaf_hash",
        "UPDATE leaf_hash SET hash = x'00'",
    ],
)
def test_no_entry_is_edited_dropped_or_slipped_in(written: Path, edit: str) -> None:
    with (
        closing(sqlite3.connect(written)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="an entry"),
    ):
        connection.execute(edit)
    assert check_log(written).size == 40


def test_every_commit_reaches_the_disk(written: Path) -> None:
    writing = Writing.open(written, check_log(written))
    with closing(writing.connection) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_missing_entry_is_named_and_the_gateway_does_not_start(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("DELETE FROM entry WHERE idx = 17")
    before = written.read_bytes()
    with pytest.raises(LogCorrupt, match="entry 17") as corrupt:
        asyncio.run(AuditLog.open(written))
    assert corrupt.value.entry == 17
    assert written.read_bytes() == before


def test_an_entry_cut_short_is_named(written: Path) -> None:
    with tampering(written) as connection:
        connection.execute("UPDATE entry SET leaf = substr(leaf, 1, 90) WHERE idx = 23")
    with pytest.raises(LogCorrupt) as corrupt:
        check_log(written)
    assert corrupt.value.entry == 23


def test_pages_overwritten_on_the_disk_are_found_and_nothing_is_changed(written: Path) -> None:
    content = bytearray(written.read_bytes())
    place = content.index(b'"query_id":"q30"') // 4096 * 4096
    content[place : place + 4096] = b"\xff" * 4096
    written.write_bytes(content)
    with pytest.raises(LogCorrupt) as corrupt:
        check_log(written)
    assert corrupt.value.entry is not None
    assert corrupt.value.entry <= 30
    assert written.read_bytes() == bytes(content)


@pytest.mark.parametrize("content", [b"", b"not a database at all " * 400])
def test_a_file_that_is_no_log_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(LogCorrupt):
        check_log(path)
    assert everything_in(path.parent).startswith(content)
    assert path.read_bytes() == content


def test_a_log_whose_triggers_were_taken_off_is_refused(written: Path) -> None:
    with closing(sqlite3.connect(written)) as connection:
        connection.execute("DROP TRIGGER entry_is_final")
    with pytest.raises(LogCorrupt, match="triggers"):
        check_log(written)


def test_a_log_that_lost_entries_since_it_was_read_takes_no_more(written: Path) -> None:
    seen = check_log(written)
    one_more, _ = seen.written.with_leaves([LogRow.of(asked("q40")).hash])
    with pytest.raises(LogUnavailable, match="less than 41 entries"):
        Writing.open(written, replace(seen, written=one_more))


def test_a_log_that_is_gone_is_not_begun_anew(path: Path) -> None:
    create_log(path)
    seen = check_log(path)
    path.unlink()
    with pytest.raises(LogUnavailable):
        Writing.open(path, seen)
    assert not path.exists()
