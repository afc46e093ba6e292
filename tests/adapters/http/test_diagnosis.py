"""Why an agency's answer could not be read: the rule, the key of the manifest, the shape met."""

from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, Refused, Reply, Unavailable
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

OPERATION = """
[[operation]]
name = "by-upn"
path = "/pupils/{upn}"
absent = "status == `404` && body.code == 'NO_SUCH_PUPIL'"
records = "body.data.pupils"
total = "body.total"
[operation.page]
style = "cursor"
next = "body.next"
param = "after"
max_pages = 3
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
restricted = { path = "hidden", as = "bool" }
"""
ANN = {"id": 7, "surname": "Hill", "dob": "2015-03-09", "hidden": False}
LOGIN = """
[auth]
scheme = "client_credentials"
token_url = "{base}/token"
client_id = {{ env = "TEAMAROUND_SOURCE_SOME_SOURCE_ID" }}
client_secret = {{ env = "TEAMAROUND_SOURCE_SOME_SOURCE_SECRET" }}
"""


async def asked(body: Any, status: int = 200) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    async with (
        serving(handler) as base,
        opened(manifest_text("rest", base, rest=OPERATION)) as adapter,
    ):
        return await adapter.source.ask(question())


def pupils(**changes: Any) -> dict[str, Any]:
    return {"data": {"pupils": [{**ANN, **changes}]}, "total": 1}


@pytest.mark.parametrize(
    ("body", "rule", "place", "shape"),
    [
        (
            {"data": {"pupils": None}, "total": 0},
            "records",
            "records",
            "status 200; body: object, 1 other key; body.data: object; body.data.pupils: null",
        ),
        (
            {"data": {"children": [ANN]}, "total": 1},
            "records",
            "records",
            "status 200; body: object, 1 other key; body.data: object, 1 other key, without pupils",
        ),
        (
            {"data": {"pupils": []}, "total": "one"},
            "total",
            "total",
            "status 200; body: object, 1 other key; body.total: text of 3",
        ),
        (
            {"data": {"pupils": []}, "total": 0, "next": {"after": "x"}},
            "page",
            "page.next",
            "status 200; body: object, 2 other keys; body.next: object, 1 other key",
        ),
        (
            pupils(dob=["2015-03-09"]),
            "record",
            "map.birth_date",
            "record: object, 3 other keys; record.dob: list of 1; record.dob[]: text of 10",
        ),
        (
            pupils(hidden="perhaps"),
            "record",
            "map.restricted",
            "record: object, 3 other keys; record.hidden: text of 7",
        ),
        (
            {"data": {"pupils": [{"9990000018": ANN}]}, "total": 1},
            "record",
            "map",
            "record: object, 1 other key, without dob, hidden, id, surname",
        ),
    ],
    ids=["null", "renamed", "total", "next", "retyped", "restricted", "keyed by number"],
)
async def test_the_key_that_could_not_be_read_is_named_with_the_shape_it_met(
    body: Any, rule: str, place: str, shape: str
) -> None:
    reply = await asked(body)
    assert isinstance(reply, Malformed)
    assert (reply.rule, reply.place, reply.shape) == (rule, f"operation.by-upn.{place}", shape)


async def test_a_status_that_absent_does_not_know_is_told() -> None:
    reply = await asked({"code": "GONE"}, status=410)
    assert isinstance(reply, Malformed)
    assert reply.place == "operation.by-upn.absent"
    assert reply.shape == "status 410; body: object; body.code: text of 4"


async def test_what_is_no_document_is_told_by_status_type_and_size() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(text="<html>Sign in, Ann</html>", content_type="text/html")

    async with (
        serving(handler) as base,
        opened(manifest_text("rest", base, rest=OPERATION)) as adapter,
    ):
        reply = await adapter.source.ask(question())
    assert isinstance(reply, Malformed)
    assert reply.rule == "content_type"
    assert (reply.place, reply.shape) == ("operation.by-upn", "status 200, text/html, 25 bytes")


@pytest.mark.parametrize(("status", "expected"), [(401, Refused), (503, Unavailable)])
async def test_a_login_that_failed_is_told_from_a_question_that_failed(
    status: int, expected: type[Refused | Unavailable]
) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({}, status=status)

    environ = {f"TEAMAROUND_SOURCE_SOME_SOURCE_{name}": "x" for name in ("ID", "SECRET")}
    async with serving(handler) as base:
        text = manifest_text("rest", base, rest=OPERATION + LOGIN.format(base=base))
        async with opened(text, environ=environ) as adapter:
            at_login = await adapter.source.ask(question())
        async with opened(manifest_text("rest", base, rest=OPERATION)) as adapter:
            asking = await adapter.source.ask(question())
    assert isinstance(at_login, expected)
    assert isinstance(asking, expected)
    assert (at_login.place, asking.place) == ("auth.token_url", "operation.by-upn")
