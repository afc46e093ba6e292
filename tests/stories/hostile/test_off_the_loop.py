"""What takes longer than twenty milliseconds is done in a thread, so that nobody else waits for it.

Measured with 300 manifests and 60,000 entries (ADR 0089). Which thread does it is no matter of
time, so a busy machine makes no difference.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Final

import pytest
from graphql import ExecutionResult, build_schema, execute, parse

from gateway.audit.search.index import SearchIndex
from gateway.graphql.documents import Documents
from gateway.graphql.types.taking_turns import TakingTurns
from gateway.http import endpoint
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.auditors import explain
from gateway.oversight.families import api
from gateway.policy.decide import Decisions
from gateway.registry import rollout
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.families import PARENT, families, nodes
from tests.support.gateway.auditors import AUDITOR, ENTRIES
from tests.support.gateway.registering import OPERATOR
from tests.support.gateway.reloading import RELOAD
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, Town, small_town

SOURCES: Final = 6  # more than are decided on without a thread
ALERTS: Final = "{ audit { alerts(first: 200) { edges { node { id } } } } }"
EXPLAIN: Final = """query E($a: PolicyAsker!) { explain(asker: $a) { releaseClass ruling } }"""
ASKER: Final = {
    "source": "spine",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purpose": "SAFEGUARDING",
}


@dataclass(frozen=True, slots=True)
class LongWork:
    """What takes long, by where its function is, and a request that has it done."""

    where: Any
    name: str
    asks: Callable[[Town], Awaitable[Any]]


def asking(query: str, caller: Any = PRACTITIONER, **variables: Any) -> Callable[[Town], Any]:
    async def ask(town: Town) -> Any:
        body = {"query": query, "variables": variables}
        return (await town.post(body, town.headers(caller))).body["data"]

    return ask


async def a_question(town: Town) -> Any:
    return (await town.ask()).rows


WORK: Final = {
    "the schema": LongWork(
        endpoint,
        "experimental_execute_incrementally",
        asking("{ __schema { types { name fields { name } } } }"),
    ),
    "a new document": LongWork(Documents, "read", asking("{ agencies { id name } }")),
    "a new kind of caller": LongWork(Decisions, "_decide_all", a_question),
    "a reload": LongWork(rollout, "desired_state_of", asking(RELOAD, OPERATOR)),
    "a search of the log": LongWork(SearchIndex, "find", asking(ENTRIES, AUDITOR)),
    "a page of alerts": LongWork(AlertStore, "page", asking(ALERTS, AUDITOR)),
    "how rules decide": LongWork(explain, "explained", asking(EXPLAIN, AUDITOR, a=ASKER)),
}


async def threads_of(work: LongWork, town: Town, patch: pytest.MonkeyPatch) -> Iterable[bool]:
    """Of each time that it was done, whether the loop did it."""
    done, seen = getattr(work.where, work.name), list[bool]()

    def watched(*of: Any, **by: Any) -> Any:
        seen.append(current_thread() is main_thread())
        return done(*of, **by)

    patch.setattr(work.where, work.name, watched)
    assert await work.asks(town)
    return seen


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with serving(AgencyServer().answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        sources += [rest_source(f"agency-{number}", url) for number in range(SOURCES)]
        async with small_town(tmp_path, sources) as opened:
            yield opened


@pytest.mark.parametrize("what", WORK)
async def test_nobody_waits_in_the_loop_for(
    what: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(await threads_of(WORK[what], town, monkeypatch)) == {False}


class TellsOfPeople:
    """What an answer of this schema is made of, in a list of so many."""

    schema = build_schema("type Query { people: [Person!]! } type Person { name: String! }")
    document = parse("{ people { name } }")

    async def turns(self, people: Iterable[dict[str, str]]) -> int:
        """How many turns others have while all of it is executed."""
        others, told = count(), asyncio.Event()

        async def wait_beside() -> None:
            while not told.is_set():
                next(others)
                await asyncio.sleep(0)

        beside = asyncio.create_task(wait_beside())
        await asyncio.sleep(0)
        executed = execute(self.schema, self.document, {"people": people})
        result = await executed if isinstance(executed, Awaitable) else executed
        told.set()
        await beside
        assert isinstance(result, ExecutionResult)
        assert result.data == {"people": [{"name": f"{number}"} for number in range(200)]}
        return next(others)


async def test_others_have_their_turns_between_the_items_of_a_long_list() -> None:
    people = [{"name": f"{number}"} for number in range(200)]
    assert await TellsOfPeople().turns(TakingTurns(people)) >= 200
    assert await TellsOfPeople().turns(people) < 10


@pytest.mark.parametrize("page", [ENTRIES, ALERTS])
async def test_a_page_of_the_log_and_of_alerts_takes_turns(
    page: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, turns = list[int](), TakingTurns.__aiter__

    def seen(page: TakingTurns[Any]) -> AsyncIterator[Any]:
        taken.append(len(page))
        return turns(page)

    monkeypatch.setattr(TakingTurns, "__aiter__", seen)
    await town.ask()
    assert await asking(page, AUDITOR)(town)
    assert len(taken) == 1


async def test_what_a_family_sees_is_read_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = list[int]()
    monkeypatch.setattr(TakingTurns, "__aiter__", lambda page: _noted(page, taken))

    async def look(_: Town) -> Any:
        return nodes(await made.who_looked(PARENT))

    async with families(tmp_path) as made:
        await made.practitioner_asks()
        made.sleep(days=1)
        for name in ("_read", "seen"):
            work = LongWork(api, name, look)
            assert set(await threads_of(work, made.town, monkeypatch)) == {False}
    assert len(taken) == 2


async def _noted(page: TakingTurns[Any], taken: list[int]) -> AsyncIterator[Any]:
    taken.append(len(page))
    for item in list(page):
        yield item


@pytest.mark.parametrize("what", WORK)
async def test_the_law_finds_that_the_loop_does(
    what: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def here(work: Callable[..., Any], *of: Any, **by: Any) -> Any:
        return work(*of, **by)

    monkeypatch.setattr(asyncio, "to_thread", here)  # a planted fault
    assert True in await threads_of(WORK[what], town, monkeypatch)
