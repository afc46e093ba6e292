"""Whatever a person asks is counted by what it costs, before the gateway does any work for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.errors import LogUnavailable
from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.edge import QUESTION, Edge, Said, edge
from tests.support.town import PRACTITIONER, variables_for

NOW = datetime.now(UTC)
COLLEAGUE = replace(PRACTITIONER, user="a.colleague")
ME = "{ me { name } }"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Edge]:
    """One for which time stands still; a person's requests may cost 40."""
    settings: dict[str, Any] = {"limits__requests_per_minute": 40, "limits__mistyped_per_minute": 2}
    async with edge(tmp_path, clock=Clock(now=lambda: NOW), **settings) as opened:
        yield opened


async def say(gateway: Edge, body: object, caller: Caller = PRACTITIONER) -> Said:
    token = issue(caller, gateway.town.settings, now=NOW.timestamp(), lifetime_s=600)
    return await gateway.send(body, authorization=f"Bearer {token}")


def new(number: int) -> dict[str, str]:
    """A document that nobody sent before, and that is refused once it was validated."""
    return {"query": f"{{ me {{ {'name ' * 200} unknown{number} }} }}"}


async def test_new_documents_are_counted_before_they_are_read(gateway: Edge) -> None:
    said = [await say(gateway, new(number)) for number in range(5)]
    assert [each.status for each in said] == [400, 400, 400, 429, 429]
    assert (said[3].code, said[4].code) == ("TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS")
    assert said[3].headers["Retry-After"] == str(60 - NOW.second)
    assert gateway.town.pipeline.active.preparation.stages.documents.is_unread(new(3)["query"])


async def test_a_document_that_was_read_or_refused_before_costs_as_little_as_any(
    gateway: Edge,
) -> None:
    said = [await say(gateway, new(0)) for _ in range(30)]
    assert {each.status for each in said} == {400}


async def test_who_looks_at_themselves_too_often_is_sent_away_and_nobody_else(
    gateway: Edge,
) -> None:
    said = [await say(gateway, {"query": ME}) for _ in range(32)]
    assert [each.status for each in said] == [200] * 30 + [429] * 2
    assert (await say(gateway, {"query": ME}, COLLEAGUE)).status == 200


async def test_a_wrong_input_is_counted_apart_and_takes_no_question_away(gateway: Edge) -> None:
    wrong = {**QUESTION, "variables": variables_for({"nhsNumber": "9434765910"})}
    said = [await say(gateway, wrong) for _ in range(3)]
    assert [each.status for each in said] == [400, 400, 429]
    assert (await say(gateway, QUESTION)).status == 200


async def test_what_the_gateway_itself_cannot_serve_is_not_counted(
    gateway: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> int:
        raise LogUnavailable("the disk is full")

    log = gateway.town.pipeline.recorder.log
    with monkeypatch.context() as broken:
        broken.setattr(type(log), "append", lambda _, entry: full(entry))
        said = [await say(gateway, QUESTION) for _ in range(50)]
    assert {(each.status, each.code) for each in said} == {(503, "LOG_UNAVAILABLE")}
    assert (await say(gateway, QUESTION)).status == 200


async def test_while_one_persons_document_is_read_others_are_served(gateway: Edge) -> None:
    documents = gateway.town.pipeline.active.preparation.stages.documents
    large = "{ " + " ".join(f"a{n}: me {{ name }}" for n in range(30)) + " }"
    reading = asyncio.create_task(documents.document_while_serving(large))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 2  # the loop was free while the thread read
    assert not documents.is_unread(large)
