"""What takes longer than twenty milliseconds is done in a thread, so that nobody else waits for it.

Measured with 300 manifests and 60,000 entries (ADR 0089). Which thread does it is no matter of
time, so a busy machine makes no difference.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Final

import pytest

from gateway.audit.search.index import SearchIndex
from gateway.graphql.documents import Documents
from gateway.http import endpoint
from gateway.oversight.alerts.store import AlertStore
from gateway.oversight.auditors import explain
from gateway.policy.decide import Decisions
from gateway.registry import rollout
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
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


@pytest.mark.parametrize("what", WORK)
async def test_the_law_finds_that_the_loop_does(
    what: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def here(work: Callable[..., Any], *of: Any, **by: Any) -> Any:
        return work(*of, **by)

    monkeypatch.setattr(asyncio, "to_thread", here)  # a planted fault
    assert True in await threads_of(WORK[what], town, monkeypatch)
