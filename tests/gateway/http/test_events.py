"""An answer in parts as server-sent events, for clients that read those."""

import json
from pathlib import Path
from typing import Any

from gateway.http.delivery import Delivery, PartsFormat
from gateway.http.framing import Framing
from gateway.http.in_parts import Payloads, framed
from tests.support.edge import QUESTION, edge
from tests.support.gateway.streamed import BODY
from tests.support.virtual_time import run, sleep

EVENTS = "text/event-stream"


def events(text: str) -> list[tuple[str, Any]]:
    """The events as a reader of the standard has them: comments left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields or "event:" in block:
            data = fields.get("data")
            found.append((fields["event"], json.loads(data) if data else None))
    return found


async def test_each_part_is_an_event_and_the_last_one_says_that_it_is_over(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        said = await gateway.send(BODY, accept=EVENTS)
    assert said.headers["Content-Type"].startswith(EVENTS)
    assert "deferSpec=20220824" in said.headers["Content-Type"]
    *parts, over = events(said.text)
    assert {name for name, _ in parts} == {"next"}
    assert [payload["hasNext"] for _, payload in parts] == [True] * (len(parts) - 1) + [False]
    assert over == ("complete", None)


async def test_the_shape_by_ids_can_be_had_too(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        said = await gateway.send(BODY, accept=f"{EVENTS};incrementalSpec=v0.2")
    assert events(said.text)[0][1]["pending"]


async def test_who_reads_events_alone_gets_a_whole_answer_as_one(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        alone = await gateway.send(QUESTION, accept=EVENTS)
        both = await gateway.send(QUESTION, accept=f"{EVENTS}, application/json")
        refused = await gateway.send({"query": "{ no }"}, accept=EVENTS)
    (name, payload), over = events(alone.text)
    assert (name, over[0]) == ("next", "complete")
    assert payload["data"]["child"]["answers"][0]["outcome"] == "HAS_RECORD"
    assert both.headers["Content-Type"].startswith("application/json")
    assert refused.code == "DOCUMENT_INVALID"


def test_a_silent_line_is_kept_alive_and_its_parts_stay_whole() -> None:
    async def slow() -> Payloads:
        yield {"data": {}, "hasNext": True}
        await sleep(25)
        yield {"hasNext": False}

    async def nothing() -> None:
        """Nothing is to be logged."""

    async def pieces(framing: Framing) -> list[bytes]:
        delivery = Delivery(framing, PartsFormat.BY_ID, silent_s=10)
        refused: list[str] = []
        return [each async for each in framed(slow(), delivery, nothing, refused.append)]

    said = run(pieces(Framing.EVENTS))
    assert said[1:3] == [b":\n\n", b":\n\n"]
    assert len(said) == 4
    assert len(run(pieces(Framing.MULTIPART))) == 2
