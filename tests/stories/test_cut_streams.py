"""Clients leave streamed questions in any manner and ask again at once: none waits for nothing.

Each row of an agency that answered comes while another agency is awaited, and the rest comes once
that one answers. Places are given back.
"""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import Town, small_town, variables_for

MANY: Final = int(os.environ.get("CUTS", "8"))  # `make laws` tries hundreds
PLACES: Final = 8
DEADLINE_S: Final = 60  # a row that waits for it waits without a reason
SOON_S: Final = 20.0
ACCEPT: Final = (
    "multipart/mixed;deferSpec=20220824",
    "multipart/mixed;incrementalSpec=v0.2",
    "text/event-stream",
)
ROW: Final = b'"outcome"'
LAST: Final = b'"hasNext":false'
RESET: Final = struct.pack("ii", 1, 0)
STREAMED: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    asked { agency { id } }
    ... @defer { restriction }
    answers @stream { agency { id } outcome }
    ... @defer { completeness { complete } }
  }
}
"""


@dataclass(slots=True)
class Gated:
    """How late agencies are: two by a moment or not, the third until its gate opens."""

    chance: Random
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def late(self, _: web.Request) -> None:
        for _turn in range(self.chance.choice((0, 0, 1, 3, 10))):
            await asyncio.sleep(0)

    async def wait(self, _: web.Request) -> None:
        await self.gate.wait()


@dataclass(slots=True)
class Question:
    """A streamed question on a connection of its own; `came` is its response so far."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    came: bytes = b""

    async def until(self, mark: bytes, times: int = 1) -> None:
        """Read until this has come so often; TimeoutError if it does not come."""
        async with asyncio.timeout(SOON_S):
            while self.came.count(mark) < times and (some := await self.reader.read(65536)):
                self.came += some
        assert self.came.count(mark) >= times, self.came.decode()[-500:]

    def cut(self, *, reset: bool) -> None:
        """Leave, by a reset or by an end."""
        if reset:
            line: socket.socket = self.writer.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()


async def asked(town: Town, accept: str) -> Question:
    """Ask, and read nothing yet."""
    place = urlsplit(town.url)
    question = Question(*await asyncio.open_connection(place.hostname, place.port))
    body = orjson.dumps({"query": STREAMED, "variables": variables_for()})
    token = town.headers()["Authorization"]
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: town\r\nContent-Type: application/json\r\n"
        f"Authorization: {token}\r\nAccept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    question.writer.write(head.encode() + body)
    return question


@asynccontextmanager
async def gated_town(folder: Path, gated: Gated) -> AsyncIterator[Town]:
    quick, slow = AgencyServer(before=gated.late), AgencyServer(before=gated.wait)
    async with serving(quick.answer) as fast, serving(slow.answer) as waiting:
        sources = [
            rest_source("spine", fast, claims=AUTHORITY, rate="5000/s"),
            rest_source("quick", fast, rate="5000/s"),
            rest_source("slow", waiting, timeout="60s", says_restricted=False, rate="5000/s"),
        ]
        limits = {"questions__deadline": DEADLINE_S, "questions__under_way": PLACES}
        async with small_town(folder, sources, Clock(), **limits) as town:
            yield town


async def left_and_asked_again(town: Town, gated: Gated) -> None:
    """One or two ask and leave somewhere; one or two ask at once, and are answered."""
    chance = gated.chance
    gated.gate.clear()
    left = await several(town, chance)
    opens = chance.choice(("before they leave", "after", "late"))
    for each in left:
        await each.until(chance.choice((b"hasNext", b"restriction", ROW)))
    if opens == "before they leave":
        gated.gate.set()
    for each in left:
        each.cut(reset=chance.random() < 0.5)
    again = await several(town, chance)
    if opens == "after":
        gated.gate.set()
    for each in again:
        await each.until(ROW, 2)  # of both who answered, whoever is awaited
    gated.gate.set()
    for each in again:
        await each.until(LAST)
        assert each.came.count(ROW) == 3
        assert b"completeness" in each.came
        each.writer.close()


async def several(town: Town, chance: Random) -> list[Question]:
    """One question or two at once; a place that a client left is given back in a moment."""
    return [await asked(town, chance.choice(ACCEPT)) for _ in range(chance.choice((1, 1, 2)))]


async def test_whoever_is_cut_off_and_asks_again_sees_who_answered_at_once(tmp_path: Path) -> None:
    gated = Gated(Random(MANY))  # noqa: S311  the same questions in each run
    async with gated_town(tmp_path, gated) as town:
        for _ in range(MANY):
            await left_and_asked_again(town, gated)
        everybody = [await asked(town, ACCEPT[0]) for _ in range(PLACES)]
        for each in everybody:
            await each.until(LAST)  # no place is still held by a client who left
            each.writer.close()
        assert [each.came.count(ROW) for each in everybody] == [3] * PLACES
