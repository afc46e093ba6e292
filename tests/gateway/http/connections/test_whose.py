"""A connection is a stranger's until a token is accepted on it, and the person's from then on."""

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
from aiohttp import web

from gateway.config.tables.connections import FEWEST, ConnectionSettings
from gateway.http.connections.descriptors import connections_in_all
from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION, edge
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.town import PRACTITIONER, Town, small_town


async def asked(town: Town, session: aiohttp.ClientSession, user: str) -> tuple[int, str]:
    """The status and the code of an error, for a question of this user."""
    caller = replace(PRACTITIONER, user=user)
    token = issue(caller, town.settings, now=time.time(), lifetime_s=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{town.url}/graphql"
    async with session.post(url, data=json.dumps(QUESTION), headers=headers) as answer:
        errors = (await answer.json()).get("errors", [])
        return answer.status, errors[0]["extensions"]["code"] if errors else ""


async def test_more_people_than_an_address_may_have_strangers_ask_from_one_address(
    tmp_path: Path,
) -> None:
    async with edge(tmp_path, connections__per_peer=2) as gateway:
        sessions = [aiohttp.ClientSession() for _ in range(6)]
        for _ in range(2):  # each keeps its connection
            told = [await asked(gateway.town, one, f"nurse-{n}") for n, one in enumerate(sessions)]
            assert told == [(200, "")] * 6
        for each in sessions:
            await each.close()


async def test_one_person_is_told_that_they_have_too_many_while_all_are_used(
    tmp_path: Path,
) -> None:
    asked_of, answer = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        asked_of.set()
        await answer.wait()
        return await AgencyServer().answer(request)

    async with (
        serving(slow) as url,
        small_town(
            tmp_path,
            [rest_source("spine", url, claims=AUTHORITY)],
            connections__per_person=1,
            questions__deadline=60,
        ) as town,
        aiohttp.ClientSession() as first,
        aiohttp.ClientSession() as second,
    ):
        waiting = asyncio.create_task(asked(town, first, "nurse"))
        await patiently(asked_of.wait())
        assert await asked(town, second, "nurse") == (503, "BUSY")
        answer.set()
        assert await asked(town, second, "doctor") == (200, "")
        assert await waiting == (200, "")
        assert await asked(town, second, "nurse") == (200, "")


def test_agencies_and_the_log_keep_their_open_files_whatever_clients_may_have() -> None:
    settings = ConnectionSettings()
    assert connections_in_all(settings, 65_536) == settings.in_all
    assert connections_in_all(settings, 1024) == 1024 - settings.descriptors_kept
    assert connections_in_all(settings, 300) == FEWEST
