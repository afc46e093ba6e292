"""Each store alone on a full disk: nothing is done without its record, and it recovers."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION
from tests.support.gateway.auditors import AUDITOR, ENTRIES
from tests.support.gateway.break_glass import BREAK, GRANT
from tests.support.gateway.registering import OPERATOR
from tests.support.loopback import serving
from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import Served, started
from tests.support.tiny_disk import MAY_MOUNT, fill, filler
from tests.support.town import PRACTITIONER, again, settings_for

pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="needs to mount a disk, as root on Linux")
MANAGED: Final = replace(PRACTITIONER, manager="m.anager")
NOTICES: Final = 'privacy_officer = [{ agency = "spine", place = "http://127.0.0.1:9/never" }]\n'
ALERTS: Final = {"query": "{ audit { alerts { edges { node { rule } } } } }"}
READ: Final = {"query": ENTRIES, "variables": {"filter": {"kind": "INTENT"}, "first": 200}}
RELOAD: Final = {"query": "mutation { reload }"}


@dataclass(frozen=True, slots=True)
class Full:
    """A gateway one of whose stores stands on a disk that is full, until `clear`."""

    gateway: Served
    agency_server: AgencyServer
    filler: Path

    def clear(self) -> None:
        """Make room."""
        self.filler.unlink()

    async def say(self, body: Any, caller: Caller = PRACTITIONER) -> tuple[int, dict[str, Any]]:
        """What is answered."""
        fresh = replace(caller, signed_in_at=int(time.time()))
        token = issue(fresh, self.gateway.settings, now=time.time(), lifetime_s=600)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        url = f"{self.gateway.url}/graphql"
        async with self.gateway.session.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def code(self, body: Any, caller: Caller = PRACTITIONER) -> str | None:
        """The code of what is refused; None if it is not."""
        _, said = await self.say(body, caller)
        errors = said.get("errors")
        return errors[0]["extensions"]["code"] if errors else None


@asynccontextmanager
async def full(folder: Path, store: str) -> AsyncIterator[Full]:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        settings = settings_for(
            *(folder, [rest_source("spine", url, claims=AUTHORITY)], NOTICES),
            replicas__lease=600,
            server__public_url="https://gateway.example/graphql",
        )
        async with again(settings) as town:  # once, so that every store is there
            assert (await town.ask()).status == 200
            await town.session.post(f"{town.url}/graphql", json=READ, headers=town.headers(AUDITOR))
        agency_server.asked.clear()
        before = ["unshare", "-m", sys.executable, "-m", "tests.support.tiny_disk"]
        async with started(folder, settings, *before, settings.files.state, store) as gateway:
            taken = filler(folder, gateway.process.pid)
            fill(taken)
            yield Full(gateway, agency_server, taken)


async def test_a_log_without_room_lets_nobody_be_asked_until_there_is(tmp_path: Path) -> None:
    async with full(tmp_path, "audit.sqlite") as on:
        codes = [await on.code(QUESTION) for _ in range(60)]
        assert "LOG_UNAVAILABLE" in codes
        assert codes[-1] == "LOG_UNAVAILABLE"
        asked = len(on.agency_server.asked)
        assert await on.code(QUESTION) == "LOG_UNAVAILABLE"
        assert len(on.agency_server.asked) == asked
        on.clear()
        assert await on.code(QUESTION) is None
        _, said = await on.say(READ, AUDITOR)
    before = 1  # asked before the disk was full
    intents = len(said["data"]["audit"]["entries"]["edges"])
    assert intents == before + len(on.agency_server.asked)


async def test_an_index_without_room_hides_nothing_and_hinders_no_question(
    tmp_path: Path,
) -> None:
    async with full(tmp_path, "audit.sqlite-found-by") as on:
        for _ in range(30):
            assert await on.code(QUESTION) is None
        assert await on.code(READ, AUDITOR) == "LOG_UNAVAILABLE"
        on.clear()
        _, said = await on.say(READ, AUDITOR)
    assert len(said["data"]["audit"]["entries"]["edges"]) == 31


async def test_a_grant_that_cannot_be_stored_is_not_given_until_there_is_room(
    tmp_path: Path,
) -> None:
    async with full(tmp_path, "break-glass.sqlite") as on:
        grant = {"query": BREAK, "variables": GRANT}
        codes = [await on.code(grant, MANAGED) for _ in range(3)]
        assert codes[-1] == "REVIEWS_UNAVAILABLE"
        assert await on.code(QUESTION) is None
        on.clear()
        assert await on.code(grant, MANAGED) is None


async def test_alerts_without_room_are_said_to_be_behind_and_catch_up(tmp_path: Path) -> None:
    async with full(tmp_path, "alerts.sqlite") as on:
        grant = {"query": BREAK, "variables": GRANT}
        assert await on.code(grant, MANAGED) is None
        async with asyncio.timeout(PATIENCE_S):
            while not any("alerts_behind" in line for line in on.gateway.said):
                await on.say(ALERTS, AUDITOR)
        on.clear()
        _, said = await on.say(ALERTS, AUDITOR)
    rules = [each["node"]["rule"] for each in said["data"]["audit"]["alerts"]["edges"]]
    assert "BREAK_GLASS" in rules


async def test_a_ledger_without_room_changes_nothing_that_is_in_force(tmp_path: Path) -> None:
    async with full(tmp_path, "ledger.sqlite") as on:
        operator = tmp_path / "operator.toml"
        operator.write_text(operator.read_text().replace("Northbrook Probation", "Nobody"))
        refused = await on.code(RELOAD, OPERATOR)
        assert refused is not None
        _, said = await on.say(QUESTION)
        assert "Nobody" not in json.dumps(said)
        on.clear()
        assert await on.code(RELOAD, OPERATOR) is None
