"""A system that speaks GraphQL is asked by one query; an answer with an error proves nothing."""

from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Records,
    Refused,
    Reply,
    Unavailable,
    Unread,
)
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.graphql_cases import CASES
from tests.support.loopback import serving

ANN = {"id": 7, "surname": "Hill", "dob": "2015-03-09"}


def people(*nodes: Any, more: bool = False) -> dict[str, Any]:
    info = {"endCursor": "c1", "hasNextPage": more}
    return {"data": {"people": {"nodes": list(nodes), "pageInfo": info}}}


async def asked(body: Any, status: int = 200, rest: str = CASES) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    async with (
        serving(handler) as base,
        opened(manifest_text("graphql", base, rest=rest)) as adapter,
    ):
        return await adapter.source.ask(question())


async def test_a_child_is_asked_for_by_variables_and_never_inside_the_query() -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response(people(ANN))

    text = manifest_text("graphql", "{base}/graphql", CASES)
    async with serving(handler) as base, opened(text.replace("{base}", base), base) as adapter:
        assert only(await adapter.source.ask(question(upn="x'y:z"))).record_id == "7"
    assert seen[0]["variables"] == {"upn": "x'y:z"}
    assert "x'" not in seen[0]["query"]


async def test_children_behind_a_cursor_are_found() -> None:
    async def handler(request: web.Request) -> web.Response:
        after = (await request.json())["variables"].get("after")
        return web.json_response(people({**ANN, "id": 1 if after else 0}, more=after is None))

    text = manifest_text("graphql", "{base}", CASES)
    async with serving(handler) as base, opened(text.replace("{base}", base), base) as adapter:
        reply = await adapter.source.ask(question())
    assert isinstance(reply, Records)
    assert [record.record_id for record in reply.records] == ["0", "1"]


async def test_an_empty_list_without_errors_is_no_record() -> None:
    assert await asked(people()) == NoRecord()


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ({"data": {"people": {"nodes": []}}, "errors": [{"message": "?"}]}, Malformed("errors")),
        ({"data": None, "errors": [{"message": "?"}]}, Malformed("errors")),
        ({"data": None, "errors": "?"}, Malformed("errors")),
        ({**people(), "extensions": {"valueCompletion": [{}]}}, Malformed("errors")),
        ({**people(), "extensions": {"valueCompletion": "?"}}, Malformed("errors")),
        ({"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}]}, Refused()),
        (
            {"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
            Unavailable(Fault.SERVER_ERROR),
        ),
        ({"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}, {}]}, Malformed("errors")),
        ({"data": None}, Malformed("data")),
        ({"data": []}, Malformed("data")),
        ({}, Malformed("data")),
        ({"data": {"people": None}}, Malformed("records")),
        ({"data": {}}, Malformed("records")),
    ],
)
async def test_an_answer_with_errors_or_without_data_is_never_no_record(
    body: Any, reply: Reply
) -> None:
    assert await asked(body) == reply


@pytest.mark.parametrize("info", [None, {"hasNextPage": None, "endCursor": None}])
async def test_a_child_is_not_absent_where_the_server_could_not_tell_its_pages(info: Any) -> None:
    reply = await asked({"data": {"people": {"nodes": [], "pageInfo": info}}})
    assert reply == NoRecord(whole=False, unread=Unread.MORE)


@pytest.mark.parametrize("info", [None, {"hasNextPage": None, "endCursor": None}])
async def test_a_childs_namesake_may_be_on_a_page_that_the_server_could_not_tell(info: Any) -> None:
    reply = await asked({"data": {"people": {"nodes": [ANN], "pageInfo": info}}})
    assert isinstance(reply, Records)
    assert (reply.whole, reply.unread) == (False, Unread.MORE)


async def test_a_child_is_not_absent_by_the_empty_list_of_a_type_for_failures() -> None:
    failed = {**people()["data"]["people"], "__typename": "SearchFailed"}
    reply = await asked({"data": {"people": failed}})
    assert reply == NoRecord(whole=False, unread=Unread.PARTIAL)
    named = {**people()["data"]["people"], "__typename": "PersonConnection"}
    assert await asked({"data": {"people": named}}) == NoRecord()


async def test_a_child_whom_a_router_made_null_is_not_absent_by_the_manifests_own_word() -> None:
    nulled = {"data": {"people": None}, "extensions": {"valueCompletion": [{"path": ["people"]}]}}
    absent = CASES.replace("records =", 'absent = "body.data.people == null"\nrecords =')
    assert await asked({"data": {"people": None}}, rest=absent) == NoRecord()
    reply = await asked(nulled, rest=absent)
    assert isinstance(reply, NoRecord)
    assert not reply.whole


async def test_a_query_that_the_server_does_not_accept_is_malformed() -> None:
    assert await asked({"errors": [{"message": "no such field"}]}, 400) == Malformed("errors")
