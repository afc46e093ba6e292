"""Alerts in a file of their own, drawn from the log entry by entry; lost, it is drawn again."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.codes import Purpose
from gateway.alerts.memory import (
    KEPT_DAYS,
    Remembered,
    day_of,
    forget_before,
    forget_pruned,
    knows,
    note,
    recall,
)
from gateway.alerts.raised import THOUSANDTHS, Raised, Rank
from gateway.alerts.rules import MANY_CHILDREN, REPEATED_LOOKS, Found, assess, leave
from gateway.alerts.schema import SHAPE, TABLES
from gateway.audit.entry import AuditKind, Entry
from gateway.audit.failures import LogUnavailable
from gateway.audit.logged import Logged
from gateway.audit.moment import microseconds
from gateway.audit.private_file import create_once
from gateway.audit.span import Spans
from gateway.audit.store_file import connected, damaged, unavailable
from gateway.transaction import transaction
from gateway.working_days import working_days_after

_MOST_ENTRIES: Final = 200
_PASSED_ON: Final = "PASSED_ON"
_PAGE: Final = """
SELECT * FROM alert
WHERE (:reviewed IS NULL OR (verdict IS NOT NULL) = :reviewed)
  AND (:id IS NULL OR (-score, -at, id) > (:score, :at, :id))
ORDER BY score DESC, at DESC, id LIMIT :count
"""
_WAITING: Final = "SELECT * FROM alert WHERE anchor = :anchor AND verdict IS NULL"
_DRAWN_FROM: Final = "SELECT id, anchor, last FROM alert"
_COMPARES_FROM: Final = "UPDATE drawn SET compares_from = ? WHERE compares_from IS NULL"
_OVERDUE: Final = "SELECT * FROM alert WHERE verdict IS NULL AND told = 0 AND due_by <= :now"


@dataclass(frozen=True, slots=True)
class AlertStore:
    """The file at `path`; every method blocks, and raises LogUnavailable if it cannot be used."""

    path: Path

    def drawn(self) -> tuple[int, bytes]:
        """How many entries were drawn, and the SHA-256 of the last one's leaf.

        0 of a file that is missing, damaged or of another shape; it is then begun anew.
        """
        with unavailable(self.path):
            try:
                with self._open() as connection:
                    if connection.execute("PRAGMA user_version").fetchone() == (SHAPE,):
                        size, digest = connection.execute("SELECT size, last FROM drawn").fetchone()
                        return int(size), digest
            except sqlite3.Error as error:
                if not damaged(error):
                    raise
            self.forget()
            return 0, b""

    def forget(self) -> None:
        """Remove the file, to be drawn again."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{suffix}").unlink(missing_ok=True)

    def begin_after_pruning(self) -> None:
        """Raise nothing of the first weeks of questions that are left in a pruned log.

        What they are compared with may be gone, and everybody would look out of their habit.
        """
        with unavailable(self.path), self._open() as connection:
            connection.execute("UPDATE drawn SET compares_from = NULL")

    def take(self, entries: Sequence[Logged]) -> None:
        """Draw the next entries of the log, all of them or none."""
        with unavailable(self.path), self._open() as connection, transaction(connection):
            newest = 0
            for logged in entries:
                entry = logged.entry
                newest = max(newest, day_of(entry))
                _take(connection, logged.index, entry)
            forget_before(connection, newest)
            digest = hashlib.sha256(entries[-1].leaf).digest()
            connection.execute(
                "UPDATE drawn SET size = ?, last = ?", (entries[-1].index + 1, digest)
            )

    def forget_pruned(self, pruned: Spans) -> None:
        """Keep nothing that was drawn from these entries: no alert, no review, no question.

        LogUnavailable if its bytes may still be in the file's journal.
        """
        with unavailable(self.path), self._open() as connection:
            with transaction(connection):
                drawn = connection.execute(_DRAWN_FROM).fetchall()
                gone = [(i,) for i, *entries in drawn if any(map(pruned.covers, entries))]
                connection.executemany("DELETE FROM alert WHERE id = ?", gone)
                forget_pruned(connection, pruned)
            (kept, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if kept:
            raise LogUnavailable(f"{self.path}: somebody reads its journal; it is emptied later")

    def page(self, *, reviewed: bool | None, after: Rank | None, count: int) -> tuple[Raised, ...]:
        """Up to `count` alerts, the most unusual first; of one state, or of both."""
        given = {
            "reviewed": reviewed,
            "score": -after.thousandths if after else None,
            "at": -after.at if after else None,
            "id": after.id if after else None,
            "count": count,
        }
        return self._read(_PAGE, given)

    def waiting(self, anchor: int) -> Raised | None:
        """The alert that this entry is to be reviewed for, if nobody has."""
        return next(iter(self._read(_WAITING, {"anchor": anchor})), None)

    def overdue(self, now: datetime) -> tuple[Raised, ...]:
        """The alerts whose term is over, and of which no deputy was told yet."""
        return self._read(_OVERDUE, {"now": microseconds(now)})

    def told(self, alert: Raised) -> None:
        """Keep that the deputies were told of an alert."""
        with unavailable(self.path), self._open() as connection:
            connection.execute("UPDATE alert SET told = 1 WHERE id = ?", (alert.id,))

    def _read(self, sql: str, given: Mapping[str, object]) -> tuple[Raised, ...]:
        with unavailable(self.path), self._open() as connection:
            return tuple(map(Raised.of, connection.execute(sql, given)))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            create_once(self.path, _empty())
        with closing(connected(self.path, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            yield connection


def _take(connection: sqlite3.Connection, index: int, entry: Entry) -> None:
    match entry.kind:
        case AuditKind.INTENT if _by_a_practitioner(entry):
            first_compared = entry.at + timedelta(days=KEPT_DAYS)
            connection.execute(_COMPARES_FROM, (microseconds(first_compared),))
            note(connection, index, entry)
        case AuditKind.RELEASE if _by_a_practitioner(entry) and knows(connection, entry.query_id):
            note(connection, index, entry)
            _weigh(connection, index, entry)
        case AuditKind.BREAK_GLASS:
            _raise(connection, _of_leave(index, entry), leave(), entry.at)
        case AuditKind.REVIEW:
            connection.execute(
                "UPDATE alert SET verdict = ? WHERE id = ?", (entry.detail, entry.query_id)
            )


def _by_a_practitioner(entry: Entry) -> bool:
    known = entry.query_id is not None and entry.user is not None
    asked = entry.purpose is not Purpose.SUBJECT_ACCESS and entry.detail != _PASSED_ON
    return known and asked


def _weigh(connection: sqlite3.Connection, index: int, release: Entry) -> None:
    """Raise an alert of a question, or take back one that the rest of its answer explains."""
    query_id = str(release.query_id)
    remembered = recall(connection, query_id)
    found = assess(remembered.sighting, remembered.habit)
    compares = connection.execute("SELECT compares_from FROM drawn").fetchone()[0]
    if found is None or not found.raises or microseconds(release.at) < compares:
        connection.execute("DELETE FROM alert WHERE id = ? AND verdict IS NULL", (query_id,))
    else:
        _raise(connection, _shown(remembered, found, index), found, release.at)


@dataclass(frozen=True, slots=True)
class _Access:
    """Whose access an alert is of, and the entries that show it, the one to review first.

    `last` is the newest entry that it was drawn from.
    """

    id: str | None
    entries: tuple[int, ...]
    last: int
    user: str | None
    organisation: str | None
    manager: str | None


def _of_leave(index: int, entry: Entry) -> _Access:
    return _Access(entry.query_id, (index,), index, entry.user, entry.organisation, entry.manager)


def _shown(remembered: Remembered, found: Found, last: int) -> _Access:
    sighting = remembered.sighting
    others = {MANY_CHILDREN: remembered.today, REPEATED_LOOKS: remembered.looks}
    entries = (sighting.index, *others.get(found.rule, ())[-_MOST_ENTRIES:])
    return _Access(
        sighting.query_id, entries, last, sighting.user, sighting.organisation, sighting.manager
    )


def _raise(connection: sqlite3.Connection, of: _Access, found: Found, at: datetime) -> None:
    connection.execute(
        "INSERT INTO alert (id, anchor, rule, score, at, due_by, entries, user, organisation,"
        " manager, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET rule = excluded.rule, score = excluded.score,"
        " entries = excluded.entries, last = excluded.last, due_by = min(due_by, excluded.due_by)",
        (
            *(of.id, of.entries[0], found.rule, round(found.score * THOUSANDTHS)),
            *(microseconds(at), microseconds(working_days_after(at, found.working_days))),
            *(json.dumps(of.entries), of.user, of.organisation, of.manager, of.last),
        ),
    )


def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return connection.serialize()
