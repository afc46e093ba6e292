import socket

import aiohttp
import pytest

from console.asking.client import GatewayClient
from console.asking.proofs import Prover
from console.asking.refusals import GatewayAway
from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.pages.problems import problem

TOKENS = Tokens("a-token", 2_000_000_000)


async def test_a_gateway_that_is_down_is_said_to_be_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        prover = Prover(PagesKeys.of(b"s" * 32).proofs)
        client = GatewayClient(f"http://127.0.0.1:{port}/graphql", session, prover)
        with pytest.raises(GatewayAway) as away:
            await client.ask("Me", {}, TOKENS)
    told = problem(away.value)
    assert (told.status, told.title) == (503, "Nobody was asked")
    assert (
        "The gateway cannot be reached. Nobody was asked, and nothing is known." in told.sentences
    )
