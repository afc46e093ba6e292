"""A child who stands elsewhere in an answer is not absent, whatever its own list says."""

from typing import Any

import orjson
import pytest
from aiohttp import web
from lxml import etree

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from adapters.http.answer_reader import AnswerReader
from adapters.mapping.beside.held import element_beside, stands_beside
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

ANN = "9990000018"
HER = {"id": 1, "nhs": ANN, "surname": "Hill", "dob": "2015-03-09"}
LISTED = """
[[operation]]
name = "child"
path = "/children"
query = { n = "{nhs_number}" }
records = "body.items"
absent = "body.found == `false`"
[operation.map]
record_id = "id"
nhs_number = { path = "nhs", as = "nhs_number" }
family_name = "surname"
birth_date = "dob"
"""
DETAIL = """
[operation.detail.staff]
path = "/staff/{record_id}"
items = "body.staff"
[[operation.involvement]]
each = "staff[]"
role = "role"
"""
# Her record under another name: renamed by an upgrade, or put aside.
ELSEWHERE: list[dict[str, Any]] = [
    {"children": [HER]},
    {"archived": {"2019": {"closed": [HER]}}},
    {"merged": [{"nhsNo": "999 000 0018", "into": 7, "since": "2020"}]},
    {"child": HER},
    {"found": False, "possible": [HER]},
    {"found": False, "record": HER},
]
# What was asked is said back, and about others something is said.
SAID_BACK: list[dict[str, Any]] = [
    {},
    {"nhs": ANN},
    {"query": {"nhs": ANN, "page": 1}},
    {"filters": [{"nhs": ANN, "since": "2019"}]},
    {"by": [{"field": "nhs", "operator": "eq", "value": ANN}]},
    {"request": {"children": [HER]}},
    {"found": False, "nhs": ANN},
    {"others": [{**HER, "nhs": "9990000026"}]},
    {"self": f"/children?n={ANN}"},
    {"query": {"nhs": ANN, "asked": 1764489600, "by": "9990000026"}},
    {"took": 9990000026, "helpdesk": "7700900123", "supersededBy": None},
]


async def asked(
    said: dict[str, Any], status: int = 200, text: str = LISTED, staff: bytes = b"{}"
) -> Reply:
    async def handler(request: web.Request) -> web.Response:
        detail = request.path.startswith("/staff")
        body = staff if detail else orjson.dumps(said)
        return web.Response(body=body, status=status, content_type="application/json")

    async with serving(handler) as base, opened(manifest_text("rest", base, text)) as adapter:
        fields = frozenset({"involvements"})
        return await adapter.source.ask(question("child", fields, nhs_number=ANN))


@pytest.mark.parametrize("beside", ELSEWHERE, ids=str)
async def test_a_child_beside_an_empty_list_is_not_absent(beside: dict[str, Any]) -> None:
    assert await asked({"items": [], **beside}) == NoRecord(whole=False)


@pytest.mark.parametrize(
    "beside",
    [
        {"query": {"nhs": "999 000 0026"}},
        {"searchedFor": "9990000026"},
        {"criteria": [{"field": "nhs", "value": "9990000026"}]},
        {"nhsNumber": 9990000026},
        {"query": {"nhs": ANN}, "supersededBy": "9990000026"},
        {"found": False, "mergedInto": "9990000026"},
    ],
    ids=str,
)
async def test_an_answer_about_another_number_proves_nothing(beside: dict[str, Any]) -> None:
    assert await asked({"items": [], **beside}) == NoRecord(whole=False)


@pytest.mark.parametrize("beside", SAID_BACK, ids=str)
async def test_what_was_asked_is_said_back_and_leaves_an_absence_as_it_is(
    beside: dict[str, Any],
) -> None:
    assert await asked({"items": [], **beside}) == NoRecord()


async def test_without_a_look_elsewhere_she_would_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AnswerReader, "unless_held", lambda _self, said, *_: said)
    assert await asked({"items": [], "children": [HER]}) == NoRecord()


def test_of_an_answer_with_more_objects_than_are_looked_at_nothing_is_proved() -> None:
    many = {"a": [{"b": 1}] * 5001, "query": {"nhs": ANN}}
    assert stands_beside(many, {ANN}, lambda _: False)


@pytest.mark.parametrize(
    ("beside", "held"),
    [
        (f"<q:Child xmlns:q='v2'><q:Nhs>{ANN}</q:Nhs></q:Child>", True),
        ("<Closed><Child nhs='999 000 0018'/></Closed>", True),
        (f"<Request><Nhs>{ANN}</Nhs></Request>", False),
        ("<Closed><Child nhs='9990000026'/></Closed>", False),
    ],
)
def test_a_child_at_another_place_of_an_envelope_is_seen(beside: str, *, held: bool) -> None:
    root = etree.fromstring(f"<Answer><Children/>{beside}</Answer>")
    assert element_beside(root, {ANN}, "child", lambda _: False) is held


@pytest.mark.parametrize("status", [200, 404, 410])
async def test_the_agencys_own_word_for_absent_counts(status: int) -> None:
    assert await asked({"found": False}, status) == NoRecord()


@pytest.mark.parametrize("status", [201, 202, 203, 206, 207, 226, 408, 409, 423, 425, 451])
async def test_an_absence_that_its_status_contradicts_is_none(status: int) -> None:
    reply = await asked({"found": False}, status)
    assert isinstance(reply, Malformed)
    assert reply.rule == "status"


@pytest.mark.parametrize(
    ("staff", "cut"),
    [
        (b'{"staff": []}', False),
        (b'{"staff": [], "error": "no connection"}', True),
        (b'{"staff": [{"role": "nurse"}], "partial": true}', True),
        (b'{"staff": [{"role": "nurse"}], "staff": []}', True),
        (b'{"staff": [], "warnings": ["two teams did not answer"]}', True),
    ],
)
async def test_a_list_of_workers_that_failed_is_told_as_cut(staff: bytes, *, cut: bool) -> None:
    reply = await asked({"items": [HER]}, text=LISTED + DETAIL, staff=staff)
    assert isinstance(reply, Records)
    assert [bool(one.cut or one.defects) for one in reply.records] == [cut]
