"""Grants and notices in one SQLite file: who, until when, who reviewed; no detail of a child."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from gateway.config.sql import transaction
from gateway.model.account import Account
from gateway.oversight.break_glass.store.contract import CLAIMED_AT_ONCE, OVERDUE, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import BreakGlassGrant, Notice
from gateway.oversight.break_glass.store.sqlite_tables import (
    ADD_ISSUER,
    BEFORE_ISSUERS,
    SHAPE,
    TABLES,
)

T = TypeVar("T")
_BUSY_SECONDS: Final = 5.0
_STEPPED_BACK_S: Final = 60.0
_ADD: Final = (
    "INSERT INTO leave (id, idx, user, issuer, organisation, manager, expires_at, review_by)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHILD: Final = "INSERT OR IGNORE INTO leave_child VALUES (?, ?)"
_NOTIFY: Final = "INSERT OR IGNORE INTO notice (about, idx, place, kind) VALUES (?, ?, ?, ?)"
_PSEUDONYMS: Final = (
    "SELECT pseudonym FROM leave_child JOIN leave ON id = leave_id"
    " WHERE id = ? AND user = ? AND issuer = ? AND organisation = ? AND expires_at > ?"
)
_SUSPENDED: Final = (
    "SELECT 1 FROM leave WHERE user = ? AND issuer IN (?, '')"
    " AND reviewer IS NULL AND review_by <= ? LIMIT 1"
)
_UNREVIEWED: Final = (
    "SELECT id, idx, user, issuer, organisation, manager, expires_at, review_by FROM leave"
    " WHERE idx = ? AND reviewer IS NULL"
)
_REVIEW: Final = "UPDATE leave SET reviewer = ?, verdict = ? WHERE id = ? AND reviewer IS NULL"
_TELL_OF_LATE: Final = (
    "INSERT OR IGNORE INTO notice (about, idx, place, kind)"
    " SELECT leave.id, idx, value, :kind FROM leave JOIN json_each(:places)"
    " WHERE reviewer IS NULL AND review_by <= :now AND escalated = 0"
)
_ESCALATED: Final = (
    "UPDATE leave SET escalated = 1 WHERE reviewer IS NULL AND review_by <= :now AND escalated = 0"
)
# A claim that reaches far beyond any was made before the clock stepped back; one that reaches a
# little beyond was made by another gateway while this one waited for the file.
_CLAIM: Final = (
    "UPDATE notice SET until = :at + :lasts WHERE (about, place, kind) IN"
    " (SELECT about, place, kind FROM notice"
    " WHERE sent = 0 AND (until <= :at OR until > :at + :lasts + :slack) LIMIT :most)"
    " RETURNING about, idx, place, kind"
)
_SENT: Final = "UPDATE notice SET sent = 1 WHERE about = ? AND place = ? AND kind = ?"
_END: Final = (
    "DELETE FROM leave_child WHERE leave_id IN (SELECT id FROM leave WHERE expires_at <= ?)"
)
_ENTRIES: Final = "SELECT idx FROM leave UNION SELECT idx FROM notice"
_FORGET: Final = ("DELETE FROM leave WHERE idx = ?", "DELETE FROM notice WHERE idx = ?")


class SqliteGrants:
    """Each method opens the file, so that nothing is held open between two of them."""

    @classmethod
    async def open(cls, file: Path, seconds: Callable[[], float] = time.time) -> Self:
        """Open the store at `file`, made if absent (mode 0600); GrantsUnavailable if it cannot.

        Claims run by `seconds`, the machine's own clock.
        """
        opened = cls(file, seconds)
        await opened._do(_make)
        await opened._do(lambda _: file.chmod(0o600))
        return opened

    def __init__(self, file: Path, seconds: Callable[[], float]) -> None:
        self._file = file
        self._seconds = seconds

    async def add(
        self, grant: BreakGlassGrant, pseudonyms: Iterable[str], places: Iterable[str], kind: str
    ) -> None:
        """Keep a grant with the child's pseudonyms, and whom to tell what of it."""
        row = (
            *(grant.id, grant.entry, grant.user, grant.issuer, grant.organisation),
            *(grant.manager, grant.expires_at, grant.review_by),
        )
        children = [(grant.id, each) for each in pseudonyms]
        notices = [(grant.id, grant.entry, place, kind) for place in sorted({*places})]
        await self._change((_ADD, [row]), (_CHILD, children), (_NOTIFY, notices))

    async def pseudonyms(
        self, grant_id: str, account: Account, organisation: str, now: float
    ) -> frozenset[str]:
        """The child's pseudonyms of a grant that this user may use now; none of any other."""
        given = (grant_id, account.user, account.issuer, organisation, now)
        found = await self._fetch(_PSEUDONYMS, given)
        return frozenset(pseudonym for (pseudonym,) in found)

    async def suspended(self, account: Account, now: float) -> bool:
        """Whether a review of this user's use is overdue, whichever organisation it was for."""
        return bool(await self._fetch(_SUSPENDED, (account.user, account.issuer, now)))

    async def unreviewed(self, entry: int) -> BreakGlassGrant | None:
        """The grant of this entry of the log, if nobody has reviewed it."""
        found = await self._fetch(_UNREVIEWED, (entry,))
        return BreakGlassGrant(*found[0]) if found else None

    async def review(self, grant_id: str, reviewer: str, verdict: str) -> None:
        """Keep who reviewed the grant and what they found; the first review stays."""
        await self._change((_REVIEW, [(reviewer, verdict, grant_id)]))

    async def escalate(self, now: float, places: Iterable[str]) -> None:
        """Have every review that is overdue told to these places, once among all gateways."""
        given = {"now": now, "kind": OVERDUE, "places": json.dumps(sorted({*places}))}
        await self._change((_TELL_OF_LATE, [given]), (_ESCALATED, [given]))

    async def notify(self, notices: Iterable[Notice]) -> None:
        """Have these told; one that was to be told before is not told again."""
        rows = [(each.about, each.entry, each.place, each.kind) for each in notices]
        await self._change((_NOTIFY, rows))

    async def claim(self, seconds: float) -> tuple[Notice, ...]:
        """Up to CLAIMED_AT_ONCE notices that nobody took, for this gateway alone for so long."""
        given = {"at": self._seconds(), "lasts": seconds, "most": CLAIMED_AT_ONCE}
        given["slack"] = _STEPPED_BACK_S
        return tuple(Notice(*row) for row in await self._fetch(_CLAIM, given))

    async def sent(self, notice: Notice) -> None:
        """Keep that a notice was taken."""
        await self._change((_SENT, [(notice.about, notice.place, notice.kind)]))

    async def end(self, now: float) -> None:
        """Forget about whom an expired grant was: nothing asks for it any more."""
        await self._change((_END, [(now,)]))

    async def entries(self) -> frozenset[int]:
        """The entries of the log that anything is kept about."""
        return frozenset(index for (index,) in await self._fetch(_ENTRIES, ()))

    async def forget(self, entries: Collection[int]) -> None:
        """Keep nothing about these entries, which were pruned from the log.

        The bytes leave the file and its journal with it.
        """
        rows = [(index,) for index in entries]
        await self._change(*((sql, rows) for sql in _FORGET))
        await self._do(_empty_journal)

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""

    async def _fetch(self, sql: str, given: Any) -> list[Any]:
        return await self._do(lambda opened: opened.execute(sql, given).fetchall())

    async def _change(self, *steps: tuple[str, list[Any]]) -> None:
        def change(opened: sqlite3.Connection) -> None:
            with transaction(opened):
                for sql, rows in steps:
                    opened.executemany(sql, rows)

        await self._do(change)

    async def _do(self, what: Callable[[sqlite3.Connection], T]) -> T:
        def done() -> T:
            with self._opened() as connection:
                return what(connection)

        return await asyncio.to_thread(done)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(_connected(self._file)) as connection:
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise GrantsUnavailable(
                f"{self._file.name} cannot be used ({type(error).__name__})"
            ) from None


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _make(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        if connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
            for statement in TABLES.split(";"):
                connection.execute(statement)
        if connection.execute("PRAGMA user_version").fetchone() == (BEFORE_ISSUERS,):
            connection.execute(ADD_ISSUER)
            connection.execute(f"PRAGMA user_version = {SHAPE}")
    if connection.execute("PRAGMA user_version").fetchone() != (SHAPE,):
        raise GrantsUnavailable(
            "break-glass.sqlite is of another version; have its reviews done there, or remove it"
        )


def _empty_journal(connection: sqlite3.Connection) -> None:
    (kept, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if kept:
        raise GrantsUnavailable(
            "somebody reads the journal of break-glass grants; it is emptied later"
        )
