"""A copy that somebody edits beside the log is never taken for what was written in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.errors import LogUnavailable
from gateway.audit.store.copy_seal import KEY_FILE, SEAL, CopyAltered, CopySeal
from gateway.audit.store.pace import Pace
from gateway.config.database.transaction import transaction

SHAPE: Final = (
    f"{SEAL} CREATE TABLE alert (id TEXT PRIMARY KEY, score INTEGER, held BLOB) STRICT;"
    " CREATE TABLE day (user TEXT, day INTEGER, PRIMARY KEY (user, day)) STRICT, WITHOUT ROWID;"
)
OURS: Final = CopySeal(b"k" * 32)
CHANGES: Final = (
    ("INSERT OR REPLACE INTO alert VALUES (?, ?, x'00ff')", ("a", 1)),
    ("INSERT INTO alert VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET score = 7", ("b", 2)),
    ("INSERT OR IGNORE INTO day VALUES (?, ?)", ("u", 3)),
    ("UPDATE alert SET score = score + 1, id = id || ?", ("c",)),
    ("UPDATE day SET day = day + 1", ()),
    ("DELETE FROM alert WHERE score > ?", (1,)),
    ("DELETE FROM day", ()),
)
EDITS: Final = (
    "UPDATE alert SET score = 99",
    "UPDATE alert SET held = NULL WHERE id = 'a'",
    "DELETE FROM alert WHERE id = 'a'",
    "INSERT INTO alert VALUES ('z', 1, NULL)",
    "INSERT INTO day VALUES ('z', 1)",
    "UPDATE seal SET total = zeroblob(32)",
    "UPDATE seal SET mark = zeroblob(32)",
    "DELETE FROM seal",
    "INSERT INTO seal SELECT * FROM seal",
    "CREATE TABLE more (a TEXT) STRICT",
    "CREATE TRIGGER t AFTER INSERT ON day BEGIN DELETE FROM alert; END",
    "CREATE INDEX i ON day (day)",
)


@pytest.fixture
def copy() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SHAPE)
        OURS.begin(connection)
        yield connection


def change(copy: sqlite3.Connection, *changes: tuple[str, tuple[Any, ...]]) -> None:
    with transaction(copy), OURS.following(copy):
        for sql, given_ in changes:
            copy.execute(sql, given_)


@given(st.lists(st.lists(st.sampled_from(CHANGES), max_size=4), max_size=6))
def test_whatever_the_gateway_itself_writes_stays_sealed(
    changes: list[list[tuple[str, tuple[Any, ...]]]],
) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.executescript(SHAPE)
        OURS.begin(copy)
        for each in changes:
            change(copy, *each)
            assert not altered(copy)


def altered(copy: sqlite3.Connection) -> bool:
    try:
        OURS.refuse_altered(copy)
    except CopyAltered:
        return True
    return False


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_of_somebody_else_is_found(copy: sqlite3.Connection, edit: str) -> None:
    change(copy, *CHANGES[:3])
    try:
        copy.execute(edit)
    except sqlite3.OperationalError:
        pytest.fail("the edit is one that can be made")
    with pytest.raises(CopyAltered):
        OURS.refuse_altered(copy)


@pytest.mark.parametrize("edit", EDITS)
def test_no_later_change_of_ours_covers_an_edit(copy: sqlite3.Connection, edit: str) -> None:
    change(copy, *CHANGES[:3])
    copy.execute(edit)
    with suppress(CopyAltered):
        change(copy, *CHANGES[:3])
    with pytest.raises(CopyAltered):
        OURS.refuse_altered(copy)


def test_what_one_change_added_cannot_be_taken_out_with_its_share(copy: sqlite3.Connection) -> None:
    seals = [copy.execute("SELECT total FROM seal").fetchone()[0]]
    for each in CHANGES[:2]:
        change(copy, each)
        seals.append(copy.execute("SELECT total FROM seal").fetchone()[0])
    _, first, both = (int.from_bytes(each, "big") for each in seals)
    share = (both - first) % 2**256
    copy.execute("DELETE FROM alert WHERE id = 'b'")
    left = ((both - share) % 2**256).to_bytes(32, "big")
    copy.execute("UPDATE seal SET total = ?", (left,))
    with pytest.raises(CopyAltered):
        OURS.refuse_altered(copy)


def test_a_change_that_fails_leaves_the_seal_as_it_was(copy: sqlite3.Connection) -> None:
    change(copy, *CHANGES[:3])
    with pytest.raises(sqlite3.IntegrityError):
        change(copy, CHANGES[0], ("INSERT INTO day VALUES ('u', 3)", ()))
    OURS.refuse_altered(copy)


def test_another_key_makes_no_seal_of_ours(copy: sqlite3.Connection) -> None:
    with pytest.raises(CopyAltered):
        CopySeal(b"o" * 32).refuse_altered(copy)


def test_the_key_is_made_once_and_for_its_own_account_alone(tmp_path: Path) -> None:
    first = CopySeal.beside(tmp_path / "alerts.sqlite")
    assert CopySeal.beside(tmp_path / "log-found-by") == first
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert first.key.hex() not in repr(first)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(LogUnavailable, match="others may open it"):
        CopySeal.beside(tmp_path / "alerts.sqlite")


def test_a_key_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    CopySeal.beside(tmp_path / "a")
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(LogUnavailable, match="remove it"):
        CopySeal.beside(tmp_path / "a")


def test_looking_over_takes_two_fifths_of_a_core_at_most() -> None:
    now = [0.0]
    pace = Pace(30.0, lambda: now[0])
    assert pace.left_s == 30
    now[0] = 30.0
    with pace.round():
        now[0] += 20.0
    assert pace.left_s == 30
    now[0] += 30
    with pace.round():
        now[0] += 1.0
    assert pace.left_s == 29
