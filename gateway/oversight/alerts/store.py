"""Alerts in a file of their own, found in the log entry by entry; lost, they are found again."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from gateway.audit.entry.logged import Logged
from gateway.audit.entry.range import EntryRanges
from gateway.audit.entry.time_units import microseconds
from gateway.audit.errors import LogUnavailable
from gateway.audit.keys.private_file import create_once
from gateway.audit.store.copy_seal import SEAL, CopyAltered, CopySeal
from gateway.audit.store.pace import Pace
from gateway.audit.store.sqlite_file import connected, damaged, turn, unavailable
from gateway.config.database.journal import empty_journal
from gateway.config.database.transaction import transaction
from gateway.config.working_days import WorkingDays
from gateway.model import events
from gateway.oversight.alerts.alert import Alert, Rank
from gateway.oversight.alerts.evaluation import AlertEvaluation
from gateway.oversight.alerts.memory import day_of, forget_before, forget_pruned
from gateway.oversight.alerts.schema import SHAPE, TABLES

_PAGE: Final = """
SELECT * FROM alert
WHERE (:reviewed IS NULL OR (verdict IS NOT NULL) = :reviewed)
  AND (:id IS NULL OR (-score, -at, id) > (:score, :at, :id))
ORDER BY score DESC, at DESC, id LIMIT :count
"""
_WAITING: Final = "SELECT * FROM alert WHERE anchor = :anchor AND verdict IS NULL"
_FOUND_IN: Final = "SELECT id, anchor, last FROM alert"
_OVERDUE: Final = "SELECT * FROM alert WHERE verdict IS NULL AND told = 0 AND due_by <= :now"


@dataclass(frozen=True, slots=True)
class AlertStore:
    """The file at `path`; every method blocks, and raises LogUnavailable if it cannot be used."""

    path: Path
    working_days: WorkingDays = field(default_factory=WorkingDays)
    pace: Pace = field(default_factory=Pace.at_once, repr=False)

    @classmethod
    def below(cls, state: Path, working_days: WorkingDays | None = None) -> Self:
        """The alerts that this gateway finds, in its own folder whatever the log is kept in."""
        return cls(state / "alerts.sqlite", working_days or WorkingDays())

    def indexed(self) -> tuple[int, bytes]:
        """How many entries were read, and the SHA-256 of the last one's leaf.

        0 of a file that is missing, damaged, of another shape or edited; it is then rebuilt.
        """
        with unavailable(self.path):
            try:
                with self._open() as connection:
                    if connection.execute("PRAGMA user_version").fetchone() == (SHAPE,):
                        self._refuse_altered(connection)
                        size, digest = connection.execute("SELECT size, last FROM drawn").fetchone()
                        return int(size), digest
            except CopyAltered:
                events.copy_altered("alerts")
            except sqlite3.Error as error:
                if not damaged(error):
                    raise
            self.forget()
            return 0, b""

    def turn(self) -> AbstractContextManager[bool]:
        """Hold what one process at a time does with the file; whether it is free now."""
        return turn(self.path, 0)

    def forget(self) -> None:
        """Remove the file, to be rebuilt."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{suffix}").unlink(missing_ok=True)

    def begin_after_pruning(self) -> None:
        """Find nothing in the first weeks of questions that are left in a pruned log.

        What they are compared with may be gone, and everybody would look unusual.
        """
        with unavailable(self.path), self._changing() as connection:
            connection.execute("UPDATE drawn SET compares_from = NULL")

    def take(
        self, entries: Sequence[Logged], after: int | None = None, *, today: datetime | None = None
    ) -> None:
        """Draw the next entries of the log, all of them or none.

        Old questions are forgotten by the entries' days, as far as these are not after `today`: an
        entry of a clock that ran ahead makes nothing else old.
        None if not so many were drawn before them as `after` says: another process was at it.
        """
        with unavailable(self.path), self._changing() as connection:
            (drawn,) = connection.execute("SELECT size FROM drawn").fetchone()
            if after not in {None, drawn}:
                return
            times, evaluation = list[datetime](), AlertEvaluation(connection, self.working_days)
            for logged in entries:
                entry = logged.entry
                times.append(entry.at)
                evaluation.take(logged.index, entry)
            forget_before(connection, day_of(min(max(times), today or max(times))))
            digest = hashlib.sha256(entries[-1].leaf).digest()
            connection.execute(
                "UPDATE drawn SET size = ?, last = ?", (entries[-1].index + 1, digest)
            )

    def forget_pruned(self, pruned: EntryRanges) -> None:
        """Keep nothing that was found in these entries: no alert, no review, no question.

        LogUnavailable if its bytes may still be in the file's journal.
        """
        with unavailable(self.path):
            with self._changing() as connection:
                indexed = connection.execute(_FOUND_IN).fetchall()
                gone = [(i,) for i, *entries in indexed if any(map(pruned.covers, entries))]
                connection.executemany("DELETE FROM alert WHERE id = ?", gone)
                forget_pruned(connection, pruned)
            self._empty_journal()

    def _empty_journal(self) -> None:
        with self._open() as connection:
            emptied = empty_journal(connection)
        if not emptied:
            raise LogUnavailable(
                f"{self.path}: another process reads its journal; it is emptied later"
            )

    def page(self, *, reviewed: bool | None, after: Rank | None, count: int) -> tuple[Alert, ...]:
        """Up to `count` alerts, the most unusual first; of one state, or of both."""
        given = {
            "reviewed": reviewed,
            "score": -after.thousandths if after else None,
            "at": -after.at if after else None,
            "id": after.id if after else None,
            "count": count,
        }
        return self._read(_PAGE, given)

    def waiting(self, anchor: int) -> Alert | None:
        """The alert that this entry is to be reviewed for, if nobody has."""
        return next(iter(self._read(_WAITING, {"anchor": anchor})), None)

    def overdue(self, now: datetime) -> tuple[Alert, ...]:
        """The alerts whose term is over, and of which no deputy was told yet."""
        return self._read(_OVERDUE, {"now": microseconds(now)})

    def told(self, alert: Alert) -> None:
        """Keep that the deputies were told of an alert."""
        with unavailable(self.path), self._changing() as connection:
            connection.execute("UPDATE alert SET told = 1 WHERE id = ?", (alert.id,))

    def _read(self, sql: str, given: Mapping[str, object]) -> tuple[Alert, ...]:
        with unavailable(self.path), self._open() as connection:
            return tuple(map(Alert.of, connection.execute(sql, given)))

    def _refuse_altered(self, connection: sqlite3.Connection) -> None:
        """CopyAltered if somebody edited the file; all of it is read once in a while."""
        seal = CopySeal.beside(self.path)
        if self.pace.left_s:
            seal.refuse_unmarked(connection)
            return
        with self.pace.round():
            seal.refuse_altered(connection)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection, transaction(connection):
            try:
                with CopySeal.beside(self.path).following(connection):
                    yield connection
            except CopyAltered:
                raise LogUnavailable(f"{self.path}: was edited; it is made again") from None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            create_once(self.path, _empty(CopySeal.beside(self.path)))
        with closing(connected(self.path, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            yield connection


def _empty(seal: CopySeal) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{SEAL}{TABLES}")
        seal.begin(connection)
        connection.commit()
        return connection.serialize()
