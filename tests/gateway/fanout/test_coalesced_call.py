"""Two identical questions of one person reach an agency as one, and the log says through which."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from adapters.contract.codes import Claim
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import Search
from gateway.audit.reports.reconciliation import Call, reconcile
from gateway.model.caller import Caller
from tests.support.agencies import NATIONAL, AgencyServer, SourceFile, rest_source
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.town import PRACTITIONER, Answer, Town, small_town

BOTH = ["council", "witness"]
COLLEAGUE = replace(PRACTITIONER, user="c.colleague")


class Slow:
    """A council that answers when it is told to, and a witness that sees both questions come.

    Asking the witness has effects: so it is asked by every question for itself.
    """

    def __init__(self) -> None:
        self.council = AgencyServer(before=self._wait)
        self.witness = AgencyServer(before=self._see)
        self.calls: list[Call] = []
        self._go, self._seen = asyncio.Event(), asyncio.Semaphore(0)

    async def _wait(self, request: web.Request) -> None:
        index = int(request.headers["X-Teamaround-Log-Index"])
        self.calls.append(Call(index, request.headers["X-Teamaround-Query"]))
        await self._go.wait()

    async def _see(self, _: web.Request) -> None:
        self._seen.release()

    async def asked_by_two(self, town: Town, second: Caller = PRACTITIONER) -> list[Answer]:
        """Both answers; the second question has begun before the first has its answer."""
        asking = []
        for caller in (PRACTITIONER, second):
            asking.append(asyncio.create_task(town.ask(agencies=BOTH, caller=caller)))
            await patiently(self._seen.acquire())
        self._go.set()
        return [await task for task in asking]


@asynccontextmanager
async def slow_town(folder: Path, slow: Slow, limits: str = "") -> AsyncIterator[Town]:
    async with serving(slow.council.answer) as council, serving(slow.witness.answer) as witness:
        sources: list[SourceFile] = [
            rest_source("council", council, claims=NATIONAL, timeout="30s", limits=limits),
            rest_source("witness", witness, claims=NATIONAL - {Claim.EFFECTS_NONE}),
        ]
        async with small_town(folder, sources, questions__deadline=50) as town:
            yield town


async def released(town: Town) -> list[Logged]:
    found = await town.pipeline.publication.log.search(Search(), after=None, count=50)
    return sorted(
        (each for each in found if each.entry.kind is AuditKind.RELEASE), key=lambda e: e.index
    )


async def test_the_second_of_two_identical_questions_shares_the_call_and_has_its_own_entry(
    tmp_path: Path,
) -> None:
    slow = Slow()
    async with slow_town(tmp_path, slow) as town:
        first, second = await slow.asked_by_two(town)
        entries = await released(town)
    assert (len(slow.council.asked), len(slow.witness.asked)) == (1, 2)
    assert [a.rows["council"]["attempts"] for a in (first, second)] == [1, 0]
    assert first.child_answer["child"] == second.child_answer["child"]
    indices = [int(a.child_answer["receipt"]["index"]) for a in (first, second)]
    said = {e.entry.query_id: {a.agency: a for a in e.entry.agencies} for e in entries}
    through = {q: {name: a.through for name, a in agencies.items()} for q, agencies in said.items()}
    queries = [a.child_answer["receipt"]["queryId"] for a in (first, second)]
    assert through[queries[0]] == {"council": (), "witness": ()}
    assert through[queries[1]] == {"council": (indices[0],), "witness": ()}
    assert all(agencies["council"].released for agencies in said.values())


async def test_the_agencys_own_log_and_ours_still_add_up(tmp_path: Path) -> None:
    slow = Slow()
    day = timedelta(days=1)
    async with slow_town(tmp_path, slow) as town:
        await slow.asked_by_two(town)
        log, now = town.pipeline.publication.log, datetime.now(UTC)
        whole = await reconcile(log, "council", slow.calls, now - day, now + day)
        lost = await reconcile(log, "council", [], now - day, now + day)
    assert (whole.matched, whole.unlogged, whole.unseen) == (1, (), ())
    assert lost.unseen == tuple(slow.calls)


async def test_a_colleague_who_asks_the_same_at_the_same_time_asks_for_themselves(
    tmp_path: Path,
) -> None:
    slow = Slow()
    async with slow_town(tmp_path, slow, 'cache = "10s"') as town:
        answers = await slow.asked_by_two(town, COLLEAGUE)
    assert len(slow.council.asked) == 2
    assert [answer.rows["council"]["attempts"] for answer in answers] == [1, 1]


async def test_a_question_repeated_within_seconds_is_answered_from_the_first_and_says_so(
    tmp_path: Path,
) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        source = rest_source("council", url, claims=NATIONAL, limits='cache = "10s"')
        async with small_town(tmp_path, [source]) as town:
            first, second = await town.ask(), await town.ask()
            with town.settings.files.operator.open("a") as operator:
                operator.write("# read again\n")
            await town.pipeline.reload()
            third = await town.ask()
    rows = [answer.rows["council"] for answer in (first, second, third)]
    assert [row["attempts"] for row in rows] == [1, 0, 1]
    assert [row["outcome"] for row in rows] == ["HAS_RECORD"] * 3
    assert rows[0]["asOf"] == rows[1]["asOf"] < rows[2]["asOf"]
    assert rows[0]["searchedBy"] == rows[1]["searchedBy"]
    assert len(agency_server.asked) == 2
