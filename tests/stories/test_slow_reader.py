"""A reader who takes nothing keeps nobody else from asking."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

from gateway.http.delivery import Delivery, PartsFormat
from gateway.http.framing import Framing
from gateway.http.in_parts import InParts
from tests.support.patience import patiently


async def _parts() -> AsyncGenerator[bytes, None]:
    yield b"a part"
    yield b"another"


async def test_who_takes_nothing_of_a_stream_is_given_up_and_his_place_given_back() -> None:
    over: list[str] = []

    async def end() -> None:
        over.append("ended")

    async def never_taken(_: MutableMapping[str, Any]) -> None:
        await asyncio.Event().wait()

    async def still_there() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    delivery = Delivery(Framing.MULTIPART, PartsFormat.BY_PATH)
    response = InParts(_parts(), end, delivery, patience_s=0.01)
    scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
    await patiently(response(scope, still_there, never_taken))
    assert over == ["ended"]
