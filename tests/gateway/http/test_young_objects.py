"""While a class is asked about, Python does not look for garbage among what its answers hold."""

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from gateway.http.young_objects import EACH, FREED_S, YoungObjects
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, REASON, small_town

BULK: Final = replace(PRACTITIONER, roles=frozenset({"practitioner", "bulk"}))
QUERY: Final = """
query Ask($known: [KnownDetails!]!, $reason: AccessReason!) {
  children(known: $known, reason: $reason) { answers { outcome } }
}
"""
YOUNG: Final = 12_345  # new objects


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, *before[1:])
    yield
    gc.set_threshold(*before)


async def room_for(
    folder: Path, children: int, young_objects: YoungObjects | None
) -> tuple[set[int], int]:
    """How many new objects are no garbage while so many children are asked about, and after."""
    meanwhile: set[int] = set()

    async def look(_: web.Request) -> None:
        meanwhile.add(gc.get_threshold()[0])

    known = {"nhsNumber": MIRA["nhs"], "birthDate": MIRA["born"]}
    body = {"query": QUERY, "variables": {"known": [known] * children, "reason": REASON}}
    async with serving(AgencyServer(before=look).answer) as url:
        where = f'base_url = "{url}"\nbulk_roles = ["bulk"]'
        source = rest_source("spine", url, claims=AUTHORITY).with_(where=where)
        async with small_town(folder, [source]) as town:
            town.pipeline.young_objects = young_objects
            answer = await town.post(body, town.headers(BULK))
            assert len(answer.body["data"]["children"]) == children
            over = asyncio.Event()
            asyncio.get_running_loop().call_later(FREED_S, over.set)
            await over.wait()
    return meanwhile, gc.get_threshold()[0]


async def test_what_a_class_needs_is_no_garbage_until_its_answer_has_left(tmp_path: Path) -> None:
    room = await room_for(tmp_path, 3, YoungObjects())
    assert room == ({YOUNG + 3 * EACH}, YOUNG)


async def test_for_one_child_python_looks_as_often_as_ever(tmp_path: Path) -> None:
    assert await room_for(tmp_path, 1, YoungObjects()) == ({YOUNG}, YOUNG)


async def test_whoever_does_not_serve_for_long_looks_as_often_as_ever(tmp_path: Path) -> None:
    assert await room_for(tmp_path, 3, None) == ({YOUNG}, YOUNG)
