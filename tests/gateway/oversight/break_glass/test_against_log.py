"""Grants and stated harm are what the log says: who edits them beside it gains nothing by it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from structlog.testing import capture_logs

from adapters.contract.codes import Purpose
from demo.processes.postgres import Postgres
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.sealing import Sealed
from gateway.audit.log.embedded import AuditLog
from gateway.config.working_days import WorkingDays
from gateway.model.clock import Clock
from gateway.oversight.break_glass.against_log import GrantGuard, GrantsDiffer
from gateway.oversight.break_glass.store.contract import GrantStore
from gateway.oversight.break_glass.store.grants import SqlGrants
from tests.support.audit.database import ROLE, new_schema
from tests.support.audit.examples import MAYA, NOON, OMAR

SEALED: Final = Sealed("2026:" + "A" * 60)
GIVEN: Final = Entry(
    kind=AuditKind.BREAK_GLASS,
    at=NOON,
    query_id="grant",
    manager="m.anager",
    justification=SEALED,
    child_pseudonyms=(MAYA,),
    user="s.worker",
    issuer="https://council.example",
    organisation="north",
)
HARM: Final = replace(
    GIVEN,
    kind=AuditKind.INTENT,
    query_id="harm",
    purpose=Purpose.SAFEGUARDING,
    detail="SIGNIFICANT_HARM_AGAIN",
)
REVIEWED: Final = replace(GIVEN, query_id="reviewed", at=NOON - timedelta(days=1))
REVIEW: Final = Entry(
    kind=AuditKind.REVIEW,
    at=NOON - timedelta(hours=1),
    query_id="reviewed",
    user="a.auditor",
    issuer="https://council.example",
    detail="JUSTIFIED",
    justification=SEALED,
)
RELEASED: Final = replace(HARM, kind=AuditKind.RELEASE, at=NOON + timedelta(seconds=1))
EDITS: Final = {
    "a grant prolonged": "UPDATE leave SET expires_at = expires_at + 86400 WHERE id = 'grant'",
    "a grant to another": "UPDATE leave SET \"user\" = 'a.nother' WHERE id = 'grant'",
    "a grant of another organisation": "UPDATE leave SET organisation = 'x' WHERE id = 'grant'",
    "a manager who may review": "UPDATE leave SET manager = NULL WHERE id = 'grant'",
    "a review put off": "UPDATE leave SET review_by = review_by + 9000000 WHERE id = 'harm'",
    "a review that nobody wrote": (
        "UPDATE leave SET reviewer = 'a.auditor x', verdict = 'JUSTIFIED' WHERE id = 'harm'"
    ),
    "another verdict": "UPDATE leave SET verdict = 'MISUSE' WHERE id = 'reviewed'",
    "a review taken back": (
        "UPDATE leave SET reviewer = NULL, verdict = NULL WHERE id = 'reviewed'"
    ),
    "harm that may be used": "UPDATE leave SET expires_at = 9999999999 WHERE id = 'harm'",
    "a row deleted": "DELETE FROM leave WHERE id = 'harm'",
    "a row inserted": (
        'INSERT INTO leave (id, idx, "user", organisation, expires_at, review_by)'
        " VALUES ('mine', 99, 's.worker', 'north', 9999999999, 9999999999)"
    ),
    "another child": f"UPDATE leave_child SET pseudonym = '{OMAR}'",
    "one child more": f"INSERT INTO leave_child VALUES ('grant', '{OMAR}')",
    "no child": "DELETE FROM leave_child",
}


@dataclass(slots=True)
class Beside:
    """A log, and a store of grants beside it, at a moment that a test sets."""

    log: AuditLog
    place: Path | str
    store: GrantStore
    now: datetime = NOON + timedelta(minutes=5)

    def guard(self) -> GrantGuard:
        """As a gateway that starts now has it."""
        return GrantGuard(self.store, self.log, Clock(now=lambda: self.now), WorkingDays())

    async def edit(self, sql: str) -> None:
        """Edit the store as its file's or database's owner may."""
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place)) as file, file:
                file.execute(sql)
            return
        connection = await asyncpg.connect(self.place)
        try:
            await connection.execute("ALTER TABLE leave DISABLE TRIGGER USER")
            await connection.execute(sql)
            await connection.execute("ALTER TABLE leave ENABLE TRIGGER USER")
        finally:
            await connection.close()


@pytest.fixture(params=["sqlite", "postgres"])
async def beside(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Beside]:
    log = await AuditLog.open(tmp_path / "log" / "audit.sqlite")
    if request.param == "sqlite":
        owner: Path | str = tmp_path / "grants.sqlite"
        store = await SqlGrants.at_file(tmp_path / "grants.sqlite")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        schema = await new_schema(server)
        owner, store = server.dsn(schema), await SqlGrants.at_server(server.dsn(schema, user=ROLE))
    made = Beside(log, owner, store)
    for entry in (REVIEWED, REVIEW, GIVEN, HARM, RELEASED):
        await log.append(entry)
    await made.guard().hold()
    yield made
    await store.aclose()
    await log.aclose()


async def test_what_the_log_says_and_the_store_lacks_is_there_again(beside: Beside) -> None:
    kept = {each.grant.id: each for each in await beside.store.kept()}
    assert kept.keys() == {"grant", "harm", "reviewed"}
    grant = kept["grant"].grant
    assert (grant.entry, grant.user, grant.manager) == (2, "s.worker", "m.anager")
    assert grant.expires_at == (NOON + timedelta(minutes=30)).timestamp()
    assert kept["grant"].pseudonyms == {MAYA}
    assert (kept["harm"].grant.entry, kept["harm"].grant.expires_at) == (3, 0.0)
    assert kept["reviewed"].reviewer == "a.auditor https://council.example"
    assert kept["reviewed"].verdict == "JUSTIFIED"


async def test_what_stands_as_the_log_says_is_left_and_nothing_is_told(beside: Beside) -> None:
    before = await beside.store.kept()
    with capture_logs() as events:
        await beside.guard().hold()
        beside.now += timedelta(days=30)
        await beside.guard().hold()
    assert events == []
    assert await beside.store.kept() == before


@pytest.mark.parametrize("edit", sorted(EDITS))
async def test_what_was_edited_is_made_again_or_refused_and_told(beside: Beside, edit: str) -> None:
    before = {each.grant.id: each for each in await beside.store.kept()}
    running = beside.guard()
    await running.hold()
    await beside.edit(EDITS[edit])
    assert {each.grant.id: each for each in await beside.store.kept()} != before
    for guard in (running, beside.guard()):  # while it runs, and at another's start
        with capture_logs() as events:
            await guard.hold()
        told = {event["event"] for event in events}
        after = {each.grant.id: each for each in await beside.store.kept()}
        if after == before:
            guard.refuse_differing()
            assert told == ({"copy_altered"} if guard is running else set[str]())
        else:
            # In PostgreSQL the gateways' role can undo no more than it can do.
            assert isinstance(beside.place, str)
            assert told == {"copy_differs"}
            with pytest.raises(GrantsDiffer):
                guard.refuse_differing()


async def test_once_the_owner_mends_it_all_goes_on(beside: Beside) -> None:
    guard = beside.guard()
    await beside.edit(EDITS["a grant to another"])
    await guard.hold()
    await beside.edit("UPDATE leave SET \"user\" = 's.worker' WHERE id = 'grant'")
    await guard.hold()
    guard.refuse_differing()
    assert {each.grant.user for each in await beside.store.kept()} == {"s.worker"}


async def test_what_the_log_has_only_just_said_is_waited_for(beside: Beside) -> None:
    await beside.log.append(replace(GIVEN, query_id="young", at=beside.now))
    await beside.log.append(replace(REVIEW, query_id="grant", at=beside.now))
    with capture_logs() as events:
        await beside.guard().hold()
    assert events == []
    beside.now += timedelta(minutes=2)
    await beside.guard().hold()
    assert "young" in {each.grant.id for each in await beside.store.kept()}


async def test_a_grant_that_a_clock_minutes_ahead_ended_is_not_taken_for_edited(
    beside: Beside,
) -> None:
    ends = NOON + timedelta(minutes=30)
    await beside.store.end((ends + timedelta(seconds=1)).timestamp())
    beside.now = ends - timedelta(minutes=9)
    with capture_logs() as events:
        await beside.guard().hold()
    assert events == []
    beside.now = ends - timedelta(minutes=11)  # no gateway's clock is so far ahead
    with capture_logs() as events:
        await beside.guard().hold()
    assert [each["event"] for each in events] == ["copy_altered"]
