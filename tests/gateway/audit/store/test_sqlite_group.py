"""A few entries in one statement are the log that many statements would have written."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.store.row import LogRow
from gateway.audit.store.sqlite import Writing, create_log
from gateway.audit.store.sqlite_check import check_log
from gateway.audit.store.sqlite_group import MOST_AT_ONCE, added_at_once
from gateway.audit.store.sqlite_marks import forget_marks, stored_marks
from gateway.audit.store.written import Written
from tests.support.audit.examples import MAYA, asked
from tests.support.samples import examples

KEY: Final = MarkKey(b"k" * 32)
ROWS: Final = [LogRow.of(asked(f"q{n}", MAYA)) for n in range(600)]


@contextmanager
def writing_to(path: Path) -> Iterator[Writing]:
    create_log(path)
    writing = Writing.open(path, check_log(path))
    yield writing
    writing.close()


def statements(writing: Writing, count: int, known: Written) -> tuple[list[str], Written]:
    """How the statements begin by which the next `count` entries are written.

    What a trigger does is told as the statement that set it off.
    """
    said = list[str]()
    writing.connection.set_trace_callback(said.append)
    known = writing.add(ROWS[known.size : known.size + count], known, KEY)
    writing.connection.set_trace_callback(None)
    return [" ".join(one.split()[:3]) for one in said], known


def test_a_group_that_goes_on_from_the_last_is_one_statement(path: Path) -> None:
    with writing_to(path) as writing:
        _, known = statements(writing, 1, Written())  # it makes the table of marks
        for count in (1, 2, MOST_AT_ONCE):
            said, known = statements(writing, count, known)
            assert {*said} == {"INSERT INTO new_entry"}
    assert check_log(path).written == known


@settings(deadline=None, max_examples=examples(6))
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40), st.booleans()), max_size=9))
def test_whoever_writes_how_many_and_whatever_is_signed_it_is_one_log(
    groups: list[tuple[bool, int, bool]],
) -> None:
    with TemporaryDirectory() as folder:
        path, due = Path(folder, "log.db"), Written()
        firsts = list[int]()
        with writing_to(path) as one, writing_to(path) as other:
            known = {True: Written(), False: Written()}
            for which, count, signs in groups:
                rows = ROWS[due.size : due.size + count]
                firsts.append(due.size)
                known[which] = (one if which else other).add(rows, known[which], KEY)
                due, _ = due.with_leaves([row.hash for row in rows])
                assert known[which] == due
                if signs:
                    forget_marks(path, due.size)
                    firsts.clear()
        assert check_log(path).written == due
        marks = stored_marks(path, 0, 99)
    hashes = [row.hash for row in ROWS]
    assert [mark.first for mark in marks] == firsts
    for mark in marks:
        before = hashes[mark.first - 1] if mark.first else b""
        assert KEY.made(mark, before, hashes[mark.first : mark.last + 1])


def test_a_tile_of_the_tree_is_written_with_the_entry_that_completes_it(path: Path) -> None:
    with writing_to(path) as writing:
        known = writing.add(ROWS[:255], Written(), KEY)
        known = writing.add(ROWS[255:258], known, KEY)
        known = writing.add(ROWS[258:260], known, KEY)
    assert check_log(path).written == known


@pytest.mark.parametrize("edit", ["the last entry is another", "one more was written"])
def test_one_statement_adds_nothing_to_a_log_that_went_on_otherwise(path: Path, edit: str) -> None:
    with writing_to(path) as writing:
        known = writing.add(ROWS[:3], Written(), KEY)
        other, _ = Written().with_leaves([row.hash for row in ROWS[1:4]])
        if edit == "one more was written":
            other, known = known, writing.add(ROWS[3:4], known, KEY)
        assert added_at_once(writing.connection, ROWS[7:9], other, KEY) is None
    assert check_log(path).written == known


@pytest.mark.parametrize("room", range(0, 12, 2))
def test_a_disk_that_fills_up_has_whole_groups_with_their_marks(path: Path, room: int) -> None:
    with writing_to(path) as writing:
        known = writing.add(ROWS[:1], Written(), KEY)
        (pages,) = writing.connection.execute("PRAGMA page_count").fetchone()
        writing.connection.execute(f"PRAGMA max_page_count = {pages + room}")
        with suppress(LogUnavailable):
            while known.size < len(ROWS):
                known = writing.add(ROWS[known.size : known.size + 16], known, KEY)
    assert check_log(path).written == known
    with closing(writing.connection):
        again = Writing.open(path, check_log(path))
        known = again.add(ROWS[:2], known, KEY)
        again.close()
    assert check_log(path).written == known
    assert stored_marks(path, 0, 99)[-1].last == known.size - 1
