"""Grants and notices in PostgreSQL: what one gateway gives holds, and is reviewed, at all."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any, Final, Self

import asyncpg

from gateway.config.sql import REFUSED, told_as
from gateway.model.account import Account
from gateway.oversight.break_glass.store.contract import CLAIMED_AT_ONCE, OVERDUE, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import BreakGlassGrant, Notice

_SECONDS: Final = 5.0
_CONNECTIONS: Final = 3
_THERE: Final = "SELECT to_regclass('leave') IS NOT NULL AND to_regclass('notice') IS NOT NULL"
_KEEPS_ISSUERS: Final = (
    "SELECT EXISTS (SELECT FROM pg_attribute"
    " WHERE attrelid = 'leave'::regclass AND attname = 'issuer')"
)
_ADD: Final = (
    'INSERT INTO leave (id, idx, "user", issuer, organisation, manager, expires_at, review_by)'
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)
_CHILD: Final = "INSERT INTO leave_child VALUES ($1, $2) ON CONFLICT DO NOTHING"
_NOTIFY: Final = (
    "INSERT INTO notice (about, idx, place, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)
_PSEUDONYMS: Final = (
    "SELECT pseudonym FROM leave_child JOIN leave ON id = leave_id"
    ' WHERE id = $1 AND "user" = $2 AND issuer = $3'
    " AND organisation = $4 AND expires_at > $5"
)
_SUSPENDED: Final = (
    "SELECT EXISTS (SELECT FROM leave WHERE \"user\" = $1 AND issuer IN ($2, '')"
    " AND reviewer IS NULL AND review_by <= $3)"
)
_UNREVIEWED: Final = (
    'SELECT id, idx, "user", issuer, organisation, manager, expires_at, review_by FROM leave'
    " WHERE idx = $1 AND reviewer IS NULL"
)
_REVIEW: Final = "UPDATE leave SET reviewer = $2, verdict = $3 WHERE id = $1 AND reviewer IS NULL"
# In one statement, so that of two gateways one alone finds a review not yet escalated.
_ESCALATE: Final = (
    "WITH late AS (UPDATE leave SET escalated = 1"
    " WHERE reviewer IS NULL AND review_by <= $1 AND escalated = 0 RETURNING id, idx)"
    " INSERT INTO notice (about, idx, place, kind)"
    " SELECT id, idx, place, $3 FROM late CROSS JOIN unnest($2::text[]) AS place"
    " ON CONFLICT DO NOTHING"
)
_CLAIM: Final = (
    "UPDATE notice SET until = clock_timestamp() + make_interval(secs => $1)"
    " WHERE (about, place, kind) IN (SELECT about, place, kind FROM notice"
    " WHERE sent = 0 AND until <= clock_timestamp() LIMIT $2 FOR UPDATE SKIP LOCKED)"
    " RETURNING about, idx, place, kind"
)
_SENT: Final = "UPDATE notice SET sent = 1 WHERE about = $1 AND place = $2 AND kind = $3"
_END: Final = "DELETE FROM leave_child USING leave WHERE id = leave_id AND expires_at <= $1"
_ENTRIES: Final = "SELECT idx FROM leave UNION SELECT idx FROM notice"
_FORGET: Final = (
    "DELETE FROM leave WHERE idx = ANY($1::bigint[])",
    "DELETE FROM notice WHERE idx = ANY($1::bigint[])",
)


class PostgresGrants:
    """Whoever claims a notice holds its row, by the database's clock, which all gateways share."""

    @classmethod
    async def open(cls, dsn: str) -> Self:
        """Open the store at `dsn`, whose tables its owner has made; GrantsUnavailable says why not.

        The log at the same place has checked that commits are sure there.
        """
        async with told_as(GrantsUnavailable):
            pool = await asyncpg.create_pool(
                dsn, min_size=1, max_size=_CONNECTIONS, command_timeout=_SECONDS
            )
            if not await pool.fetchval(_THERE):
                await pool.close()
                raise GrantsUnavailable(
                    "the database lacks the tables of break-glass grants; have its owner run what"
                    " `teamaround audit tables` prints"
                )
            if not await pool.fetchval(_KEEPS_ISSUERS):
                await pool.close()
                raise GrantsUnavailable(
                    "the database is of before issuers were kept; have its owner run what"
                    " `teamaround audit tables --since-issuers` prints"
                )
            return cls(pool)

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

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
        found = await self._fetch(
            _PSEUDONYMS, grant_id, account.user, account.issuer, organisation, now
        )
        return frozenset(row[0] for row in found)

    async def suspended(self, account: Account, now: float) -> bool:
        """Whether a review of this user's use is overdue, whichever organisation it was for."""
        return bool((await self._fetch(_SUSPENDED, account.user, account.issuer, now))[0][0])

    async def unreviewed(self, entry: int) -> BreakGlassGrant | None:
        """The grant of this entry of the log, if nobody has reviewed it."""
        found = await self._fetch(_UNREVIEWED, entry)
        return BreakGlassGrant(*found[0]) if found else None

    async def review(self, grant_id: str, reviewer: str, verdict: str) -> None:
        """Keep who reviewed the grant and what they found; the first review stays."""
        await self._fetch(_REVIEW, grant_id, reviewer, verdict)

    async def escalate(self, now: float, places: Iterable[str]) -> None:
        """Have every review that is overdue told to these places, once among all gateways."""
        await self._fetch(_ESCALATE, now, sorted({*places}), OVERDUE)

    async def notify(self, notices: Iterable[Notice]) -> None:
        """Have these told; one that was to be told before is not told again."""
        rows = [(each.about, each.entry, each.place, each.kind) for each in notices]
        await self._change((_NOTIFY, rows))

    async def claim(self, seconds: float) -> tuple[Notice, ...]:
        """Up to CLAIMED_AT_ONCE notices that nobody took, for this gateway alone for so long."""
        return tuple(Notice(*row) for row in await self._fetch(_CLAIM, seconds, CLAIMED_AT_ONCE))

    async def sent(self, notice: Notice) -> None:
        """Keep that a notice was taken."""
        await self._fetch(_SENT, notice.about, notice.place, notice.kind)

    async def end(self, now: float) -> None:
        """Forget about whom an expired grant was: nothing asks for it any more."""
        await self._fetch(_END, now)

    async def entries(self) -> frozenset[int]:
        """The entries of the log that anything is kept about."""
        return frozenset(row[0] for row in await self._fetch(_ENTRIES))

    async def forget(self, entries: Collection[int]) -> None:
        """Keep nothing about these entries, which were pruned from the log.

        PostgreSQL's own VACUUM then takes the bytes from its files.
        """
        for sql in _FORGET:
            await self._fetch(sql, list(entries))

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        with suppress(*REFUSED):
            await self._pool.close()

    async def _change(self, *steps: tuple[str, list[Any]]) -> None:
        async with (
            told_as(GrantsUnavailable),
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            for sql, rows in steps:
                await connection.executemany(sql, rows)

    async def _fetch(self, sql: str, *given: Any) -> list[Any]:
        async with told_as(GrantsUnavailable), self._pool.acquire() as connection:
            return list(await connection.fetch(sql, *given))
