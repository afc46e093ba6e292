"""The card index, asked as a gateway asks it."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from teamaround.testing import GatewayAnswer, assert_conforms, gateway_around

MANIFEST = Path(__file__).with_name("card-index.toml")
ANN = {
    "nhsNumber": "9990000018",
    "givenNames": ["Ann"],
    "familyName": "Hill",
    "birthDate": "2015-03-09",
}


def test_the_source_is_dependable() -> None:
    """All that `teamaround source check` asks for without a network."""
    assert_conforms(MANIFEST)


def test_a_child_on_a_card_is_found_with_her_health_visitor() -> None:
    """A practitioner sees whom to ring."""
    answer = asyncio.run(asked(ANN))
    assert answer.outcome == "HAS_RECORD", str(answer)
    assert answer.row["involvements"][0]["practitioner"]["name"] == "Jo Reed"


def test_a_child_on_no_card_has_no_record() -> None:
    """That proves something, as the index was seen to find Ann."""
    answer = asyncio.run(asked({**ANN, "nhsNumber": "9990000026"}))
    assert answer.outcome == "NO_RECORD", str(answer)


async def asked(known: Mapping[str, Any]) -> GatewayAnswer:
    """What a gateway answers that has this card index alone."""
    async with await asyncio.start_server(card_index, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with gateway_around(
            MANIFEST,
            moved={"http://127.0.0.1:7777": f"http://127.0.0.1:{port}"},
            secrets={"password": "open-sesame"},
            test_person={"nhs_number": "9990000018"},
        ) as gateway:
            return await gateway.ask(known)


async def card_index(reader: StreamReader, writer: StreamWriter) -> None:
    """A card index with one card."""
    await reader.readline()
    found = b"9990000018" in await reader.readline()
    writer.write(b"CARD 7|9990000018|Hill|Ann|09/03/2015|Jo Reed\n" if found else b"NONE\n")
    writer.close()
