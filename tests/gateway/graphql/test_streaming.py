"""Answers come as they arrive to whoever asks for it, and in order to everybody else."""

from typing import Any

import pytest

from tests.support.gateway.execution import parts
from tests.support.gateway.schema_examples import Asked, context

STREAMED = "receipt { queryId } answers @stream(if: $in_parts) { outcome }"


async def _all(selection: str, asked: Asked, **variables: object) -> list[dict[str, Any]]:
    return [part async for part in parts(selection, context(asked), **variables)]


async def test_streamed_answers_come_as_they_arrive() -> None:
    asked = Asked()
    first, *later = await _all(STREAMED, asked)
    assert first["data"] == {"child": {"receipt": {"queryId": "q1"}, "answers": []}}
    items = [
        item for part in later for each in part.get("incremental", []) for item in each["items"]
    ]
    assert items == [{"outcome": "HAS_RECORD"}, {"outcome": "TIMEOUT"}]
    assert asked.log == ["arriving", "closed"]


@pytest.mark.parametrize(
    ("selection", "in_parts"),
    [("answers { outcome }", True), (STREAMED, False)],
    ids=["no directive", "switched off by a variable"],
)
async def test_unstreamed_answers_come_in_order(selection: str, *, in_parts: bool) -> None:
    asked = Asked()
    (only,) = await _all(selection, asked, in_parts=in_parts)
    answers = only["data"]["child"]["answers"]
    assert answers == [{"outcome": "TIMEOUT"}, {"outcome": "HAS_RECORD"}]
    assert asked.log == ["ordered", "closed"]


async def test_a_stream_in_a_fragment_counts() -> None:
    asked = Asked()
    await _all("... on ChildAnswer { answers @stream { outcome } }", asked)
    assert asked.log == ["arriving", "closed"]


async def test_a_reader_who_leaves_while_an_agency_hangs_closes_the_rows() -> None:
    asked = Asked(hangs=True)
    reading = parts("answers @stream { outcome }", context(asked))
    first, second = await anext(reading), await anext(reading)
    assert first["data"] == {"child": {"answers": []}}
    assert second["incremental"][0]["items"] == [{"outcome": "HAS_RECORD"}]
    assert asked.log == ["arriving"]
    await reading.aclose()
    assert asked.log == ["arriving", "closed"]


async def test_the_child_may_be_deferred() -> None:
    first, *later = await _all("receipt { queryId } ... @defer { child { id } }", Asked())
    assert first["data"] == {"child": {"receipt": {"queryId": "q1"}}}
    assert [each["data"] for part in later for each in part.get("incremental", [])] == [
        {"child": {"id": "c1"}}
    ]


async def test_who_is_waited_for_is_in_the_first_part() -> None:
    first, *_ = await _all("asked { agency { id } asked } answers @stream { outcome }", Asked())
    assert first["data"]["child"] == {
        "asked": [
            {"agency": {"id": "met-police"}, "asked": True},
            {"agency": {"id": "north-school"}, "asked": True},
        ],
        "answers": [],
    }
