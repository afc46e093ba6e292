"""An answer whose line breaks, at any byte and in any manner, is never taken for a whole one."""

import json
import os
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from console.asking.client import GatewayClient
from console.asking.proofs import Prover
from console.asking.refusals import BrokenOff, GatewayRefused
from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.practitioner.coming import ComingAnswer
from tests.support.console.told_gateway import agency_row
from tests.support.loopback import serving

TOKENS: Final = Tokens("a-token", 2_000_000_000)
EVERY: Final = int(os.environ.get("CUT_EVERY", "29"))  # bytes from cut to cut; `make laws` has 1
ROWS: Final = [
    {**agency_row(1), "outcome": "NO_RECORD"},
    {**agency_row(2), "outcome": "HAS_RECORD"},
]
ASKED: Final = [{"agency": row["agency"], "asked": True} for row in ROWS]
LAST: Final[Mapping[str, Any]] = {
    "completeness": {"complete": True},
    "child": None,
    "unresolved": [],
    "ask": [],
}
PAYLOADS: Final[list[Mapping[str, Any]]] = [
    {"data": {"child": {"asked": ASKED, "answers": []}}},
    {"incremental": [{"path": ["child"], "data": {"restriction": "NONE_KNOWN"}}]},
    *({"incremental": [{"path": ["child", "answers", n], "data": r}]} for n, r in enumerate(ROWS)),
    {"incremental": [{"path": ["child"], "data": LAST}]},
]
EVENTS: Final = [b"event: next\ndata: %b\n\n" % json.dumps(each).encode() for each in PAYLOADS]
STREAM: Final = b"".join((*EVENTS, b"event: complete\ndata:\n\n"))


async def cut(request: web.Request) -> web.StreamResponse:
    """Answer with so many bytes, and then end politely, or not."""
    at, polite = int(request.query["at"]), request.query["polite"] == "1"
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(STREAM[:at])
    if not polite and request.transport is not None:
        request.transport.abort()
    return response


async def read(client: GatewayClient) -> tuple[ComingAnswer, bool]:
    """What came of an answer, and whether it came to its end."""
    answer = ComingAnswer()
    try:
        async for payload in client.parts("TeamAround", {}, TOKENS):
            answer.take(payload)
    except (BrokenOff, GatewayRefused):
        return answer, False
    return answer, answer.whole


@pytest.mark.parametrize("polite", [1, 0], ids=["that ends politely", "that is reset"])
async def test_no_cut_makes_a_whole_answer(polite: int) -> None:
    app = web.Application()
    app.add_routes([web.post("/graphql", cut)])
    prover = Prover(PagesKeys.of(b"s" * 32).proofs)
    async with serving(app) as url, aiohttp.ClientSession() as session:
        for at in (*range(1, len(STREAM), EVERY), len(STREAM)):
            address = f"{url}/graphql?at={at}&polite={polite}"
            answer, whole = await read(GatewayClient(address, session, prover))
            said = [row.said for row in answer.rows]
            assert said == ROWS[: len(said)]
            assert not whole or at == len(STREAM), at
            assert whole or at < len(STREAM) or not polite
