"""What stands at the address of the counts is no Valkey: nobody is counted by what it says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import pytest

from gateway.identity.counters import Count
from gateway.identity.counts.opening import open_counts
from gateway.model.errors import TryLater
from tests.support.patience import patiently

QUEUED: Final = b"+OK\r\n+QUEUED\r\n+QUEUED\r\n"
SAID: Final = {
    "a web server": b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>",
    "a word": QUEUED + b"*2\r\n+OK\r\n+OK\r\n",
    "a text": QUEUED + b"*2\r\n+OK\r\n$2\r\nab\r\n",
    "a number as text": QUEUED + b"*2\r\n+OK\r\n$1\r\n1\r\n",
    "nothing": QUEUED + b"*2\r\n+OK\r\n$-1\r\n",
    "a fraction": QUEUED + b"*2\r\n+OK\r\n$3\r\n1.5\r\n",
    "a number that is none": QUEUED + b"*2\r\n+OK\r\n:abc\r\n",
    "a number of 5,000 digits": QUEUED + b"*2\r\n+OK\r\n:" + b"9" * 5000 + b"\r\n",
    "a number for a list": QUEUED + b":7\r\n",
    "no transaction": QUEUED + b"*-1\r\n",
    "too few": QUEUED + b"*1\r\n+OK\r\n",
    "too many": QUEUED + b"*3\r\n+OK\r\n:1\r\n:2\r\n",
    "lists without end": QUEUED + b"*1\r\n" * 20_000,
    "another type": QUEUED + b"*2\r\n+OK\r\n-WRONGTYPE Operation\r\n",
}
TRUE: Final = QUEUED + b"*2\r\n+OK\r\n:1\r\n"

Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def saying(say: Say) -> AsyncIterator[str]:
    """The address of a server that takes a transaction, and then says something."""

    answering = set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b"EXEC" not in (told := await reader.read(65_536)) and told:
            writer.write(b"+OK\r\n" * told.count(b"SETINFO"))
        with suppress(ConnectionError):
            await say(writer)

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
            await reader.read()
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.create_task(answered(reader, writer)))

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        yield f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for each in answering:
            each.cancel()
        await asyncio.gather(*answering, return_exceptions=True)


async def counted_by(said: bytes) -> list[int]:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    async with saying(say) as url, open_counts(url, lambda: 0.0) as counts:
        return await counts.add([Count("minute", 60)])


async def test_a_server_that_says_what_a_valkey_says_counts() -> None:
    assert await patiently(counted_by(TRUE)) == [1]


@pytest.mark.parametrize("said", sorted(SAID))
async def test_nobody_is_counted_by_what_no_valkey_says(said: str) -> None:
    with pytest.raises(TryLater) as refused:
        await patiently(counted_by(SAID[said]))
    assert refused.value.code == "LIMITS_UNAVAILABLE"


async def test_a_server_that_sends_each_part_just_in_time_holds_nobody_up() -> None:
    children = [Count(f"child {number}", 60) for number in range(20)]

    async def say(writer: asyncio.StreamWriter) -> None:
        for part in (b"+OK\r\n", *[b"+QUEUED\r\n"] * 40, b"*40\r\n" + b"+OK\r\n:1\r\n" * 20):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.2)

    async with saying(say) as url, open_counts(url, lambda: 0.0) as counts:
        with pytest.raises(TryLater):
            await patiently(counts.add(children))
