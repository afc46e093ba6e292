"""What auditors search by, beside the log and drawn from it: lost or altered, it is made again."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from gateway.audit.entry import AuditKind
from gateway.audit.failures import LogUnavailable
from gateway.audit.moment import microseconds
from gateway.audit.private_file import create_once
from gateway.audit.risk import Risk
from gateway.audit.search import Place, Search
from gateway.audit.search_statement import statement
from gateway.audit.store_file import connected, damaged, reading, unavailable
from gateway.transaction import transaction

BATCH: Final = 2000
_CACHE_KIB: Final = 65_536
_SCHEMA: Final = """
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  query_id TEXT,
  user TEXT,
  organisation TEXT,
  purpose TEXT,
  broke_glass INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_at ON entry (at);
CREATE INDEX entry_kind ON entry (kind, at);
CREATE INDEX entry_query_id ON entry (query_id, at) WHERE query_id IS NOT NULL;
CREATE INDEX entry_user ON entry (user, at) WHERE user IS NOT NULL;
CREATE INDEX entry_organisation ON entry (organisation, at) WHERE organisation IS NOT NULL;
CREATE INDEX entry_purpose ON entry (purpose, at) WHERE purpose IS NOT NULL;
CREATE INDEX entry_broke_glass ON entry (at) WHERE broke_glass = 1;
CREATE TABLE child_pseudonym (
  pseudonym TEXT NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (pseudonym, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE asked_agency (
  agency TEXT NOT NULL,
  at INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (agency, at, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE drawn (
  size INTEGER NOT NULL,
  last BLOB NOT NULL,
  forgot INTEGER NOT NULL
) STRICT;
INSERT INTO drawn VALUES (0, x'', 0);
PRAGMA user_version = 3;
"""
_SHAPE: Final = 3  # of the tables above: an index of another shape is drawn again
_DRAWN: Final = "SELECT size, last, forgot FROM drawn"
_LAST: Final = "SELECT hash FROM leaf_hash WHERE idx = ?"
_NEXT: Final = (
    "SELECT idx, leaf, hash FROM entry JOIN leaf_hash USING (idx)"
    " WHERE idx >= ? ORDER BY idx LIMIT ?"
)
_PRUNED: Final = "SELECT first, last FROM pruned"
_FORGET_WHAT_WENT: Final = (
    "DELETE FROM child_pseudonym WHERE idx NOT IN (SELECT idx FROM entry)",
    "DELETE FROM asked_agency WHERE idx NOT IN (SELECT idx FROM entry)",
)
_LEAVES: Final = "SELECT idx, leaf FROM entry WHERE idx IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Finder:
    """The index of the log at `log`, in a file of its own."""

    log: Path
    index: Path

    @classmethod
    def beside(cls, log: Path) -> "Finder":
        """The index of a log, in its folder."""
        return cls(log, log.with_name(f"{log.name}-found-by"))

    def find(self, search: Search, after: Place | None, count: int) -> list[tuple[int, bytes]]:
        """Index and leaf of up to `count` entries that fit, of all that are durable now.

        LogUnavailable if the log or the index cannot be read or written.
        """
        self.catch_up()
        with reading(self.index) as connection:
            found = [index for (index,) in connection.execute(*statement(search, after, count))]
        with reading(self.log) as connection:
            leaves = dict(connection.execute(_LEAVES, (orjson.dumps(found).decode(),)).fetchall())
        # One that is pruned in between is not there any more.
        return [(index, leaves[index]) for index in found if index in leaves]

    def catch_up(self) -> None:
        """Draw what the log has more; made anew if it was not drawn from this log."""
        with unavailable(self.index):
            try:
                sound = self._draw()
            except sqlite3.Error as error:
                if not damaged(error):
                    raise
                sound = False
            if not sound:
                self._begin_anew()
                self._draw()

    def _draw(self) -> bool:
        """Whether the index was drawn from this log; then it has all of it now."""
        if not self.index.exists():
            create_once(self.index, _empty())
        with (
            closing(connected(self.index, "rw")) as index,
            closing(connected(self.log, "ro")) as log,
        ):
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = NORMAL")
            index.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if not _drawn_from(index, log):
                return False
            while self._draw_some(index, log) == BATCH:
                pass
            _forget_pruned(self.index, index, log)
        return True

    def _draw_some(self, index: sqlite3.Connection, log: sqlite3.Connection) -> int:
        with transaction(index):
            size, _, _ = index.execute(_DRAWN).fetchone()
            rows = log.execute(_NEXT, (size, BATCH)).fetchall()
            if rows:
                _insert(index, [(i, orjson.loads(leaf)) for i, leaf, _ in rows])
                index.execute("UPDATE drawn SET size = ?, last = ?", (rows[-1][0] + 1, rows[-1][2]))
        return len(rows)

    def _begin_anew(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.index.with_name(f"{self.index.name}{suffix}").unlink(missing_ok=True)


def _drawn_from(index: sqlite3.Connection, log: sqlite3.Connection) -> bool:
    if index.execute("PRAGMA user_version").fetchone() != (_SHAPE,):
        return False
    size, last, _ = index.execute(_DRAWN).fetchone()
    return bool(size == 0 or log.execute(_LAST, (size - 1,)).fetchone() == (last,))


def _forget_pruned(path: Path, index: sqlite3.Connection, log: sqlite3.Connection) -> None:
    """Take out of the index, and out of its files, what was pruned from the log since."""
    spans = log.execute(_PRUNED).fetchall()
    if index.execute(_DRAWN).fetchone()[2] == len(spans):
        return
    index.execute("PRAGMA secure_delete = ON")
    with transaction(index):
        index.executemany("DELETE FROM entry WHERE idx BETWEEN ? AND ?", spans)
        for sql in _FORGET_WHAT_WENT:
            index.execute(sql)
    (kept, _, _) = index.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if kept:
        raise LogUnavailable(f"{path}: somebody reads its journal; search or prune again")
    index.execute("UPDATE drawn SET forgot = ?", (len(spans),))


def _insert(index: sqlite3.Connection, entries: Sequence[tuple[int, dict[str, Any]]]) -> None:
    columns = ("kind", "query_id", "user", "organisation", "purpose")
    moments = {i: microseconds(datetime.fromisoformat(held["at"])) for i, held in entries}
    index.executemany(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (i, moments[i], *(held.get(name) for name in columns), _broke_glass(held))
            for i, held in entries
        ],
    )
    index.executemany(
        "INSERT OR IGNORE INTO child_pseudonym VALUES (?, ?)",
        [(name, i) for i, held in entries for name in held.get("child_pseudonyms", ())],
    )
    index.executemany(
        "INSERT OR IGNORE INTO asked_agency VALUES (?, ?, ?)",
        [
            (agency, moments[i], i)
            for i, held in entries
            for group in held.get("agencies", ())
            for agency in group["ids"]
        ],
    )


def _broke_glass(held: dict[str, Any]) -> bool:
    return held["kind"] == AuditKind.BREAK_GLASS or Risk.BREAK_GLASS in held.get("risks", ())


def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        return connection.serialize()
