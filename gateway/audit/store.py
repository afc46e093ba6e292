"""The log's SQLite file: entries are added, numbered from 0 without a gap, and never changed."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from gateway.audit.entry import Entry, stamp
from gateway.audit.failures import LogCorrupt, LogUnavailable
from gateway.audit.private_file import create_once

BUSY_SECONDS: Final = 2.0
_FSYNC_EACH_COMMIT: Final = 2  # PRAGMA synchronous=FULL, as read back

_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}

_SCHEMA: Final = """
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY,
  leaf BLOB NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  query_id TEXT,
  user TEXT,
  organisation TEXT,
  purpose TEXT
) STRICT;
CREATE INDEX entry_at ON entry (at);
CREATE INDEX entry_kind ON entry (kind);
CREATE INDEX entry_query_id ON entry (query_id) WHERE query_id IS NOT NULL;
CREATE INDEX entry_user ON entry (user) WHERE user IS NOT NULL;
CREATE INDEX entry_organisation ON entry (organisation) WHERE organisation IS NOT NULL;
CREATE INDEX entry_purpose ON entry (purpose) WHERE purpose IS NOT NULL;
CREATE TABLE child_pseudonym (
  pseudonym TEXT NOT NULL,
  idx INTEGER NOT NULL REFERENCES entry (idx),
  PRIMARY KEY (pseudonym, idx)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT raise(ABORT, 'an entry takes the next index'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'an entry is final'); END;
CREATE TRIGGER child_pseudonym_stays BEFORE DELETE ON child_pseudonym
BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER child_pseudonym_is_final BEFORE UPDATE ON child_pseudonym
BEGIN SELECT raise(ABORT, 'an entry is final'); END;
"""
_INSERT_ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_PSEUDONYM: Final = "INSERT INTO child_pseudonym VALUES (?, ?)"
_SIZE: Final = "SELECT coalesce(max(idx) + 1, 0) FROM entry"
_FIRST_BAD: Final = """
SELECT min(due) FROM (SELECT idx, leaf, row_number() OVER (ORDER BY idx) - 1 AS due FROM entry)
WHERE idx IS NOT due OR NOT json_valid(CAST(leaf AS TEXT))
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry ready to be written: its leaf and what auditors search by."""

    leaf: bytes
    searched: tuple[str | None, ...]
    pseudonyms: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The row of `entry`; EntryRefused if it does not fit the log."""
        by = (entry.kind.value, entry.query_id, entry.user, entry.organisation, entry.purpose)
        return cls(entry.leaf(), (stamp(entry.at), *by), frozenset(entry.child_pseudonyms))


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last known of the log: its file, by device and inode, and how many entries."""

    file: tuple[int, int]
    size: int


@dataclass(frozen=True, slots=True)
class Writing:
    """One open connection that adds groups of entries; used by one thread at a time.

    A log that was moved away or replaced takes nothing more, though its descriptor would.
    """

    path: Path
    connection: sqlite3.Connection
    file: tuple[int, int]

    @classmethod
    def open(cls, path: Path, seen: Seen) -> Self:
        """Open the log at `path`; LogUnavailable if it cannot be written, or is less than `seen`.

        Another file in its place is not touched: SQLite would replay the old journal into it.
        """
        with _unavailable(path):
            _refuse_another(path, seen.file)
            with _closed_on_error(_connected(path, "rw")) as connection:
                _make_durable(connection)
                _refuse_less(path, connection, seen.size)
                return cls(path, connection, seen.file)

    def add(self, rows: Sequence[Row]) -> int:
        """Write `rows` in one commit; the index of the first, all durable on return.

        LogUnavailable if they could not be written: then none of them is in the log.
        """
        with _unavailable(self.path):
            _refuse_another(self.path, self.file)
            self.connection.execute("BEGIN IMMEDIATE")
            first = _size(self.connection)
            _insert(self.connection, first, rows)
            self.connection.execute("COMMIT")
            return first

    def close(self) -> None:
        """Close the file; what was not committed is rolled back."""
        self.connection.close()


def create_log(path: Path) -> None:
    """Make an empty log at `path` (mode 0600) if there is no file; LogUnavailable if it cannot."""
    with _unavailable(path):
        if path.exists():
            return
        with _empty() as log:
            create_once(path, log.serialize())


def check_log(path: Path) -> Seen:
    """Read the whole log and change nothing; what it is and holds.

    LogCorrupt names the first entry that is missing, out of its place or unreadable. An edit that
    keeps the form is not seen here. LogUnavailable if the file cannot be read.
    """
    try:
        with closing(_connected(path, "ro")) as connection:
            return Seen(_identity(path), _checked(path, connection))
    except OSError as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error
    except sqlite3.Error as error:
        if _primary_code(error) in _DAMAGE:
            raise LogCorrupt(f"{path}: is no audit log, or a damaged one; restore it") from error
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


def read_rows(path: Path, sql: str, given: Sequence[Any]) -> list[tuple[int, bytes]]:
    """The (index, leaf) pairs that `sql` selects; LogUnavailable if the file cannot be read."""
    with _unavailable(path), closing(_connected(path, "ro")) as connection:
        return connection.execute(sql, given).fetchall()


def log_size(path: Path) -> int:
    """How many entries are durable; LogUnavailable if the file cannot be read."""
    with _unavailable(path), closing(_connected(path, "ro")) as connection:
        return _size(connection)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    # mode=rw never creates: a log that is gone must not be begun anew in silence.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _make_durable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    wanted = {"journal_mode": "wal", "synchronous": _FSYNC_EACH_COMMIT, "foreign_keys": 1}
    for name, value in wanted.items():
        if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
            raise LogUnavailable(f"SQLite does not keep {name} here, so no commit is sure")


def _insert(connection: sqlite3.Connection, first: int, rows: Sequence[Row]) -> None:
    numbered = list(enumerate(rows, first))
    connection.executemany(_INSERT_ENTRY, [(i, row.leaf, *row.searched) for i, row in numbered])
    pseudonyms = [(name, i) for i, row in numbered for name in row.pseudonyms]
    connection.executemany(_INSERT_PSEUDONYM, pseudonyms)


def _size(connection: sqlite3.Connection) -> int:
    (size,) = connection.execute(_SIZE).fetchone()
    return int(size)


def _checked(path: Path, connection: sqlite3.Connection) -> int:
    with _empty() as log:
        if _shape(connection) != _shape(log):
            raise LogCorrupt(f"{path}: its tables or triggers are not the audit log's; restore it")
    bad = _first_bad(connection)
    if bad is not None:
        raise LogCorrupt(f"{path}: entry {bad} is not as it was written; restore it", bad)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise LogCorrupt(f"{path}: the file is damaged beside its entries; restore it")
    return _size(connection)


def _shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def _first_bad(connection: sqlite3.Connection) -> int | None:
    try:
        (bad,) = connection.execute(_FIRST_BAD).fetchone()
    except sqlite3.Error as error:
        if _primary_code(error) not in _DAMAGE:
            raise
        return _first_unreadable(connection)
    return None if bad is None else int(bad)


def _first_unreadable(connection: sqlite3.Connection) -> int:
    # Damage to a page ends the walk at the first entry that cannot be reached.
    due = 0
    try:
        for index, _ in connection.execute("SELECT idx, leaf FROM entry ORDER BY idx"):
            if index != due:
                break
            due += 1
    except sqlite3.DatabaseError:
        return due
    return due


def _refuse_another(path: Path, file: tuple[int, int]) -> None:
    if _identity(path) != file:
        raise LogUnavailable(f"{path}: was moved or replaced; put it back, or start again")


def _refuse_less(path: Path, connection: sqlite3.Connection, known: int) -> None:
    connection.execute("BEGIN IMMEDIATE")  # which also shows that it can be written
    size = _size(connection)
    connection.execute("ROLLBACK")
    if size < known:
        raise LogUnavailable(f"{path}: has {size} entries of {known}; restore it")


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _primary_code(error: sqlite3.Error) -> int:
    return error.sqlite_errorcode & 0xFF


@contextmanager
def _empty() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        yield connection


@contextmanager
def _unavailable(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
