"""Grants and notices in either database: what one gateway gives holds, and is reviewed, at all."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, Executable, delete, insert, or_, select, tuple_, update
from sqlalchemy import union as sql_union

from gateway.audit.keys.private_file import create_once
from gateway.config.database.contract import Database, DatabaseDamaged, DatabaseRefused
from gateway.config.database.schema import SchemaUnknown, unserved
from gateway.config.database.sqlite import SqliteDatabase, told
from gateway.model.account import Account
from gateway.oversight.break_glass.store.contract import (
    CLAIMED_AT_ONCE,
    OVERDUE,
    GrantsUnavailable,
    GrantsUnserved,
)
from gateway.oversight.break_glass.store.grant import (
    CLOCKS_DIFFER_S,
    LASTS,
    BreakGlassGrant,
    KeptGrant,
    Notice,
)
from gateway.oversight.break_glass.store.schema import SCHEMA, empty_grants
from gateway.oversight.break_glass.store.tables import CHILDREN, GRANTS, NOTICES

T = TypeVar("T")
_STEPPED_BACK_S: Final = 60.0
_LONGEST_S: Final = LASTS.total_seconds() + CLOCKS_DIFFER_S
_AT_ONCE: Final = 1000  # entries in one statement
_UNREVIEWED: Final = GRANTS.c.reviewer.is_(None)
_GRANT: Final = select(
    *(GRANTS.c[name] for name in ("id", "idx", "user", "issuer", "organisation")),
    *(GRANTS.c[name] for name in ("manager", "expires_at", "review_by")),
)
_NOTICE_KEY: Final = (NOTICES.c.about, NOTICES.c.place, NOTICES.c.kind)
_ABOUT: Final = (GRANTS, NOTICES)
_ENTRIES: Final = sql_union(select(GRANTS.c.idx), select(NOTICES.c.idx))


class SqlGrants:
    """What is claimed runs by the database's clock; in a file that is the machine's own."""

    @classmethod
    async def at_file(cls, file: Path, seconds: Callable[[], float] = time.time) -> Self:
        """Open the store at `file`, made if absent (mode 0600); GrantsUnavailable if it cannot.

        Claims run by `seconds`.
        """
        with _told():
            _make(file)
        return await cls._checked(SqliteDatabase(file, seconds))

    @classmethod
    async def at_server(cls, dsn: str) -> Self:
        """Open the store at `dsn`, whose tables its owner has made; GrantsUnavailable says why not.

        The log at the same place has checked that commits are sure there.
        """
        from gateway.config.database.postgres import PostgresDatabase

        return await cls._checked(PostgresDatabase(dsn))

    @classmethod
    async def _checked(cls, database: Database) -> Self:
        opened = cls(database)
        try:
            async with database.at_hand():
                await opened._read(_refuse_unserved)
                with _told():
                    await database.prepare()
        except BaseException:
            await database.aclose()
            raise
        return opened

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, grant: BreakGlassGrant, pseudonyms: Iterable[str], places: Iterable[str], kind: str
    ) -> None:
        """Keep a grant with the child's pseudonyms, and whom to tell what of it.

        It may be there: another gateway that found it in the log, and not here, has put it there.
        """
        children = [{"leave_id": grant.id, "pseudonym": each} for each in sorted({*pseudonyms})]
        notices = [Notice(grant.id, grant.entry, place, kind) for place in sorted({*places})]
        await self._write(
            self._database.insert_new(GRANTS, [_columns(grant)]),
            *([self._database.insert_new(CHILDREN, children)] if children else []),
            *self._new_notices(notices),
        )

    async def pseudonyms(
        self, grant_id: str, account: Account, organisation: str, now: float
    ) -> frozenset[str]:
        """The child's pseudonyms of a grant that this user may use now; none of any other."""
        theirs = (GRANTS.c.user == account.user) & (GRANTS.c.issuer == account.issuer)
        # One that lasts longer than any: it was given by a clock ahead, or this one stepped back.
        lasts = (GRANTS.c.expires_at > now) & (GRANTS.c.expires_at <= now + _LONGEST_S)
        usable = (GRANTS.c.organisation == organisation) & lasts
        found = await self._rows(
            select(CHILDREN.c.pseudonym)
            .join(GRANTS, GRANTS.c.id == CHILDREN.c.leave_id)
            .where(GRANTS.c.id == grant_id, theirs, usable)
        )
        return frozenset(row[0] for row in found)

    async def suspended(self, account: Account, now: float) -> bool:
        """Whether a review of this user's use is overdue, whichever organisation it was for."""
        theirs = (GRANTS.c.user == account.user) & GRANTS.c.issuer.in_([account.issuer, ""])
        late = _UNREVIEWED & (GRANTS.c.review_by <= now)
        return bool(await self._rows(select(GRANTS.c.id).where(theirs, late).limit(1)))

    async def unreviewed(self, entry: int) -> BreakGlassGrant | None:
        """The grant of this entry of the log, if nobody has reviewed it."""
        found = await self._rows(_GRANT.where(GRANTS.c.idx == entry, _UNREVIEWED))
        return BreakGlassGrant(*found[0]) if found else None

    async def review(self, grant_id: str, reviewer: str, verdict: str) -> None:
        """Keep who reviewed the grant and what they found; the first review stays."""
        unreviewed = update(GRANTS).where(GRANTS.c.id == grant_id, _UNREVIEWED)
        await self._write(unreviewed.values(reviewer=reviewer, verdict=verdict))

    async def escalate(self, now: float, places: Iterable[str]) -> None:
        """Have every review that is overdue told to these places, once among all gateways."""
        late = _UNREVIEWED & (GRANTS.c.review_by <= now) & (GRANTS.c.escalated == 0)
        told_once = (
            update(GRANTS).where(late).values(escalated=1).returning(GRANTS.c.id, GRANTS.c.idx)
        )
        named = sorted({*places})

        def escalate(opened: Connection) -> None:
            # Of two gateways one alone finds a review that was not escalated.
            found = opened.execute(told_once).all()
            notices = [Notice(i, entry, place, OVERDUE) for i, entry in found for place in named]
            for statement in self._new_notices(notices):
                opened.execute(statement)

        with _told():
            await self._database.write(escalate)

    async def notify(self, notices: Iterable[Notice]) -> None:
        """Have these told; one that was to be told before is not told again."""
        await self._write(*self._new_notices([*notices]))

    async def claim(self, seconds: float) -> tuple[Notice, ...]:
        """Up to CLAIMED_AT_ONCE notices that nobody took, for this gateway alone for so long."""
        # A claim that reaches far beyond any was made before the clock stepped back; one that
        # reaches a little beyond was made by another gateway while this one waited.
        now, until, beyond = self._database.moments(0.0, seconds, seconds + _STEPPED_BACK_S)
        free = or_(NOTICES.c.until <= now, NOTICES.c.until > beyond)
        waiting = select(*_NOTICE_KEY).where(NOTICES.c.sent == 0, free).limit(CLAIMED_AT_ONCE)
        claimed = (
            update(NOTICES)
            .where(tuple_(*_NOTICE_KEY).in_(waiting.with_for_update(skip_locked=True)))
            .values(until=until)
            .returning(NOTICES.c.about, NOTICES.c.idx, NOTICES.c.place, NOTICES.c.kind)
        )
        with _told():
            rows = await self._database.write(lambda opened: opened.execute(claimed).all())
        return tuple(Notice(*row) for row in rows)

    async def sent(self, notice: Notice) -> None:
        """Keep that a notice was taken."""
        key = (notice.about, notice.place, notice.kind)
        await self._write(update(NOTICES).where(tuple_(*_NOTICE_KEY) == key).values(sent=1))

    async def end(self, now: float) -> None:
        """Forget about whom an expired grant was: nothing asks for it any more."""
        over = select(GRANTS.c.id).where(GRANTS.c.expires_at <= now)
        await self._write(delete(CHILDREN).where(CHILDREN.c.leave_id.in_(over)))

    async def entries(self) -> frozenset[int]:
        """The entries of the log that anything is kept about."""
        return frozenset(row[0] for row in await self._rows(_ENTRIES))

    async def forget(self, entries: Collection[int]) -> None:
        """Keep nothing about these entries, which were pruned from the log.

        The bytes leave a file and its journal with it; PostgreSQL's own VACUUM takes them there.
        """
        gone = sorted(entries)
        parts = [gone[at : at + _AT_ONCE] for at in range(0, len(gone), _AT_ONCE)]
        await self._write(
            *(delete(table).where(table.c.idx.in_(part)) for part in parts for table in _ABOUT)
        )
        with _told():
            await self._database.wipe()

    async def kept(self) -> tuple[KeptGrant, ...]:
        """Everything that is kept of grants and stated harm."""
        return await self._read(_kept)

    async def mend(self, grants: Iterable[KeptGrant], unknown: Collection[str]) -> None:
        """Have these stand as they are given, and what has an `unknown` id not at all.

        No column is written that is right already: the gateways' role may write few of them.
        """
        wanted = tuple(grants)

        def mend(opened: Connection) -> None:
            if unknown:
                opened.execute(delete(GRANTS).where(GRANTS.c.id.in_(sorted(unknown))))
            held = {each.grant.id: each for each in _kept(opened)}
            for each in wanted:
                for statement in _mending(each, held.get(each.grant.id)):
                    opened.execute(statement)

        with _told():
            await self._database.write(mend)

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        await self._database.aclose()

    def _new_notices(self, notices: list[Notice]) -> Iterator[Executable]:
        for at in range(0, len(notices), _AT_ONCE):
            rows = [
                {"about": n.about, "idx": n.entry, "place": n.place, "kind": n.kind}
                for n in notices[at : at + _AT_ONCE]
            ]
            yield self._database.insert_new(NOTICES, rows)

    async def _rows(self, wanted: Executable) -> list[Any]:
        return await self._read(lambda opened: list(opened.execute(wanted).all()))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with _told():
            return await self._database.read(work)

    async def _write(self, *changes: Executable) -> None:
        def change(opened: Connection) -> None:
            for each in changes:
                opened.execute(each)

        with _told():
            await self._database.write(change)


def _columns(grant: BreakGlassGrant) -> dict[str, Any]:
    named = {each.name: getattr(grant, each.name) for each in fields(grant)}
    named["idx"] = named.pop("entry")
    return named


def _kept(opened: Connection) -> tuple[KeptGrant, ...]:
    children = dict[str, set[str]]()
    for name, pseudonym in opened.execute(select(CHILDREN.c.leave_id, CHILDREN.c.pseudonym)):
        children.setdefault(name, set()).add(pseudonym)
    rows = opened.execute(_GRANT.add_columns(GRANTS.c.reviewer, GRANTS.c.verdict)).all()
    return tuple(
        KeptGrant(
            BreakGlassGrant(*given),
            reviewer,
            verdict,
            frozenset(children.get(given[0], ())),
        )
        for *given, reviewer, verdict in rows
    )


def _mending(wanted: KeptGrant, held: KeptGrant | None) -> Iterator[Executable]:
    given = {**_columns(wanted.grant), "reviewer": wanted.reviewer, "verdict": wanted.verdict}
    if held is None:
        yield insert(GRANTS).values(given)
    else:
        before = {**_columns(held.grant), "reviewer": held.reviewer, "verdict": held.verdict}
        if changed := {name: value for name, value in given.items() if value != before[name]}:
            yield update(GRANTS).where(GRANTS.c.id == wanted.grant.id).values(changed)
    theirs = CHILDREN.c.leave_id == wanted.grant.id
    if held is None or held.pseudonyms != wanted.pseudonyms:
        yield delete(CHILDREN).where(theirs)
        rows = [{"leave_id": wanted.grant.id, "pseudonym": p} for p in sorted(wanted.pseudonyms)]
        if rows:
            yield insert(CHILDREN).values(rows)


def _make(file: Path) -> None:
    with told(file):
        if not file.exists():
            create_once(file, empty_grants())


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (DatabaseDamaged, SchemaUnknown) as error:
        raise GrantsUnserved(str(error)) from None
    except DatabaseRefused as error:
        raise GrantsUnavailable(str(error)) from None


def _refuse_unserved(opened: Connection) -> None:
    refusal = unserved(SCHEMA.store, SCHEMA.found(opened), SCHEMA.newest)
    if refusal:
        raise GrantsUnserved(refusal)
