"""Alerts, reviews and grants go with the entries that they rest on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.flags import AccessFlag
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange, EntryRanges
from gateway.audit.errors import LogUnavailable, PolicyUnusable
from gateway.audit.log.embedded import AuditLog
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.opening import open_publication
from gateway.model.clock import Clock
from gateway.oversight.alerts.alert import Alert
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.break_glass.store.contract import GrantsUnavailable
from gateway.oversight.break_glass.store.grants import SqlGrants
from gateway.oversight.retention import RetentionTask
from tests.support.audit.database import PRUNER, ROLE, new_schema
from tests.support.audit.examples import everything_in
from tests.support.audit.pruned import policy, pruned, publication_of
from tests.support.gateway.alert_store import NOON, question
from tests.support.gateway.break_glass import grant, scene
from tests.support.gateway.grants import GIVEN
from tests.support.gateway.reloading import until
from tests.support.town import again
from tests.support.virtual_time import now, run, sleep

LONG_AGO: Final = NOON - timedelta(days=3000)
REVIEW: Final = Entry(
    kind=AuditKind.REVIEW, at=LONG_AGO, query_id="old", user="r.eviewer", detail="MISUSE"
)
KEPT: Final = 'policy = "Retention schedule 4.2"\n[keep_years]\n'


async def nobody_told(_: Alert) -> bool:
    return True


class Beside:
    """A log with the alerts and grants beside it."""

    def __init__(self, log: AuditLog, folder: Path, grant: SqlGrants) -> None:
        self.log = log
        self.folder = folder
        self.grant = grant
        self.store = AlertStore(folder / "alerts.sqlite")
        self.alerts = AlertIndexer(self.store, log, nobody_told, Clock())

    async def fill(self, *entries: Entry) -> list[int]:
        """Append these; their indexes."""
        return [await self.log.append(entry) for entry in entries]

    async def shown(self) -> dict[str, str | None]:
        """The verdict of each alert."""
        page = await self.alerts.page(reviewed=None, after=None, count=100)
        return {alert.id: alert.verdict for alert in page}

    async def prune(self, *spans: EntryRange) -> None:
        """Prune these entries, and remove what rests on them."""
        publication = await publication_of(self.log, self.folder)
        await pruned(publication, policy(self.folder), spans)
        await RetentionTask(self.log, self.store, self.grant).forget()


@pytest.fixture
async def beside(tmp_path: Path) -> AsyncIterator[Beside]:
    log = await AuditLog.open(tmp_path / "audit.sqlite")
    yield Beside(log, tmp_path, await SqlGrants.at_file(tmp_path / "break-glass.sqlite"))
    await log.aclose()


async def test_an_alert_and_its_review_go_with_their_entries(beside: Beside) -> None:
    odd = (AccessFlag.SAME_ADDRESS,)
    await beside.fill(*question("old", 1, LONG_AGO, risks=odd), REVIEW)
    await beside.fill(*question("new", 2, NOON, risks=odd))
    assert await beside.shown() == {"old": "MISUSE", "new": None}
    await beside.prune(EntryRange(0, 2))
    assert await beside.shown() == {"new": None}
    left = (beside.folder / "alerts.sqlite").read_bytes()
    assert b"new" in left
    assert not any(gone in left for gone in (b"MISUSE", b"e1:a" + b"0" * 62 + b"1"))


@pytest.mark.parametrize("span", [EntryRange(0, 0), EntryRange(1, 1)])
async def test_a_question_that_is_half_gone_raises_nothing_any_more(
    beside: Beside, span: EntryRange
) -> None:
    await beside.fill(*question("old", 1, LONG_AGO, risks=(AccessFlag.SAME_ADDRESS,)))
    assert await beside.shown() == {"old": None}
    await beside.prune(span)
    assert await beside.shown() == {}
    beside.store.forget()
    assert await beside.shown() == {}


async def test_after_pruning_nobody_raises_an_alert_for_want_of_usual_accesses(
    beside: Beside,
) -> None:
    days = [NOON - timedelta(days=day) for day in range(60, 0, -1)]
    asked = [
        entry
        for day in days
        for n in range(9)
        for entry in question(f"{day:%m%d}-{n}", n, day + timedelta(minutes=n))
    ]
    await beside.fill(*asked)
    await beside.shown()
    await beside.prune(EntryRange(0, 10 * 18 - 1))
    beside.store.forget()
    assert await beside.shown() == {}
    odd = question("odd", 99, NOON, risks=(AccessFlag.SAME_ADDRESS,))
    await beside.fill(*odd)
    assert await beside.shown() == {"odd": None}


async def test_a_grant_and_its_notices_go_with_their_entry(beside: Beside) -> None:
    given = Entry(kind=AuditKind.BREAK_GLASS, at=LONG_AGO, query_id="q1", user="s.worker")
    (index,) = await beside.fill(given)
    (later,) = await beside.fill(replace(given, query_id="q2"))
    await beside.grant.add(replace(GIVEN, entry=index), ["e1:aa"], ["officer"], "granted")
    await beside.grant.add(replace(GIVEN, id="q2", entry=later), [], ["officer"], "granted")
    await beside.prune(EntryRange(index, index))
    assert await beside.grant.entries() == {later}
    assert [notice.about for notice in await beside.grant.claim(9)] == ["q2"]
    assert b"e1:aa" not in everything_in(beside.folder)


@pytest.mark.parametrize("role", [ROLE, PRUNER])
async def test_in_postgresql_only_grants_of_pruned_entries_are_removed(
    tmp_path: Path, postgres: Postgres, role: str
) -> None:
    place = await new_schema(postgres)
    log = await PostgresLog.open(postgres.dsn(place, PRUNER), tmp_path / "found-by", unsynced=True)
    given = Entry(kind=AuditKind.BREAK_GLASS, at=LONG_AGO, query_id="q1", user="s.worker")
    old, young = [await log.append(given), await log.append(replace(given, query_id="q2"))]
    gateway = await SqlGrants.at_server(postgres.dsn(place, ROLE))
    await gateway.add(replace(GIVEN, entry=old), ["e1:aa"], ["officer"], "granted")
    await gateway.add(replace(GIVEN, id="q2", entry=young), ["e1:aa"], ["officer"], "granted")
    await pruned(await publication_of(log, tmp_path), policy(tmp_path), [EntryRange(old, old)])
    store = await SqlGrants.at_server(postgres.dsn(place, role))
    await RetentionTask(log, AlertStore(tmp_path / "none.sqlite"), store).forget()
    assert await gateway.entries() == {young}
    assert [notice.about for notice in await gateway.claim(9)] == ["q2"]
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(GrantsUnavailable):
        await store.forget([young])
    for opened in (store, gateway, log):
        await opened.aclose()


async def test_a_gateway_that_starts_forgets_what_was_pruned_meanwhile(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await grant(on)
        await on.told(2)
        settings, entry = on.town.settings, on.granted_at
    async with open_publication(settings, Clock()) as publication:
        await pruned(publication, policy(tmp_path), [EntryRange(entry, entry)])
    store = await SqlGrants.at_file(settings.files.state / "break-glass.sqlite")
    assert await store.entries() == {entry}

    async def forgotten() -> bool:
        return await store.entries() == frozenset()

    async with again(settings):
        await until(forgotten)


@pytest.mark.parametrize(
    "years",
    ["REVIEW = 8\n", "REVIEW = 8\nINTENT = 8\nRELEASE = 8\n", "REVIEW = 7\nINTENT = 8\n"],
)
def test_a_review_stays_at_least_as_long_as_what_is_reviewed(tmp_path: Path, years: str) -> None:
    with pytest.raises(PolicyUnusable, match="REVIEW must stay"):
        policy(tmp_path, KEPT + years)
    whole = "REVIEW = 8\nINTENT = 8\nRELEASE = 7\nBREAK_GLASS = 8\n"
    assert policy(tmp_path, KEPT + whole).years[AuditKind.REVIEW] == 8


async def rounds_of_a_log_that_is_down_at_first(failures: int, for_s: float) -> list[float]:
    """When each round began, in seconds from the first."""
    moments: list[float] = []

    class Down:
        async def pruned(self) -> EntryRanges:
            moments.append(now())
            if len(moments) <= failures:
                raise LogUnavailable
            return EntryRanges(())

    nothing: Any = None
    task = asyncio.create_task(RetentionTask(cast("Any", Down()), nothing, nothing).keep_removing())
    await sleep(for_s)
    task.cancel()
    await asyncio.wait({task})
    return [moment - moments[0] for moment in moments]


def test_a_round_that_failed_does_not_wait_ten_minutes_for_the_next() -> None:
    assert run(rounds_of_a_log_that_is_down_at_first(3, 700.0)) == [0, 1, 3, 7, 607]
