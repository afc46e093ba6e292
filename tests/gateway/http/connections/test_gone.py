"""A request hears from its connection that its client has gone, as long as it is under way."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from gateway.model.signed_in import tell_gone
from tests.support.door import door, heard, read_whole, say, statuses
from tests.support.patience import patiently

HEAD = b"POST /%b HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n"


@dataclass(slots=True)
class Listening:
    """An application that waits until its client has gone, or answers at once if asked for that."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await read_whole(receive)
        tell, path = tell_gone(scope), scope["path"]
        assert tell is not None
        tell(lambda: self.gone.put_nowait(path))
        self.asked.set()
        await self.answer.wait()
        tell(None)
        await say(send, b"")


async def test_who_waits_for_an_answer_and_goes_away_is_told_of_at_once() -> None:
    app = Listening()
    async with door(app) as served:
        async with served.client() as (_, writer):
            writer.write(HEAD % b"one")
            await patiently(app.asked.wait())
            assert app.gone.empty()
        assert await patiently(app.gone.get()) == "/one"
        app.answer.set()


async def test_who_goes_away_after_the_answer_is_told_of_to_nobody() -> None:
    app = Listening()
    app.answer.set()
    async with door(app) as served, served.client() as (reader, writer):
        writer.write(HEAD % b"one" + HEAD % b"two")
        writer.write_eof()
        assert statuses(await heard(reader)) == [200, 200]
    assert app.gone.empty()


async def test_of_requests_that_wait_for_their_turn_only_the_one_under_way_is_told() -> None:
    app = Listening()
    async with door(app) as served:
        async with served.client() as (_, writer):
            writer.write(HEAD % b"one" + HEAD % b"two")
            await patiently(app.asked.wait())
        assert await patiently(app.gone.get()) == "/one"
        app.answer.set()
    assert app.gone.empty()


async def test_who_asks_to_be_told_too_late_is_told_at_once() -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    asked, lost = asyncio.Event(), asyncio.Event()

    async def late(scope: Scope, receive: Receive, _: Send) -> None:
        await read_whole(receive)
        tell = tell_gone(scope)
        assert tell is not None
        tell(lost.set)
        asked.set()
        await lost.wait()
        tell(lambda: told.put_nowait("gone"))

    async with door(late) as served:
        async with served.client() as (_, writer):
            writer.write(HEAD % b"one")
            await patiently(asked.wait())
        assert await patiently(told.get()) == "gone"
