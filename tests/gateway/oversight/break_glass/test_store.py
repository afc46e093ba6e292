"""What one gateway gives, another holds; what is to be told is told by one of them alone."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from gateway.cli.database.places import StoreFile
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_file, upgrade_server
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import BreakGlassGrant, KeptGrant, Notice
from gateway.oversight.break_glass.store.grants import SqlGrants
from gateway.oversight.break_glass.store.schema import SCHEMA
from tests.gateway.oversight.break_glass.conftest import opened
from tests.support.audit.database import PRUNER, ROLE, as_owner, new_schema
from tests.support.audit.examples import everything_in
from tests.support.gateway.grants import GIVEN, WORKER

CHILD: Final = ("e1:aa", "e1:bb")
LONG: Final = 3600.0


async def give(store: GrantStore, grant: BreakGlassGrant = GIVEN, *places: str) -> None:
    await store.add(grant, CHILD, places, "granted")


async def test_a_grant_given_at_one_gateway_holds_at_the_other(
    store: GrantStore, beside: GrantStore
) -> None:
    await give(store)
    assert await beside.pseudonyms("q1", WORKER, "northbrook", 1799) == {*CHILD}
    assert (
        await beside.pseudonyms("q1", replace(WORKER, user="c.olleague"), "northbrook", 1799)
        == frozenset()
    )
    assert await beside.pseudonyms("q1", WORKER, "northbrook", 1800) == frozenset()
    assert await beside.unreviewed(7) == GIVEN


async def test_what_another_gateway_put_there_from_the_log_is_still_told(
    store: GrantStore, beside: GrantStore
) -> None:
    await beside.mend([KeptGrant(GIVEN, None, None, frozenset(CHILD))], ())
    await give(store, GIVEN, "https://officer.example")
    told = await beside.claim(30)
    assert [(each.about, each.place) for each in told] == [("q1", "https://officer.example")]
    assert await beside.pseudonyms("q1", WORKER, "northbrook", 1799) == {*CHILD}


async def test_a_review_that_is_overdue_suspends_everywhere_until_it_is_done(
    store: GrantStore, beside: GrantStore
) -> None:
    await give(store)
    assert not await beside.suspended(WORKER, 8999)
    assert await beside.suspended(WORKER, 9000)
    await beside.review("q1", "r.eviewer", "EXPLAINED")
    assert not await store.suspended(WORKER, 9000)
    assert await store.unreviewed(7) is None


async def test_an_overdue_review_is_escalated_by_one_of_two_alone(
    store: GrantStore, beside: GrantStore
) -> None:
    await give(store)
    await store.escalate(8999, ["deputy"])
    await asyncio.gather(*(each.escalate(9000, ["deputy"]) for each in [store, beside] * 5))
    claims = await asyncio.gather(store.claim(LONG), beside.claim(LONG))
    assert [notice for claimed in claims for notice in claimed] == [
        Notice("q1", 7, "deputy", "overdue")
    ]


async def test_a_notice_is_claimed_by_one_and_left_to_the_other_when_the_claim_is_over(
    store: GrantStore, beside: GrantStore
) -> None:
    await give(store, GIVEN, "officer")
    (claimed,) = await store.claim(0)
    (again,) = await beside.claim(LONG)
    assert claimed == again
    assert await store.claim(LONG) == ()
    await beside.sent(again)
    assert await store.claim(0) == ()


@pytest.mark.parametrize(("back", "held"), [(0.01, 1), (4.9, 1), (7200.0, 2)])
async def test_a_clock_read_a_moment_earlier_steals_no_claim_and_one_put_back_keeps_none(
    tmp_path: Path, back: float, held: int
) -> None:
    moments = [1_000_000.0, 1_000_000.0 - back]
    store = await SqlGrants.at_file(tmp_path / "break-glass.sqlite", lambda: moments.pop(0))
    await give(store, GIVEN, "officer")
    claims = [await store.claim(30), await store.claim(30)]
    assert sum(map(len, claims)) == held


async def test_of_many_notices_none_is_claimed_twice(store: GrantStore, beside: GrantStore) -> None:
    await store.notify(Notice("a", n, f"place-{n}", "alert-overdue") for n in range(250))
    held: list[Notice] = []
    while claimed := await asyncio.gather(*(each.claim(LONG) for each in (store, beside))):
        if not any(claimed):
            break
        held += [notice for each in claimed for notice in each]
    assert len(held) == len({*held}) == 250


async def test_what_was_to_be_told_is_not_told_again(store: GrantStore, beside: GrantStore) -> None:
    due = Notice("q9", 3, "deputy", "alert-overdue")
    await store.notify([due])
    (claimed,) = await store.claim(LONG)
    await store.sent(claimed)
    await beside.notify([due])
    assert await beside.claim(LONG) == ()


async def test_whom_a_grant_was_about_is_forgotten_once_it_is_over(
    store: GrantStore, beside: GrantStore
) -> None:
    await give(store)
    await give(store, replace(GIVEN, id="q2", entry=8, expires_at=5000.0))
    await beside.end(1800)
    assert await store.pseudonyms("q1", WORKER, "northbrook", 0) == frozenset()
    assert await store.pseudonyms("q2", WORKER, "northbrook", 4000) == {*CHILD}
    assert await store.unreviewed(7) == GIVEN


async def test_a_grant_that_a_clock_ahead_gave_is_no_grant_once_the_clock_is_right(
    store: GrantStore, beside: GrantStore
) -> None:
    ahead = 9 * 365 * 86_400.0
    await give(store, replace(GIVEN, expires_at=ahead + 1800.0))
    assert await beside.pseudonyms("q1", WORKER, "northbrook", ahead) == {*CHILD}
    assert await beside.pseudonyms("q1", WORKER, "northbrook", ahead - 600) == {*CHILD}
    assert await beside.pseudonyms("q1", WORKER, "northbrook", ahead - 601) == frozenset()


async def test_the_first_review_stays(store: GrantStore, place: Path | str) -> None:
    await give(store)
    await store.review("q1", "r.eviewer", "MISUSE")
    await store.review("q1", "another", "EXPLAINED")
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as file:
            held = file.execute("SELECT reviewer, verdict FROM leave").fetchone()
    else:
        connection = await asyncpg.connect(place)
        held = tuple(*await connection.fetch("SELECT reviewer, verdict FROM leave"))
        await connection.close()
    assert held == ("r.eviewer", "MISUSE")


async def test_nothing_is_kept_about_a_pruned_entry_in_the_file(tmp_path: Path) -> None:
    store = await SqlGrants.at_file(tmp_path / "break-glass.sqlite")
    await give(store, replace(GIVEN, id="first-grant"), "officer")
    await give(store, replace(GIVEN, id="second-grant", entry=8))
    assert b"e1:aa" in everything_in(tmp_path)
    await store.forget([7])
    await store.end(2000)
    await store.forget([])
    assert await store.entries() == {8}
    assert await store.claim(LONG) == ()
    left = everything_in(tmp_path)
    assert b"second-grant" in left
    assert not any(gone in left for gone in (b"first-grant", b"officer", b"e1:aa"))


async def test_a_file_of_another_project_is_no_store(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "break-glass.sqlite")) as file:
        file.execute("CREATE TABLE leave (id TEXT)")
    with pytest.raises(GrantsUnavailable, match="not grants of this project"):
        await SqlGrants.at_file(tmp_path / "break-glass.sqlite")


async def test_the_file_is_for_the_gateway_alone(tmp_path: Path) -> None:
    await SqlGrants.at_file(tmp_path / "break-glass.sqlite")
    assert (tmp_path / "break-glass.sqlite").stat().st_mode & 0o777 == 0o600


async def test_without_its_tables_the_database_says_what_to_do(postgres: Postgres) -> None:
    place = await new_schema(postgres)
    await as_owner(postgres.dsn(place), "DROP TABLE notice, break_glass_schema")
    with pytest.raises(GrantsUnavailable, match="not grants of this project"):
        await SqlGrants.at_server(postgres.dsn(place, user=ROLE))


@pytest.mark.parametrize(
    ("role", "meddling"),
    [
        (ROLE, "DELETE FROM leave"),
        (ROLE, "UPDATE leave SET expires_at = 1e12"),
        (ROLE, "UPDATE leave SET review_by = 1e12"),
        (ROLE, "UPDATE leave_child SET pseudonym = 'e1:cc'"),
        (ROLE, "TRUNCATE leave CASCADE"),
        (PRUNER, "DELETE FROM leave"),
        (PRUNER, "UPDATE leave SET reviewer = 'x'"),
        (PRUNER, "INSERT INTO notice (about, idx, place, kind) VALUES ('a', 1, 'b', 'c')"),
        ("postgres", "DELETE FROM leave"),
        ("postgres", "TRUNCATE leave CASCADE"),
    ],
)
async def test_in_postgresql_a_grant_stays_as_long_as_its_entry_and_as_it_was_given(
    postgres: Postgres, role: str, meddling: str
) -> None:
    place = await new_schema(postgres)
    store = await SqlGrants.at_server(postgres.dsn(place, user=ROLE))
    await give(store)
    await store.aclose()
    with pytest.raises((asyncpg.RaiseError, asyncpg.InsufficientPrivilegeError)):
        await as_owner(postgres.dsn(place, role), meddling)


async def test_two_issuers_users_of_one_name_have_leave_of_their_own(store: GrantStore) -> None:
    await give(store)
    namesake = replace(WORKER, issuer="https://hospital.example")
    assert await store.pseudonyms("q1", namesake, "northbrook", 0) == frozenset()
    assert not await store.suspended(namesake, 9000)


async def test_a_store_of_before_issuers_were_kept_goes_on(
    store: GrantStore, place: Path | str
) -> None:
    await give(store)
    before = "ALTER TABLE leave DROP COLUMN issuer; DROP TABLE break_glass_schema"
    owner = str(place).replace(ROLE, "postgres", 1)
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as file:
            file.executescript(f"{before}; PRAGMA user_version = 1")
    else:
        await as_owner(owner, before)
    for _ in range(2):
        with pytest.raises(GrantsUnavailable, match="has schema 1, and"):
            await opened(place)
    if isinstance(place, Path):
        upgrade_file(StoreFile(SCHEMA, place))
    else:
        await upgrade_server(owner, Roles())
    again = await opened(place)
    # Nobody can tell any more whose it was, so that its review holds up all of that name.
    assert await again.unreviewed(7) == replace(GIVEN, issuer="")
    assert await again.suspended(WORKER, 9000)
    assert await again.pseudonyms("q1", WORKER, "northbrook", 0) == frozenset()
    await again.aclose()
