"""Several gateways on one log: one grant, one review, one notice, also when one of them dies."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web

from demo.processes.postgres import Postgres
from gateway.config.settings import Settings
from gateway.identity.development_token import issue
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, AgencyServer, rest_source
from tests.support.audit.database import ROLE, new_schema
from tests.support.gateway.alerts import KIN, nodes, read, review
from tests.support.gateway.break_glass import BREAK, FRESH, Scene, code, grant
from tests.support.gateway.reloading import until
from tests.support.loopback import serving
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import Served, served
from tests.support.settings import changed
from tests.support.town import KNOWN, Town, again, settings_for

UNSENT = "SELECT count(*) FROM notice WHERE sent = 0"
SENT = "SELECT count(*) FROM notice WHERE sent = 1 AND kind = $1"


@pytest.fixture
async def dsn(durable: Postgres) -> str:
    return durable.dsn(await new_schema(durable), user=ROLE)


def beside(settings: Settings) -> Settings:
    """Another machine's gateway: the same files and keys, and a folder of its own for the rest."""
    state = settings.files.state.with_name("state-of-another")
    state.mkdir(mode=0o700)
    ours = (
        *("log-key", "log-key-memory", "on-behalf-keys.json"),
        *("development-token-key.json", "token-keys.json"),
    )
    for name in ours:
        shutil.copy2(settings.files.state / name, state / name)
    shutil.copytree(settings.files.state / "epochs", state / "epochs")
    keys = state / settings.tokens.keys.name
    return changed(settings, files__state=state, tokens__keys=keys)


async def asked_of(dsn: str, sql: str, *given: Any) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql, *given)
    finally:
        await connection.close()


@dataclass(slots=True)
class Slow:
    """A privacy officer's place that answers nobody until it is let go."""

    came: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """A notice, which counts once it is answered."""
        said = await request.json()
        self.came.set()
        await self.answers.wait()
        self.taken.append(said["queryId"])
        return web.Response()


@pytest.fixture
async def both(tmp_path: Path, dsn: str) -> AsyncIterator[tuple[Scene, Scene]]:
    """Two gateways in one town, whose notices come to one inbox."""
    one = Scene()
    other = Scene(inbox=one.inbox, came=one.came)
    async with AsyncExitStack() as stack:
        where, council, place = [
            await stack.enter_async_context(serving(each))
            for each in (AgencyServer().answer, AgencyServer(children=(MIRA,)).answer, one.take)
        ]
        sources = [
            rest_source("spine", where, claims=AUTHORITY, says_restricted=False),
            rest_source("council", council, claims=LOCAL, says_restricted=True),
        ]
        notices = (
            f'deputies = ["{place}/deputy"]\n'
            f'privacy_officer = [{{ agency = "council", place = "{place}/council" }}]\n'
        )
        settings = settings_for(
            tmp_path, sources, operator=notices, log__dsn=dsn, replicas__lease=120
        )
        one.town = await _running(one, settings, stack)
        other.town = await _running(other, beside(settings), stack)
        yield one, other


async def _running(scene: Scene, settings: Settings, stack: AsyncExitStack) -> Town:
    return await stack.enter_async_context(again(settings, Clock(now=lambda: scene.now)))


async def test_a_grant_given_at_one_gateway_is_used_and_reviewed_at_the_other(
    both: tuple[Scene, Scene],
) -> None:
    one, other = both
    granted = await grant(one)
    answer = await other.ask(breakGlass=granted)
    (alert,) = nodes(await read(other))
    reviewed = await other.review(int(alert["entries"][0]))
    again_there = await one.review(int(alert["entries"][0]))
    assert answer.outcomes["council"] == "HAS_RECORD"
    assert reviewed.body["data"]["reviewAccess"]["kind"] == "BREAK_GLASS"
    assert code(again_there) == "REVIEW_INVALID"


async def test_a_grant_that_ended_at_one_gateway_is_over_at_one_whose_clock_is_behind(
    both: tuple[Scene, Scene],
) -> None:
    one, behind = both
    granted = await grant(one)
    behind.now = one.now - timedelta(minutes=8)
    within = await behind.ask(breakGlass=granted)
    one.now += timedelta(minutes=31)
    behind.now = one.now - timedelta(minutes=8)
    unnoticed = await behind.ask(breakGlass=granted)
    await one.ask()
    assert (within.outcomes["council"], unnoticed.outcomes["council"]) == ("HAS_RECORD",) * 2
    assert code(await behind.ask(breakGlass=granted)) == "BREAK_GLASS_INVALID"


async def test_a_clock_that_once_ran_ahead_ends_no_grant_of_later(
    both: tuple[Scene, Scene],
) -> None:
    one, other = both
    right = one.now
    one.now += timedelta(hours=5)
    await one.ask()
    one.now = right + timedelta(minutes=1)
    other.now = one.now
    answer = await other.ask(breakGlass=await grant(one))
    assert answer.outcomes["council"] == "HAS_RECORD"


async def test_an_overdue_review_suspends_at_both_and_goes_to_a_deputy_once(
    both: tuple[Scene, Scene], dsn: str
) -> None:
    one, other = both
    await grant(one)
    await one.told(1)
    one.now += timedelta(days=3)
    other.now = one.now
    fresh = replace(FRESH, signed_in_at=int(one.now.timestamp()))
    assert code(await other.break_glass(fresh)) == "BREAK_GLASS_SUSPENDED"
    for at, colleague in ((one, "c.olleague"), (other, "a.nother")):
        assert "errors" not in (await at.break_glass(replace(fresh, user=colleague))).body
    told = await one.told(4)
    assert [each["what"] for each in told if each["path"] == "/deputy"] == ["overdue"]
    assert await asked_of(dsn, "SELECT count(*) FROM notice WHERE kind = 'overdue'") == 1


async def test_an_alert_is_seen_at_both_and_goes_to_a_deputy_once(
    both: tuple[Scene, Scene], dsn: str
) -> None:
    one, other = both
    await one.ask(KIN)
    assert nodes(await read(one)) == nodes(await read(other)) != []
    one.now += timedelta(days=4)
    other.now = one.now
    await asyncio.gather(*(at.town.pipeline.alerts.escalate() for at in (one, other, one, other)))
    await one.told(1, alerts=True)
    await _all_told(dsn)
    assert await asked_of(dsn, SENT, "alert-overdue") == 1
    assert len(await one.told(1, alerts=True)) == 1


async def test_an_alert_reviewed_at_one_is_closed_at_the_other(both: tuple[Scene, Scene]) -> None:
    one, other = both
    await one.ask(KIN)
    (alert,) = nodes(await read(other))
    assert "errors" not in (await review(one, alert["entries"][0])).body
    (there,) = nodes(await read(other))
    assert there["state"] == "REVIEWED"
    other.now += timedelta(days=4)
    await other.town.pipeline.alerts.escalate()
    assert await one.told(0, alerts=True) == []


async def test_a_gateway_that_is_killed_while_it_tells_leaves_it_to_the_other(
    tmp_path: Path, dsn: str
) -> None:
    place = Slow()
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(serving(AgencyServer().answer))
        url = await stack.enter_async_context(serving(place.take))
        source = rest_source("spine", where, claims=AUTHORITY)
        officer = f'privacy_officer = [{{ agency = "spine", place = "{url}/officer" }}]\n'
        doomed = await stack.enter_async_context(
            served(tmp_path, [source], operator=officer, log__dsn=dsn)
        )
        first = await _break_glass_at(doomed)
        async with asyncio.timeout(PATIENCE_S):
            await place.came.wait()
        doomed.process.kill()
        await doomed.process.wait()
        town = await stack.enter_async_context(again(beside(doomed.settings)))
        place.answers.set()
        # As when the claim of the one that died is over, which takes half a minute.
        await asked_of(dsn, "UPDATE notice SET until = '-infinity' WHERE sent = 0")
        second = await _break_glass_at(town, user="c.olleague")
        await _all_told(dsn)
    assert sorted({*place.taken}) == sorted([first, second])
    assert await asked_of(dsn, "SELECT count(*) FROM leave") == 2


async def _break_glass_at(gateway: Served | Town, user: str = "s.worker") -> str:
    now = time.time()
    caller = replace(FRESH, user=user, signed_in_at=int(now) - 60)
    token = issue(caller, gateway.settings, now=now, lifetime_s=600)
    body = {"query": BREAK, "variables": {"known": KNOWN, "justification": "she is missing"}}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    url = f"{gateway.url}/graphql"
    async with gateway.session.post(url, json=body, headers=headers) as answer:
        granted: str = (await answer.json())["data"]["breakGlass"]["id"]
    return granted


async def _all_told(dsn: str) -> None:
    async def told() -> bool:
        return not await asked_of(dsn, UNSENT)

    await until(told)
