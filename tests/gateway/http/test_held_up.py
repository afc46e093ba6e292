"""Who was held up for long tells nothing by the rules of before: a machine that was suspended."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from gateway.model.clock import LATE_S, Clock
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.families import PARENT, families
from tests.support.gateway.bindings import WIDE_TOML
from tests.support.gateway.reloading import until
from tests.support.loopback import serving
from tests.support.settings import changed
from tests.support.town import IN_PARTS, QUERY, Answer, Town, again, settings_for, variables_for

DEADLINE_S: Final = 60.0
ISSUER: Final = """
[[issuer]]
issuer = "https://teamaround.example"
audience = "teamaround"
jwks = {{ url = "{url}/keys" }}
{bound}
"""


@dataclass(slots=True)
class Suspended:
    """A machine that is suspended for so long whenever its agency is asked."""

    for_s: float = 0.0
    passed_s: float = 0.0
    agency: AgencyServer = field(default_factory=AgencyServer)

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: time.monotonic() + self.passed_s)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.passed_s += self.for_s
        return await self.agency.answer(request)


@asynccontextmanager
async def town_of(machine: Suspended, folder: Path) -> AsyncIterator[Town]:
    async with serving(machine.answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        settings = settings_for(folder, [source], questions__deadline=DEADLINE_S)
        async with again(settings, machine.clock) as town:
            yield town


def code(answer: Answer) -> str:
    return str(answer.body["errors"][0]["extensions"]["code"])


def kinds(town: Town) -> list[str]:
    return [entry["kind"] for entry in logged(town.settings.files.state)]


async def test_an_answer_that_was_held_up_for_long_does_not_leave(tmp_path: Path) -> None:
    machine = Suspended(for_s=DEADLINE_S + LATE_S + 1)
    async with town_of(machine, tmp_path) as town:
        answer = await town.ask(query=QUERY)
        assert (answer.status, code(answer)) == (503, "NOT_IN_FORCE")
        assert kinds(town) == ["INTENT"]


async def test_a_part_that_was_held_up_for_long_ends_the_stream(tmp_path: Path) -> None:
    machine = Suspended(for_s=DEADLINE_S + LATE_S + 1)
    async with town_of(machine, tmp_path) as town:
        headers = {**town.headers(), "Accept": "multipart/mixed; incrementalSpec=v0.2"}
        body = {"query": IN_PARTS, "variables": variables_for()}
        async with town.session.post(f"{town.url}/graphql", json=body, headers=headers) as came:
            told = (await came.content.read()).decode(errors="replace")
        assert "HAS_RECORD" not in told
        assert kinds(town).count("RELEASE") <= 1


async def test_an_answer_that_is_a_little_late_leaves(tmp_path: Path) -> None:
    machine = Suspended(for_s=LATE_S - 1)
    async with town_of(machine, tmp_path) as town:
        assert (await town.ask()).outcomes == {"spine": "HAS_RECORD"}


async def test_a_request_that_was_held_up_at_its_sign_in_asks_nobody(tmp_path: Path) -> None:
    machine, towns = Suspended(), list[Town]()

    async def came() -> bool:
        return towns[0].pipeline.under_way() > 0

    async def keys(_: web.Request) -> web.Response:
        if not towns:
            return web.Response(status=503)
        await until(came)
        machine.passed_s += DEADLINE_S + LATE_S + 1
        return web.Response(text=(tmp_path / "state" / "token-keys.json").read_text())

    async with serving(machine.answer) as url, serving(keys) as issuer:
        (tmp_path / "issuers.toml").write_text(ISSUER.format(url=issuer, bound=WIDE_TOML))
        settings = settings_for(
            tmp_path,
            [rest_source("spine", url, claims=AUTHORITY)],
            questions__deadline=DEADLINE_S,
        )
        settings = changed(settings, tokens__issuers=tmp_path / "issuers.toml")
        async with again(settings, machine.clock) as town:
            machine.passed_s += 3  # so that the issuer is asked for its keys again
            towns.append(town)
            answer = await town.ask()
            assert (answer.status, code(answer)) == (503, "NOT_IN_FORCE")
            assert kinds(town) == []
        assert machine.agency.asked == []


async def test_a_family_is_told_nothing_that_was_held_up_for_long(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        at.held_up_s = DEADLINE_S + LATE_S + 1
        answer = await at.who_looked(PARENT)
    assert code(answer) == "NOT_IN_FORCE"
