"""Break-glass grants in a file of their own: who, until when, reviewed by whom; no detail."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS grants (
  id TEXT PRIMARY KEY, entry INTEGER NOT NULL UNIQUE, user TEXT NOT NULL,
  organisation TEXT NOT NULL, manager TEXT, expires_at REAL NOT NULL, review_by REAL NOT NULL,
  reviewer TEXT, verdict TEXT, escalated INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS children (
  grant_id TEXT NOT NULL REFERENCES grants (id), pseudonym TEXT NOT NULL,
  PRIMARY KEY (grant_id, pseudonym)
) STRICT;
CREATE TABLE IF NOT EXISTS notices (
  grant_id TEXT NOT NULL REFERENCES grants (id), place TEXT NOT NULL, kind TEXT NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (grant_id, place, kind)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one user was given or stated, and somebody else reviews.

    `entry` is its index in the log, times are Unix seconds. It gives leave until `expires_at`;
    where that is `review_by`'s past from the beginning, as for stated harm, it gives none.
    """

    id: str
    entry: int
    user: str
    organisation: str
    manager: str | None
    expires_at: float
    review_by: float


@dataclass(frozen=True, slots=True)
class Notice:
    """What is still to be told to one place about one grant: `kind` says what."""

    grant_id: str
    place: str
    kind: str


class GrantStore:
    """The file; every method is durable on return, and blocks for as long as the disk takes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._open() as opened:
            opened.executescript(_TABLES)
        file.chmod(0o600)

    def add(
        self, grant: Grant, pseudonyms: Iterable[str], places: Iterable[str], kind: str
    ) -> None:
        """Keep a grant with the child's pseudonyms and whom to tell what of it."""
        with self._open() as opened, opened:
            row = (
                grant.id,
                grant.entry,
                grant.user,
                grant.organisation,
                grant.manager,
                grant.expires_at,
                grant.review_by,
            )
            opened.execute(
                "INSERT INTO grants (id, entry, user, organisation, manager, expires_at, review_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            opened.executemany(
                "INSERT INTO children VALUES (?, ?)", [(grant.id, each) for each in pseudonyms]
            )
            _to_tell(opened, grant.id, places, kind)

    def pseudonyms(self, grant_id: str, user: str, organisation: str, now: float) -> frozenset[str]:
        """The child's pseudonyms of a grant that this user may use now; none of any other."""
        sql = (
            "SELECT pseudonym FROM children JOIN grants ON id = grant_id"
            " WHERE id = ? AND user = ? AND organisation = ? AND expires_at > ?"
        )
        with self._open() as opened:
            return frozenset(p for (p,) in opened.execute(sql, (grant_id, user, organisation, now)))

    def suspended(self, user: str, organisation: str, now: float) -> bool:
        """Whether a review of this user's use is overdue."""
        sql = (
            "SELECT 1 FROM grants WHERE user = ? AND organisation = ?"
            " AND reviewer IS NULL AND review_by <= ?"
        )
        with self._open() as opened:
            return opened.execute(sql, (user, organisation, now)).fetchone() is not None

    def unreviewed(self, entry: int) -> Grant | None:
        """The grant of this entry of the log, if nobody has reviewed it."""
        sql = (
            "SELECT id, entry, user, organisation, manager, expires_at, review_by FROM grants"
            " WHERE entry = ? AND reviewer IS NULL"
        )
        with self._open() as opened:
            row = opened.execute(sql, (entry,)).fetchone()
            return None if row is None else Grant(*row)

    def review(self, grant_id: str, reviewer: str, verdict: str) -> None:
        """Keep who reviewed the grant and what they found."""
        with self._open() as opened, opened:
            opened.execute(
                "UPDATE grants SET reviewer = ?, verdict = ? WHERE id = ? AND reviewer IS NULL",
                (reviewer, verdict, grant_id),
            )

    def escalate(self, now: float, places: Iterable[str]) -> None:
        """Have every review that is overdue told to these places, once."""
        told = tuple(places)
        with self._open() as opened, opened:
            due = opened.execute(
                "SELECT id FROM grants WHERE reviewer IS NULL AND review_by <= ? AND escalated = 0",
                (now,),
            ).fetchall()
            for (grant_id,) in due:
                _to_tell(opened, grant_id, told, "overdue")
                opened.execute("UPDATE grants SET escalated = 1 WHERE id = ?", (grant_id,))

    def unsent(self) -> tuple[Notice, ...]:
        """The notices that nobody has taken yet."""
        sql = "SELECT grant_id, place, kind FROM notices WHERE sent = 0"
        with self._open() as opened:
            return tuple(Notice(*row) for row in opened.execute(sql))

    def sent(self, notice: Notice) -> None:
        """Keep that a notice was taken."""
        with self._open() as opened, opened:
            opened.execute(
                "UPDATE notices SET sent = 1 WHERE grant_id = ? AND place = ? AND kind = ?",
                (notice.grant_id, notice.place, notice.kind),
            )

    def _open(self) -> "closing[sqlite3.Connection]":
        opened = sqlite3.connect(self._file, timeout=5)
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = FULL")
        return closing(opened)


def _to_tell(opened: sqlite3.Connection, grant_id: str, places: Iterable[str], kind: str) -> None:
    opened.executemany(
        "INSERT OR IGNORE INTO notices (grant_id, place, kind) VALUES (?, ?, ?)",
        [(grant_id, place, kind) for place in sorted({*places})],
    )
