"""A request is sent once: whoever drops the connection before an answer has it no second time."""

import asyncio
from dataclasses import dataclass
from typing import Final

import pytest

from adapters.contract.contract import Fault, Records, Reply, Unavailable
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving_raw

EITHER_WAY: Final = pytest.mark.usefixtures("carrier")

ANN = b'{"id": 7, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}'
BODY = b'{"total": 1, "pupils": [%b]}' % ANN
FOUND = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
    BODY
)


@dataclass
class Dropping:
    """Answers so many requests of a connection, then takes one more and says nothing to it."""

    answers: int
    requests: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(self.answers):
            await self._read(reader)
            writer.write(FOUND + BODY)
            await writer.drain()
        await self._read(reader)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1


async def asked(server: Dropping, times: int) -> list[Reply]:
    async with (
        serving_raw(server.handle) as base,
        opened(manifest_text("rest", base)) as adapter,
    ):
        return [await adapter.source.ask(question()) for _ in range(times)]


async def test_a_kept_connection_that_is_dropped_is_told_and_the_request_not_repeated() -> None:
    server = Dropping(answers=1)
    first, second = await asked(server, 2)
    assert isinstance(first, Records)
    assert second == Unavailable(Fault.DROPPED)
    assert server.requests == 2


@EITHER_WAY
async def test_a_new_connection_that_is_dropped_is_told_and_the_request_not_repeated() -> None:
    server = Dropping(answers=0)
    assert await asked(server, 1) == [Unavailable(Fault.DROPPED)]
    assert server.requests == 1


@EITHER_WAY
@pytest.mark.parametrize("answers", [0, 1])
async def test_a_server_that_drops_every_connection_sees_each_question_once(answers: int) -> None:
    server = Dropping(answers)
    await asked(server, 4)
    assert server.requests == 4
