"""A question waits for seconds, and many do at one time: what has left for the agency is let go."""

import asyncio
import tracemalloc
from datetime import UTC, datetime
from typing import Final

from adapters.contract.contract import NoRecord
from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving_raw
from tests.support.patience import patiently

SIZE: Final = 1_000_000
ABSENT: Final = b'{"pupils": [], "total": 0}'
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ABSENT), ABSENT)


class LongSigner(Signer):
    """Its signature is so long that it is found in the memory of a gateway."""

    def signed(self, request: HttpRequest) -> HttpRequest:
        return request.with_headers({**request.headers, "Signature": "s" * SIZE})


async def test_a_signed_request_is_let_go_once_the_agency_has_it() -> None:
    has_it, may_answer = asyncio.Event(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = b""
        while not end.endswith(b"\r\n\r\n"):
            end = end[-4:] + await reader.read(4096)
        has_it.set()
        await may_answer.wait()
        writer.write(ANSWER)

    signer = LongSigner("key", lambda _: b"", lambda: datetime.now(UTC), lambda: "")
    async with (
        serving_raw(handle) as base,
        opened(manifest_text("rest", base), signer=signer) as adapter,
    ):
        tracemalloc.start()
        try:
            asked = asyncio.create_task(adapter.source.ask(question()))
            await patiently(has_it.wait())
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        may_answer.set()
        assert await patiently(asked) == NoRecord()
    assert held < SIZE // 2
