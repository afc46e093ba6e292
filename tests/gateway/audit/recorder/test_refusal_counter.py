"""A flood of refusals is on record to the last one, and does not fill the log."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.recorder.refusal_counter import RefusalCounter, RefusalKey
from gateway.model.errors import SignIn
from gateway.questions.prepare import Request
from tests.support.edge import Edge, edge
from tests.support.town import PRACTITIONER, QUERY, REASON, variables_for

FLOOD: Final = 5_000
REFUSALS: Final = st.lists(
    st.builds(RefusalKey, st.sampled_from("ABC"), whence=st.sampled_from("xyz")), max_size=60
)


async def flooded(gateway: Edge, times: int) -> list[str]:
    async def refused(number: int) -> str:
        with pytest.raises(SignIn) as refusal:
            await gateway.town.pipeline.start(Request("", {}, None, f"Bearer a.b.{number}"))
        return refusal.value.code

    return list(await asyncio.gather(*map(refused, range(times))))


@given(REFUSALS, st.integers(0, 4), st.integers(0, 9), st.integers(0, 3))
def test_every_refusal_is_told_or_counted_and_none_is_both(
    refusals: list[RefusalKey], each: int, altogether: int, kinds: int
) -> None:
    refusal_counter = RefusalCounter(each=each, altogether=altogether, kinds=kinds)
    told = sum(refusal_counter.tells(refused) for refused in refusals)
    counted = refusal_counter.taken()
    assert told + sum(counted.values()) == len(refusals)
    assert told <= altogether
    assert len(counted) <= kinds + len({refused.code for refused in refusals})
    assert refusal_counter.taken() == {}


async def test_of_five_thousand_wrong_tokens_thirty_are_told_and_the_rest_are_counted(
    tmp_path: Path,
) -> None:
    async with edge(tmp_path) as gateway:
        assert await flooded(gateway, 30) == ["UNAUTHENTICATED"] * 30
        assert [entry.get("count") for entry in gateway.entries] == [None] * 30
        assert await flooded(gateway, FLOOD - 30) == ["UNAUTHENTICATED"] * (FLOOD - 30)
    counts = [entry.get("count", 1) for entry in gateway.entries]
    assert sum(counts) == FLOOD
    assert len(counts) < FLOOD // 10  # one more each minute, should this take minutes
    assert {entry["kind"] for entry in gateway.entries} == {"AUTHENTICATION_FAILURE"}


async def test_a_wrong_token_in_the_flood_is_401_like_the_first(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        gateway.town.pipeline.recorder.refusal_counter.each = 1
        said = [await gateway.send(authorization="Bearer a.b.c") for _ in range(3)]
    assert [(each.status, each.code) for each in said] == [(401, "UNAUTHENTICATED")] * 3
    assert [entry.get("count", 1) for entry in gateway.entries] == [1, 2]


async def test_a_key_id_for_each_token_makes_no_more_entries(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        gateway.town.pipeline.recorder.refusal_counter.altogether = 10
        for n in range(50):
            token = gateway.town.headers(replace(PRACTITIONER, user=f"w{n}"))["Authorization"]
            await gateway.send(authorization=f"{token}x")
    counts = [entry.get("count", 1) for entry in gateway.entries]
    assert sum(counts) == 50
    assert counts[:10] == [1] * 10
    assert len(counts) == 11


async def test_a_flood_of_forbidden_questions_names_who_asked_and_how_often(tmp_path: Path) -> None:
    reason = {**REASON, "purpose": "EARLY_HELP"}
    question = {"query": QUERY, "variables": {**variables_for(), "reason": reason}}
    async with edge(tmp_path) as gateway:
        gateway.town.pipeline.recorder.refusal_counter.each = 2
        for _ in range(7):
            assert (await gateway.send(question)).status == 403
    entries = [(e["user"], e["detail"], e.get("count", 1)) for e in gateway.entries]
    assert entries == [("s.worker", "PURPOSE_NOT_ENTITLED", times) for times in (1, 1, 5)]


async def test_what_was_refused_while_the_log_was_away_is_counted_when_it_is_back(
    tmp_path: Path,
) -> None:
    log = tmp_path / "state" / "audit.sqlite"
    async with edge(tmp_path) as gateway:
        log.rename(log.with_name("away"))
        assert await flooded(gateway, 3) == ["UNAUTHENTICATED"] * 3
        await gateway.town.pipeline.recorder.write_refusals()
        log.with_name("away").rename(log)
        assert await flooded(gateway, 1) == ["UNAUTHENTICATED"]
    assert sum(entry.get("count", 1) for entry in gateway.entries) == 4
