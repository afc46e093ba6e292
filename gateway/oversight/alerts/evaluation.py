"""What one entry says of alerts: one is found, taken back as explained, or closed by a review."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.time_units import microseconds
from gateway.config.working_days import WorkingDays
from gateway.oversight.alerts.alert import THOUSANDTHS
from gateway.oversight.alerts.memory import KEPT_DAYS, Remembered, knows, note, others_today, recall
from gateway.oversight.alerts.rules import (
    MANY_CHILDREN,
    REPEATED_LOOKS,
    AlertScore,
    assess,
    break_glass,
)

_MOST_ENTRIES: Final = 200
_PASSED_ON: Final = "PASSED_ON"
_COMPARES_FROM: Final = "UPDATE drawn SET compares_from = ? WHERE compares_from IS NULL"
_ADD_ALERT: Final = """
INSERT INTO alert (
  id, anchor, rule, score, at, due_by, entries, user, issuer, organisation, manager, last
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET rule = excluded.rule, score = excluded.score,
  entries = excluded.entries, last = excluded.last, due_by = min(due_by, excluded.due_by)
"""
_TAKE_BACK: Final = "DELETE FROM alert WHERE id = ? AND verdict IS NULL"
_CLOSE: Final = "UPDATE alert SET verdict = ? WHERE id = ? AND verdict IS NULL"


@dataclass(frozen=True, slots=True)
class AlertEvaluation:
    """Takes entries in their order, inside a step of changes to the file of alerts."""

    connection: sqlite3.Connection
    working_days: WorkingDays

    def take(self, index: int, entry: Entry) -> None:
        """What this entry says more than those before it."""
        match entry.kind:
            case AuditKind.INTENT if _by_a_practitioner(entry):
                first_compared = entry.at + timedelta(days=KEPT_DAYS)
                self.connection.execute(_COMPARES_FROM, (microseconds(first_compared),))
                note(self.connection, index, entry)
            case AuditKind.RELEASE if _by_a_practitioner(entry):
                self._evaluate(index, entry)
            case AuditKind.BREAK_GLASS:
                self._add_alert(_of_break_glass(index, entry), break_glass(), entry.at)
            case AuditKind.REVIEW:
                self.connection.execute(_CLOSE, (entry.detail, entry.query_id))

    def _evaluate(self, index: int, release: Entry) -> None:
        """Add an alert of a question, or take back one that the rest of its answer explains."""
        query_id = str(release.query_id)
        if not knows(self.connection, query_id):
            return
        note(self.connection, index, release)
        remembered = recall(self.connection, query_id)
        found = assess(remembered.observed, remembered.usual)
        if found is not None and found.is_alert and self._compares(release.at):
            self._add_alert(self._shown(remembered, found, index), found, release.at)
        else:
            self.connection.execute(_TAKE_BACK, (query_id,))

    def _compares(self, at: datetime) -> bool:
        """Whether what a question of this moment is compared with is still in the log."""
        sql = "SELECT compares_from FROM drawn"
        return bool(microseconds(at) >= self.connection.execute(sql).fetchone()[0])

    def _shown(self, remembered: Remembered, found: AlertScore, last: int) -> "_Access":
        observed, others = remembered.observed, tuple[int, ...]()
        if found.rule == MANY_CHILDREN:
            others = others_today(self.connection, observed, _MOST_ENTRIES)
        elif found.rule == REPEATED_LOOKS:
            others = remembered.looks[-_MOST_ENTRIES:]
        who = (observed.user, observed.issuer, observed.organisation, observed.manager)
        return _Access(observed.query_id, (observed.index, *others), last, *who)

    def _add_alert(self, of: "_Access", found: AlertScore, at: datetime) -> None:
        due_by = self.working_days.after(at, found.working_days)
        row = (
            *(of.id, of.entries[0], found.rule, round(found.score * THOUSANDTHS)),
            *(microseconds(at), microseconds(due_by), json.dumps(of.entries)),
            *(of.user, of.issuer, of.organisation, of.manager, of.last),
        )
        self.connection.execute(_ADD_ALERT, row)


@dataclass(frozen=True, slots=True)
class _Access:
    """Whose access an alert is of, and the entries that show it, the one to review first.

    `last` is the newest entry that it was found in.
    """

    id: str | None
    entries: tuple[int, ...]
    last: int
    user: str | None
    issuer: str
    organisation: str | None
    manager: str | None


def _by_a_practitioner(entry: Entry) -> bool:
    known = entry.query_id is not None and entry.user is not None
    asked = entry.purpose is not Purpose.SUBJECT_ACCESS and entry.detail != _PASSED_ON
    return known and asked


def _of_break_glass(index: int, entry: Entry) -> _Access:
    who = (entry.user, entry.issuer or "", entry.organisation, entry.manager)
    return _Access(entry.query_id, (index,), index, *who)
