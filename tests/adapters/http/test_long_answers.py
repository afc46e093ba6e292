"""A long answer is read in one turn of a thread: what was read of it waits for nothing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from aiohttp import web

from adapters.contract.contract import NoRecord, Records, Reply
from adapters.contract.turns import is_short
from tests.support.adapters.asking import ALL_FIELDS, PUPIL, manifest_text, opened, question
from tests.support.loopback import serving

PUPILS = [{"id": 1, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}]
LONG = {"remarks": ["of no use to us"] * 2_000}


class Turns(ThreadPoolExecutor):
    """Threads that count what they were given."""

    def __init__(self) -> None:
        super().__init__(max_workers=2)
        self.taken = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        self.taken += 1
        return super().submit(fn, *args, **named)


async def turns_for(answer: dict[str, Any], status: int = 200) -> tuple[Reply, int]:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(answer, status=status)

    text = manifest_text("rest", "{}", PUPIL)
    async with serving(handler) as base, opened(text.replace("{}", base, 1)) as adapter:
        await adapter.source.ask(question(fields=ALL_FIELDS))
        turns = Turns()
        asyncio.get_running_loop().set_default_executor(turns)
        return await adapter.source.ask(question(fields=ALL_FIELDS)), turns.taken


@pytest.mark.parametrize(
    ("answer", "status", "reply"),
    [
        ({"pupils": PUPILS, "total": 1}, 200, Records),
        ({"pupils": [], "total": 0}, 200, NoRecord),
        ({"code": "NO_SUCH_PUPIL"}, 404, NoRecord),
    ],
)
async def test_a_long_answer_takes_one_turn_and_a_short_one_none(
    answer: dict[str, Any], status: int, reply: type[Reply]
) -> None:
    long = {**answer, **LONG}
    assert not is_short(len(orjson.dumps(long)))
    said, turns = await turns_for(long, status)
    assert (type(said), turns) == (reply, 1)
    said, turns = await turns_for(answer, status)
    assert (type(said), turns) == (reply, 0)
