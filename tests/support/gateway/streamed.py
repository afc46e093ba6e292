"""A streamed question, and an agency that is slow to answer it."""

import asyncio
import json

from tests.support.agencies import MIRA
from tests.support.town import variables_for

STREAM = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope, $parts: Boolean = true) {
  child(known: $known, reason: $reason, scope: $scope) {
    receipt { queryId }
    answers @stream(if: $parts) { agency { id } outcome involvements { role } }
    ... @defer(if: $parts) { completeness { complete inScope } }
  }
}
"""
BODY = {"query": STREAM, "variables": variables_for()}


class Slow:
    """An agency that answers when it is let, and notices when nobody waits for it any more."""

    def __init__(self) -> None:
        self.let, self.asked, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.times = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.times += 1
        self.asked.set()
        waiting = [asyncio.create_task(self.let.wait()), asyncio.create_task(reader.read())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if waiting[1].done():
            self.gone.set()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        body = json.dumps({"children": [MIRA], "total": 1}).encode()
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
