"""An answer in parts: each agency as it answers, the rest deferred, and an end however it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.questions.question import RunningQuestion
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.edge import QUESTION, Edge, logged
from tests.support.gateway.streamed import BODY, Slow
from tests.support.loopback import serving, serving_raw
from tests.support.patience import patiently
from tests.support.town import Town, small_town, variables_for


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def town(tmp_path: Path, slow: Slow) -> AsyncIterator[Town]:
    quick = AgencyServer()
    async with (
        serving(quick.answer) as fast,
        serving_raw(slow.answer) as waiting,
    ):
        sources = [
            rest_source("spine", fast, claims=AUTHORITY),
            rest_source("quick", fast),
            rest_source("slow", waiting, timeout="30s", says_restricted=False),
        ]
        async with small_town(
            tmp_path, sources, questions__deadline=30, questions__under_way=1
        ) as opened:
            yield opened


BY_ID = "multipart/mixed;incrementalSpec=v0.2, application/json"


@asynccontextmanager
async def streaming(
    town: Town, body: Any = None, accept: str = "multipart/mixed;deferSpec=20220824"
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = town.headers() | {"Accept": accept}
    url = f"{town.url}/graphql"
    async with town.session.post(url, json=body or BODY, headers=headers) as response:
        yield response


async def parts(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """The parts as another's parser reads them."""
    reader = aiohttp.MultipartReader.from_response(response)
    while (part := await reader.next()) is not None:
        assert isinstance(part, aiohttp.BodyPartReader)
        assert part.headers["Content-Type"] == "application/json; charset=utf-8"
        yield json.loads(await part.text())


def agencies_of(part: dict[str, Any]) -> list[str]:
    listed = (part.get("data") or {}).get("child", {}).get("answers", [])
    told = [d for d in part.get("incremental", []) if d["path"][:2] == ["child", "answers"]]
    return [row["agency"]["id"] for row in [*listed, *(d["data"] for d in told)]]


def told_of(town: Town) -> list[str]:
    """The agencies whose answers the log says were released."""
    entries = logged(town.settings.files.state)
    released = (each.get("agencies", []) for each in entries if each["kind"] == "RELEASE")
    return [agency for groups in released for group in groups for agency in group["ids"]]


async def test_each_agency_comes_as_it_answers_and_completeness_last(
    town: Town, slow: Slow
) -> None:
    seen: list[str] = []
    deferred: dict[str, Any] = {}
    async with streaming(town) as response:
        assert response.status == 200
        kind = response.headers["Content-Type"]
        assert kind == 'multipart/mixed; boundary="-"; deferSpec=20220824'
        assert response.headers["Cache-Control"] == "no-store"
        async for part in parts(response):
            seen += agencies_of(part)
            for item in part.get("incremental", []):
                deferred |= item["data"] if item["path"] == ["child"] else {}
            if {"quick", "spine"} <= {*seen}:
                slow.let.set()
    assert sorted(seen) == ["quick", "slow", "spine"]
    assert seen[-1] == "slow"
    assert deferred["completeness"] == {"complete": True, "inScope": 3}
    assert part["hasNext"] is False


ASKED_WITHOUT = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope, $told: Boolean! = false) {
  child(known: $known, reason: $reason, scope: $scope) {
    answers @stream { agency { id } outcome }
    ... @include(if: $told) { ... @defer { restriction } }
    ... @defer { completeness { complete } }
  }
}
"""


async def test_no_row_waits_for_a_restriction_that_is_not_asked_for(town: Town, slow: Slow) -> None:
    seen: list[list[str]] = [[]]
    async with streaming(town, BODY | {"query": ASKED_WITHOUT}) as response:
        async for part in parts(response):
            seen.append([*seen[-1], *agencies_of(part)])
            if {*seen[-1]} == {"quick", "spine"}:
                slow.let.set()
    assert slow.let.is_set()
    assert sorted(seen[-1]) == ["quick", "slow", "spine"]


async def test_every_part_but_the_last_says_that_more_comes(town: Town, slow: Slow) -> None:
    slow.let.set()
    async with streaming(town) as response:
        came = [part async for part in parts(response)]
    assert [part["hasNext"] for part in came] == [True] * (len(came) - 1) + [False]
    assert "data" in came[0]
    assert not any("data" in part for part in came[1:])


async def test_whoever_reads_ids_is_told_what_is_pending_and_what_is_completed(
    town: Town, slow: Slow
) -> None:
    slow.let.set()
    async with streaming(town, accept=BY_ID) as response:
        assert "incrementalSpec=v0.2" in response.headers["Content-Type"]
        came = [part async for part in parts(response)]
    rows = [i for part in came for d in part.get("incremental", []) for i in d.get("items", [])]
    assert {row["agency"]["id"] for row in rows} == {"quick", "slow", "spine"}
    pending = {p["id"] for part in came for p in part.get("pending", [])}
    assert pending == {c["id"] for part in came for c in part.get("completed", [])}


async def test_a_stream_ends_with_the_closing_boundary(town: Town, slow: Slow) -> None:
    slow.let.set()
    async with streaming(town) as response:
        raw = await response.read()
    assert raw.startswith(b"\r\n---\r\n")
    assert raw.endswith(b"\r\n-----\r\n")
    assert raw.count(b"\r\n-----\r\n") == 1


async def test_who_takes_no_parts_gets_the_whole_answer_at_once(town: Town, slow: Slow) -> None:
    slow.let.set()
    answer = await town.post(BODY, town.headers())
    assert answer.status == 200
    assert answer.completeness == {"complete": True, "inScope": 3}
    assert [*answer.outcomes] == ["quick", "slow", "spine"]


async def test_parts_that_are_switched_off_come_as_one_answer(town: Town, slow: Slow) -> None:
    slow.let.set()
    whole = BODY | {"variables": variables_for() | {"parts": False}}
    answer = await town.post(whole, town.headers())
    assert answer.status == 200
    assert {"quick", "slow", "spine"} == {*answer.outcomes}


async def test_a_client_that_leaves_a_stream_stops_the_question(town: Town, slow: Slow) -> None:
    async with streaming(town) as response:
        async for part in parts(response):
            if {"quick", "spine"} & {*agencies_of(part)}:
                break
        response.close()
    await patiently(slow.gone.wait())
    assert slow.times == 1
    assert "slow" not in told_of(town)


async def test_a_client_that_leaves_before_the_answer_stops_the_question(
    town: Town, slow: Slow
) -> None:
    asking = asyncio.create_task(town.ask())
    await patiently(slow.asked.wait())
    asking.cancel()
    await patiently(slow.gone.wait())
    assert slow.times == 1
    assert told_of(town) == []


async def test_a_question_too_many_is_told_to_come_again(town: Town, slow: Slow) -> None:
    asking = asyncio.create_task(town.ask())
    await patiently(slow.asked.wait())
    headers = town.headers()
    async with town.session.post(f"{town.url}/graphql", json=QUESTION, headers=headers) as second:
        assert second.status == 503
        assert second.headers["Retry-After"] == "1"
        assert (await second.json())["errors"][0]["extensions"]["code"] == "BUSY"
    slow.let.set()
    assert (await asking).status == 200
    assert slow.times == 1


async def test_a_place_is_given_back_however_a_question_ends(town: Town, slow: Slow) -> None:
    slow.let.set()
    edge = Edge(town)
    async with streaming(town) as read:
        await read.read()
    assert (await edge.send(raw=b"")).status == 400
    assert (await edge.send(authorization="")).status == 401
    assert (await edge.send({"query": "{ no }"})).status == 400
    assert (await town.ask()).status == 200


async def test_a_dropped_stream_gives_its_place_back(town: Town, slow: Slow) -> None:
    async with streaming(town) as dropped:
        await dropped.content.readany()
        dropped.close()
    await patiently(slow.gone.wait())
    slow.let.set()
    assert (await town.ask()).status == 200


@pytest.mark.parametrize("begun", [False, True])
async def test_a_bug_in_a_stream_ends_it_and_says_only_its_type(
    *,
    town: Town,
    slow: Slow,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    begun: bool,
) -> None:
    well = [1, 2] if begun else []  # the first part is told of before the status, and as it leaves

    async def failing(_: RunningQuestion) -> None:
        if not well:
            raise ValueError("Jonah Smith")
        well.pop()

    slow.let.set()
    monkeypatch.setattr(RunningQuestion, "declare", failing)
    async with streaming(town) as response:
        assert response.status == (200 if begun else 500)
        with pytest.raises(aiohttp.ClientPayloadError) if begun else nullcontext():
            assert "Jonah" not in await response.text()
    said = "".join(capfd.readouterr())
    assert "ValueError" in said
    assert "Jonah" not in said
