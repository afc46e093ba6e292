"""Marks are written with their entries or not at all, whatever the disk says midway."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import pytest

from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import Writing, create_log
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.sqlite_marks import keep_mark, stored_marks
from gateway.audit.store.written import Written
from tests.support.audit.examples import MAYA, asked

KEY: Final = MarkKey(b"k" * 32)
ROWS: Final = [LogRow.of(asked(f"q{n}", MAYA)) for n in range(30)]


def until_full(writing: Writing) -> Written:
    """What is written once no group fits any more."""
    written = Written()
    with suppress(LogUnavailable):
        while True:
            written = writing.add(ROWS, written, KEY)
    return written


@pytest.mark.parametrize("room", range(0, 40, 3))
def test_a_file_that_is_full_at_any_page_has_whole_groups_with_their_marks(
    path: Path, room: int
) -> None:
    create_log(path)
    writing = Writing.open(path, check_log(path))
    (pages,) = writing.connection.execute("PRAGMA page_count").fetchone()
    writing.connection.execute(f"PRAGMA max_page_count = {pages + room}")
    written = until_full(writing)
    writing.close()
    assert check_log(path).written == written
    again = Writing.open(path, check_log(path))
    written = again.add(ROWS, written, KEY)
    again.close()
    firsts = [each.first for each in stored_marks(path, 0, 1000)]
    assert firsts == list(range(0, check_log(path).size, len(ROWS)))


def test_once_a_full_disk_ended_the_transaction_nothing_more_is_written(path: Path) -> None:
    create_log(path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as ended,
        pytest.raises(sqlite3.OperationalError),
    ):
        keep_mark(ended, 0, 0, bytes(16))
    assert stored_marks(path, 0, 9) == ()
