"""An agency that says "nobody" beside a word of trouble, or beside the child herself."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    MIRA,
    NATIONAL,
    TEST_CHILD,
    AgencyServer,
    SourceFile,
    is_check,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import Answer, small_town

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TROUBLE: Final[list[dict[str, Any]]] = [
    {"error": "tenant suspended"},
    {"success": False},
    {"warnings": ["the index is being rebuilt"]},
    {"timed_out": True},
    {"status": "MAINTENANCE"},
]
_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP: Final = f"""
[namespaces]
p = "urn:example:people"
[[operation]]
name = "by-number"
conclusive = true
path = "/people"
envelope = '''
<s:Envelope xmlns:s="{_ENVELOPE}"><s:Body>
  <q:Find xmlns:q="urn:example:people"><q:Number>{{nhs_number}}</q:Number></q:Find>
</s:Body></s:Envelope>'''
absent = "//p:NotFound"
records = "//p:Child"
  [operation.map]
  record_id = "p:Id"
  nhs_number = "p:Number"
  family_name = "p:Family"
  given_names = "p:Given"
  birth_date = "p:Born"
  [[operation.involvement]]
  each = "p:Worker"
  practitioner = "p:Name"
"""


def saying(body: dict[str, Any], status: int = 200) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if is_check(request):
            return await AgencyServer().answer(request)
        said = {"asAt": datetime.now(UTC).isoformat(), **body}
        return web.json_response(said, status=status)

    return answer


async def told(folder: Path, handler: Handler, source: Callable[[str], SourceFile]) -> Answer:
    async with serving(AgencyServer().answer) as spine, serving(handler) as url:
        known = rest_source("spine", spine, claims=AUTHORITY)
        async with small_town(folder, [known, source(url)]) as town:
            return await town.ask(agencies=["spine", "agency"])


def rest(url: str) -> SourceFile:
    return rest_source("agency", url, by=(BY_NUMBER,), claims=NATIONAL)


def soap(url: str) -> SourceFile:
    base = f'base_url = "{url}"'
    return SourceFile("agency", "soap", base, _SOAP, (url,), claims=NATIONAL)


@pytest.mark.parametrize("beside", TROUBLE, ids=str)
async def test_nobody_beside_a_word_of_trouble_is_no_absence(
    tmp_path: Path, beside: dict[str, Any]
) -> None:
    answer = await told(tmp_path, saying({"children": [], "total": 0, **beside}), rest)
    assert answer.outcomes["agency"] == "NONE_FOUND"
    assert answer.completeness["complete"] is False


@pytest.mark.parametrize("beside", TROUBLE, ids=str)
async def test_a_child_beside_a_word_of_trouble_is_held_and_may_not_be_all(
    tmp_path: Path, beside: dict[str, Any]
) -> None:
    answer = await told(tmp_path, saying({"children": [MIRA], "total": 1, **beside}), rest)
    row = answer.rows["agency"]
    assert (row["outcome"], row["complete"]) == ("HAS_RECORD", False)


async def test_a_child_in_an_answer_that_calls_her_absent_is_held(tmp_path: Path) -> None:
    body = {"code": "NO_SUCH_CHILD", "children": [MIRA], "total": 1}
    row = (await told(tmp_path, saying(body, 404), rest)).rows["agency"]
    assert (row["outcome"], row["complete"]) == ("HAS_RECORD", False)


@pytest.mark.parametrize("number", [MIRA["nhs"], int(MIRA["nhs"]), "900 000 0009"])
@pytest.mark.parametrize("status", ["active", "ACTIVE ", "MERGED", "RESTRICTED"])
async def test_a_child_whom_the_manifests_filter_leaves_out_is_not_absent(
    tmp_path: Path, status: str, number: Any
) -> None:
    def filtering(url: str) -> SourceFile:
        plain = rest(url)
        chosen = plain.operations.replace("body.children", "body.children[?status=='ACTIVE']")
        return plain.with_(operations=chosen.replace('total = "body.total"\n', ""))

    async def answer(request: web.Request) -> web.StreamResponse:
        held = {**TEST_CHILD, "status": "ACTIVE"}
        if not is_check(request):
            held = {**MIRA, "nhs": number, "status": status}
        return web.json_response({"children": [held], "asAt": datetime.now(UTC).isoformat()})

    assert (await told(tmp_path, answer, filtering)).outcomes["agency"] == "NONE_FOUND"


def enveloped(content: str) -> web.Response:
    found = f'<p:Found xmlns:p="urn:example:people">{content}</p:Found>'
    text = f'<s:Envelope xmlns:s="{_ENVELOPE}"><s:Body>{found}</s:Body></s:Envelope>'
    return web.Response(text=text, content_type="text/xml")


def child(one: Any, workers: str = "") -> str:
    names = {"Id": "id", "Number": "nhs", "Family": "family", "Given": "given", "Born": "born"}
    said = "".join(f"<p:{name}>{one[key]}</p:{name}>" for name, key in names.items())
    return f"<p:Child>{said}{workers}</p:Child>"


def in_xml(content: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return enveloped(child(TEST_CHILD) if is_check(request) else content)

    return answer


@pytest.mark.parametrize(
    ("content", "outcome", "complete"),
    [
        ("<p:NotFound/>", "NO_RECORD", True),
        ("<p:NotFound>true</p:NotFound>", "NO_RECORD", True),
        ("<p:NotFound>false</p:NotFound>", "INVALID_RESPONSE", False),
        (f"<p:NotFound>false</p:NotFound>{child(MIRA)}", "HAS_RECORD", True),
        (f"<p:NotFound/>{child(MIRA)}", "HAS_RECORD", False),
        ("<p:NotFound/><p:Error>down</p:Error>", "NONE_FOUND", False),
        (
            child(MIRA, "<p:Worker><p:Access>DENIED</p:Access></p:Worker>"),
            "HAS_RECORD",
            False,
        ),
    ],
)
async def test_an_envelope_is_absent_only_where_it_says_so_and_nothing_else(
    tmp_path: Path, content: str, outcome: str, *, complete: bool
) -> None:
    row = (await told(tmp_path, in_xml(content), soap)).rows["agency"]
    assert (row["outcome"], row["complete"]) == (outcome, complete)
