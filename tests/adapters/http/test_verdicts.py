"""What an agency says of itself, in its own words: that it failed, hides, or did not look."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from aiohttp import web

from adapters.contract.contract import Fault, NoRecord, Records, Refused, Reply, Unavailable
from adapters.contract.dates import PartialDate
from adapters.contract.record import Identifier, Name, Record
from tests.support.adapters.asking import ALL_FIELDS, OWN_ROW, manifest_text, opened, question
from tests.support.adapters.problems import problems
from tests.support.loopback import serving

NUMBER = "9990000018"
WORDS = """
failed = "body.state == 'FAILED'"
restricted_reply = "body.state == 'SENSITIVE'"
partial = "body.state == 'PARTIAL'"
too_many = "body.state == 'MANY'"
absent = "body.total == `0`"
"""
MAP = """
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
"""
REST = f"""
[[operation]]
name = "by-number"
path = "/children/{{nhs_number}}"
records = "body.children"
{WORDS}{MAP}
[[operation]]
name = "by-name"
path = "/children"
query = {{ n = "{{family_name}}", g = "{{given_name?}}", b = "{{birth_date}}" }}
records = "body.children"
{WORDS}{MAP}
"""
GRAPHQL = f"""
[[operation]]
name = "by-number"
document = "query($n: ID) {{ children }}"
variables = {{ n = "{{nhs_number}}" }}
records = "body.data.children"
{WORDS.replace("body.state", "body.data.state").replace("body.total", "body.data.total")}{MAP}
"""
SOAP = f"""
[namespaces]
p = "urn:p"
[[operation]]
name = "by-number"
envelope = '''<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
<n>{{nhs_number}}</n></e:Body></e:Envelope>'''
records = "//p:Child"
failed = "//p:State = 'FAILED'"
restricted_reply = "//p:State = 'SENSITIVE'"
partial = "//p:State = 'PARTIAL'"
absent = "//p:Total = 0"
{MAP}
"""
KINDS: Mapping[str, str] = {"rest": REST, "fhir": REST, "graphql": GRAPHQL, "soap": SOAP}
BY_NUMBER = {"nhs_number": NUMBER}
ANN = {"id": "1", "surname": "Hill", "dob": "2015-03-09"}
HIDDEN = Records((Record(identifiers=(Identifier("nhs_number", NUMBER),), restricted=True),))


def written(kind: str, state: str) -> tuple[bytes, str]:
    if kind == "soap":
        said = f'<a xmlns="urn:p"><State>{state}</State><Total>0</Total></a>'
        space = "http://schemas.xmlsoap.org/soap/envelope/"
        return (
            f'<e:Envelope xmlns:e="{space}"><e:Body>{said}</e:Body></e:Envelope>'.encode(),
            "text/xml",
        )
    body: Any = {"state": state, "total": 0, "children": []}
    if kind == "fhir":
        body |= {"resourceType": "Bundle", "type": "searchset"}
    return orjson.dumps({"data": body} if kind == "graphql" else body), "application/json"


async def answered(
    kind: str, body: bytes, media: str, status: int = 200, given: Mapping[str, str] = BY_NUMBER
) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=media)

    async with serving(handler) as base:
        text = manifest_text(kind, base, KINDS[kind], OWN_ROW)
        async with opened(text) as adapter:
            operation = "by-number" if "nhs_number" in given else "by-name"
            return await adapter.source.ask(question(operation, ALL_FIELDS, 2.0, **given))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("state", "reply"),
    [
        ("FAILED", Unavailable(Fault.SERVER_ERROR, status=200)),
        ("SENSITIVE", HIDDEN),
        ("PARTIAL", NoRecord(whole=False)),
        ("FINE", NoRecord()),
    ],
)
async def test_an_agency_is_heard_before_its_empty_list(
    kind: str, state: str, reply: Reply
) -> None:
    body, media = written(kind, state)
    assert await answered(kind, body, media) == reply


@pytest.mark.parametrize("kind", ["rest", "graphql", "soap"])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_whose_body_names_a_hidden_record_is_told_as_one(
    kind: str, status: int
) -> None:
    body, media = written(kind, "SENSITIVE")
    assert await answered(kind, body, media, status) == HIDDEN


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>no</html>", b'{"state": "FINE", "total": 0}'])
async def test_any_other_refusal_is_one(status: int, body: bytes) -> None:
    reply = await answered("rest", body, "application/json", status)
    assert reply == Refused()


async def test_a_hidden_child_who_was_asked_for_by_name_has_that_name_and_no_more() -> None:
    body, media = written("rest", "SENSITIVE")
    asked = {"family_name": "Hill", "given_name": "Ann", "birth_date": "2015-03-09"}
    reply = await answered("rest", body, media, given=asked)
    named = Record(
        names=(Name(("Ann",), "Hill"),), birth_date=PartialDate(2015, 3, 9), restricted=True
    )
    assert reply == Records((named,))


async def test_a_partial_list_keeps_its_child_and_says_that_there_may_be_more() -> None:
    body = orjson.dumps({"state": "PARTIAL", "total": 1, "children": [ANN]})
    reply = await answered("rest", body, "application/json")
    assert isinstance(reply, Records)
    assert not reply.whole


def test_a_status_alone_hides_nobody() -> None:
    text = REST.replace("body.state == 'SENSITIVE'", "status == `403`", 1)
    ((_, what),) = problems(manifest_text("rest", "https://a.example", text, OWN_ROW))
    assert "it must look at body" in what


def test_who_may_hide_a_child_says_where_that_counts() -> None:
    ((_, what),) = problems(manifest_text("rest", "https://a.example", REST))
    assert "this source says who is restricted" in what
