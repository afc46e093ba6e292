"""A connection is a stranger's until a token is accepted on it, and the person's from then on."""

import json
import time
from dataclasses import replace
from pathlib import Path

import aiohttp

from gateway.config.connection_settings import FEWEST, ConnectionSettings
from gateway.http.connections.descriptors import connections_in_all
from gateway.identity.development_token import issue
from tests.support.edge import QUESTION, Edge, edge
from tests.support.town import PRACTITIONER


async def asked(gateway: Edge, session: aiohttp.ClientSession, user: str) -> tuple[int, str]:
    """The status and the code of an error, for a question of this user."""
    caller = replace(PRACTITIONER, user=user)
    token = issue(caller, gateway.town.settings, now=time.time(), lifetime_s=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{gateway.town.url}/graphql"
    async with session.post(url, data=json.dumps(QUESTION), headers=headers) as answer:
        errors = (await answer.json()).get("errors", [])
        return answer.status, errors[0]["extensions"]["code"] if errors else ""


async def test_more_people_than_an_address_may_have_strangers_ask_from_one_address(
    tmp_path: Path,
) -> None:
    async with edge(tmp_path, connections__per_peer=2) as gateway:
        sessions = [aiohttp.ClientSession() for _ in range(6)]
        for _ in range(2):  # each keeps its connection
            told = [await asked(gateway, one, f"nurse-{n}") for n, one in enumerate(sessions)]
            assert told == [(200, "")] * 6
        for each in sessions:
            await each.close()


async def test_one_person_is_told_that_they_have_too_many(tmp_path: Path) -> None:
    async with edge(tmp_path, connections__per_person=2) as gateway:
        sessions = [aiohttp.ClientSession() for _ in range(3)]
        told = [await asked(gateway, one, "nurse") for one in sessions]
        assert told == [(200, ""), (200, ""), (503, "BUSY")]
        await sessions[0].close()
        assert await asked(gateway, sessions[1], "nurse") == (200, "")
        assert await asked(gateway, sessions[2], "doctor") == (200, "")
        for each in sessions:
            await each.close()


def test_agencies_and_the_log_keep_their_open_files_whatever_clients_may_have() -> None:
    settings = ConnectionSettings()
    assert connections_in_all(settings, 65_536) == settings.in_all
    assert connections_in_all(settings, 1024) == 1024 - settings.descriptors_kept
    assert connections_in_all(settings, 300) == FEWEST
