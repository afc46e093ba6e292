"""A question comes in by POST and goes out with a status that says what to do."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from multidict import CIMultiDict

from tests.support.edge import QUESTION, RESPONSE_JSON, Edge, edge
from tests.support.town import QUERY, REASON, variables_for

LEGACY = "application/json"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Edge]:
    async with edge(tmp_path) as opened:
        yield opened


async def test_an_answer_is_json_that_nobody_keeps(gateway: Edge) -> None:
    said = await gateway.send()
    assert said.status == 200
    assert said.headers["Content-Type"] == f"{RESPONSE_JSON}; charset=utf-8"
    assert said.headers["Cache-Control"] == "no-store"
    assert said.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(said.text)["data"]["child"]["answers"][0]["outcome"] == "HAS_RECORD"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        (f"*/*, {RESPONSE_JSON}", RESPONSE_JSON),
        (RESPONSE_JSON, RESPONSE_JSON),
        (f"{RESPONSE_JSON}; charset=utf-8, application/json; charset=utf-8", RESPONSE_JSON),
        ("APPLICATION/JSON", LEGACY),
        ("application/json", LEGACY),
        (f"application/json, {RESPONSE_JSON};q=0.5", LEGACY),
        (f"application/json;q=0.9, {RESPONSE_JSON}", RESPONSE_JSON),
        (f"{RESPONSE_JSON};q=0, */*", LEGACY),
        ("multipart/mixed;deferSpec=20220824, application/json", LEGACY),
        ("multipart/mixed", RESPONSE_JSON),
        ('multipart/mixed; incrementalSpec="v0.2"', RESPONSE_JSON),
        ("multipart/mixed;incrementalSpec=v9, application/json", LEGACY),
    ],
)
async def test_a_client_is_answered_in_the_media_type_it_likes_best(
    gateway: Edge, accept: str, content_type: str
) -> None:
    said = await gateway.send({"query": "{ agencies { id } }"}, accept=accept)
    assert said.status == 200
    assert said.headers["Content-Type"] == f"{content_type}; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml",
        "application/json;q=0",
        "*/*;q=x",
        "multipart/mixed;deferSpec=2",
        "application/json" + "," * 3_000,
    ],
)
async def test_a_client_that_reads_none_of_our_media_types_is_told_so(
    gateway: Edge, accept: str
) -> None:
    said = await gateway.send(accept=accept)
    assert (said.status, said.code) == (406, "NOT_ACCEPTABLE")
    assert gateway.agency_server.asked == []


@pytest.mark.parametrize("content_type", ["application/json", "application/JSON; charset=UTF-8"])
async def test_a_body_of_json_in_utf_8_is_read(gateway: Edge, content_type: str) -> None:
    assert (await gateway.send(content_type=content_type)).status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=iso-8859-1",
        "application/json" + ";" * 3_000,
    ],
)
async def test_any_other_body_is_refused_unread(gateway: Edge, content_type: str) -> None:
    said = await gateway.send(content_type=content_type)
    assert (said.status, said.code) == (415, "MEDIA_TYPE_UNSUPPORTED")
    assert gateway.entries == []


@pytest.mark.parametrize(
    ("twice", "status"),
    [
        (("Accept", "text/html", RESPONSE_JSON), 200),
        (("Content-Type", "application/json", "text/plain"), 415),
        (("Authorization", "", "Bearer another"), 401),
        (("Authorization", "Bearer another", ""), 401),
    ],
)
async def test_of_a_header_that_comes_twice_no_half_is_taken_for_all(
    gateway: Edge, twice: tuple[str, str, str], status: int
) -> None:
    name, *values = twice
    own = {**gateway.town.headers(), "Content-Type": "application/json"}
    sent = CIMultiDict({key: value for key, value in own.items() if key != name})
    for value in values:
        sent.add(name, value or own[name])
    url = f"{gateway.town.url}/graphql"
    async with gateway.town.session.post(url, data=json.dumps(QUESTION), headers=sent) as said:
        assert said.status == status, await said.text()


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
async def test_a_compressed_body_is_refused_and_its_sender_told_why(
    gateway: Edge, coding: str
) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    said = await gateway.send(raw=bomb, content_encoding=coding)
    assert (said.status, said.code) == (415, "MEDIA_TYPE_UNSUPPORTED")
    assert said.message.startswith("Content-Encoding: leave it out")
    assert gateway.entries == []
    assert (await gateway.send(content_encoding="identity")).status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Jonah Smith",
        b'{"query": "{ agencies { id } }"',
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"[" * 5000,
        b"null",
        b'"{ agencies { id } }"',
        b'[{"query": "{ agencies { id } }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": ["{ agencies { id } }"]}',
        b'{"query": "{ agencies { id } }", "variables": []}',
        b'{"query": "{ agencies { id } }", "variables": "Jonah"}',
        b'{"query": "{ agencies { id } }", "operationName": 1}',
        b'{"query": "{ agencies { id } }", "extensions": "Jonah"}',
        b'{"query": "{ agencies { id } }", "variables": {"x": [%s1]}}' % (b"[]," * 9_000),
    ],
)
async def test_a_body_that_is_no_request_is_400_for_every_client(gateway: Edge, raw: bytes) -> None:
    for accept in (RESPONSE_JSON, LEGACY):
        said = await gateway.send(raw=raw, accept=accept)
        assert (said.status, said.code) == (400, "BODY_INVALID")
        assert "Jonah" not in said.text


@pytest.mark.parametrize(
    "raw",
    [
        b'{"query": "{ agencies { id } }", "query": "{ sources { id } }"}',
        b'{"query": "{ agencies { id } }", "qu\\u0065ry": "{ sources { id } }"}',
        b'{"query": "{ agencies { id } }", "variables": {"known": {"upn": "x", "upn": "y"}}}',
        b'{"query": "{ agencies { id } }", "extensions": {"a": [{"b": 1, "b": 2}]}}',
    ],
)
async def test_a_key_that_stands_twice_is_refused_as_others_may_read_the_other(
    gateway: Edge, raw: bytes
) -> None:
    said = await gateway.send(raw=raw)
    assert (said.status, said.code) == (400, "BODY_INVALID")
    assert "twice" in said.message


async def test_a_byte_order_mark_is_read_over_once_and_only_in_utf_8(gateway: Edge) -> None:
    body = '{"query": "{ agencies { id } }"}'
    assert (await gateway.send(raw=body.encode("utf-8-sig"))).status == 200
    for raw in (b"\xef\xbb\xbf" + body.encode("utf-8-sig"), body.encode("utf-16")):
        said = await gateway.send(raw=raw)
        assert (said.status, said.code) == (400, "BODY_INVALID")


@pytest.mark.parametrize(
    ("count", "parts"), [(-1, True), (None, True), (0, None), (-(2**31), False)]
)
@pytest.mark.parametrize("accept", [RESPONSE_JSON, "multipart/mixed"])
async def test_what_nobody_can_deliver_by_is_an_input_error(
    gateway: Edge, count: int | None, accept: str, *, parts: bool | None
) -> None:
    query = QUERY.replace("$scope: Scope)", "$scope: Scope, $n: Int = 0, $if: Boolean = true)", 1)
    query = query.replace("answers {", "answers @stream(initialCount: $n, if: $if) {")
    asked = {"query": query, "variables": variables_for() | {"n": count, "if": parts}}
    said = await gateway.send(asked, accept=accept)
    assert (said.status, said.code) == (400, "DELIVERY_INVALID")
    assert said.message.endswith("`if`, and 0 or more as `initialCount`")
    assert gateway.agency_server.asked == []


async def test_of_a_fragment_nothing_is_asked_that_only_a_list_has(gateway: Edge) -> None:
    query = QUERY.replace("$scope: Scope)", "$scope: Scope, $if: Boolean = true)", 1)
    query = query.replace("answers {", "... @defer(if: $if) { restriction } answers {")
    said = await gateway.send({"query": query, "variables": variables_for() | {"if": None}})
    assert said.message == "query: @defer takes true or false as `if`"


async def test_a_request_whose_only_field_is_refused_is_refused(gateway: Edge) -> None:
    log = {"query": "{ audit { checkpoint { size } } }"}
    for accept in (RESPONSE_JSON, LEGACY):
        said = await gateway.send(log, accept=accept)
        assert (said.status, said.code) == (403, "AUDIT_NOT_ALLOWED")
        assert "data" not in json.loads(said.text)
    beside = await gateway.send({"query": "{ agencies { id } audit { checkpoint { size } } }"})
    assert (beside.status, beside.code) == (294, "AUDIT_NOT_ALLOWED")


async def test_each_problem_of_a_document_has_its_place(gateway: Edge) -> None:
    for sent in range(2):  # the second time from what was remembered
        said = await gateway.send({"query": "{\n  no\n  agencies { nor }\n}"})
        errors = json.loads(said.text)["errors"]
        places = [[(at["line"], at["column"]) for at in each["locations"]] for each in errors]
        assert places == [[(2, 3)], [(3, 14)]], sent
        assert {each["extensions"]["code"] for each in errors} == {"DOCUMENT_INVALID"}
    said = await gateway.send({"query": "{ agencies {"})
    (error,) = json.loads(said.text)["errors"]
    assert error["locations"] == [{"line": 1, "column": 13}]


@pytest.mark.parametrize("accept", ["", "*/*", "application/*;q=0.5"])
async def test_a_supergraph_reads_the_code_of_an_error(gateway: Edge, accept: str) -> None:
    said = await gateway.send({"query": "{ no }"}, accept=accept)
    assert (said.status, said.code) == (200, "DOCUMENT_INVALID")
    assert said.headers["Content-Type"].startswith("application/json")


async def test_a_batch_is_refused_and_asks_nobody(gateway: Edge) -> None:
    said = await gateway.send([QUESTION, QUESTION])
    assert (said.status, said.code) == (400, "BODY_INVALID")
    assert gateway.agency_server.asked == []


async def test_nulls_and_extensions_are_allowed(gateway: Edge) -> None:
    empty = {"variables": None, "operationName": None, "extensions": {"any": "thing"}}
    said = await gateway.send({"query": "{ agencies { id } }", **empty, "unknown": 1})
    assert said.status == 200


async def test_a_body_longer_than_the_gateway_reads_is_413(tmp_path: Path) -> None:
    async with edge(tmp_path, questions__max_body=1024) as gateway:
        said = await gateway.send(raw=b'{"query": "' + b"x" * 2000)
        assert (said.status, said.code) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_a_post_is_a_question(gateway: Edge, method: str) -> None:
    said = await gateway.send(method=method)
    assert said.status == 405
    assert said.headers["Allow"] == "POST"
    assert gateway.agency_server.asked == []


async def test_a_question_in_a_url_is_refused_and_not_repeated(gateway: Edge) -> None:
    url = f"{gateway.town.url}/graphql?query=%7Bagencies%7Bid%7D%7D&variables=Jonah"
    async with gateway.town.session.get(url) as said:
        assert said.status == 405
        assert "Jonah" not in await said.text()


async def test_graphiql_is_a_page_of_development(gateway: Edge) -> None:
    said = await gateway.send(method="GET", accept="text/html")
    assert said.status == 200
    assert said.headers["Content-Type"].startswith("text/html")
    assert "graphiql" in said.text.lower()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "DOCUMENT_INVALID"),
        ({"query": "{ nothing }"}, "DOCUMENT_INVALID"),
        ({"query": "{ agencies { id } }", "operationName": "Jonah"}, "OPERATION_UNKNOWN"),
        (
            {
                "query": QUESTION["query"],
                "variables": {"known": "Jonah", "reason": REASON},
            },
            "VARIABLES_INVALID",
        ),
        (
            {
                "query": "query($n: Int) { accesses(first: $n) { availableFrom } }",
                "variables": {"n": "Jonah"},
            },
            "VARIABLES_INVALID",
        ),
    ],
)
async def test_a_request_to_change_is_400_or_200_for_clients_of_plain_json(
    gateway: Edge, body: dict[str, object], code: str
) -> None:
    new, old = await gateway.send(body), await gateway.send(body, accept=LEGACY)
    assert (new.status, old.status) == (400, 200)
    assert new.code == old.code == code
    assert "data" not in json.loads(old.text)
    assert "Jonah" not in new.text
    assert gateway.agency_server.asked == []


async def test_each_wrong_input_is_an_error_of_its_own_with_its_path(gateway: Edge) -> None:
    known = {"nhsNumber": "9434765918", "birthDate": "9 March"}
    variables = {"known": known, "reason": {"purpose": "SAFEGARDING", "justification": "j"}}
    said = await gateway.send({"query": QUESTION["query"], "variables": variables})
    told = [each["extensions"] for each in json.loads(said.text)["errors"]]
    assert said.status == 400
    assert {each["code"] for each in told} == {"VARIABLES_INVALID"}
    assert [each["path"] for each in told] == [
        ["known", "nhsNumber"],
        ["known", "birthDate"],
        ["reason", "purpose"],
    ]
    assert not any(sent in said.text for sent in ("9434765918", "March", "SAFEGARDING"))
    assert gateway.agency_server.asked == []


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($b: Boolean = true) { agencies { id @skip(if: $b) } }", {"b": None}),
        (
            "query($b: Boolean = true) { ...F } fragment F on Query { sources @skip(if: $b){id}}",
            {"b": None},
        ),
    ],
)
async def test_a_null_where_only_a_default_may_be_is_told_before_anything_fails(
    gateway: Edge, query: str, variables: dict[str, None]
) -> None:
    said = await gateway.send({"query": query, "variables": variables})
    assert (said.status, said.code) == (400, "VARIABLES_INVALID")
    assert said.message.endswith("give a value, or leave it out")
    left_out = await gateway.send({"query": query})
    assert left_out.status in {200, 294}


async def test_a_path_begins_with_the_variable_whatever_the_argument_is_called(
    gateway: Edge,
) -> None:
    query = "query($who: KnownDetails!, $why: AccessReason!) { child(known: $who, reason: $why) {"
    variables = {"who": {"givenNames": ["x" * 200]}, "why": {**REASON, "caseReference": None}}
    said = await gateway.send({"query": query + " receipt { index } } }", "variables": variables})
    paths = [each["extensions"]["path"] for each in json.loads(said.text)["errors"]]
    assert paths == [["why", "caseReference"], ["who", "givenNames"]]


async def test_all_that_is_missing_is_said_at_once(gateway: Edge) -> None:
    reason = {"purpose": "SAFEGUARDING", "justification": " "}
    known = {"givenNames": ["x" * 200], "carers": ["a"] * 6}
    body = {"query": QUESTION["query"], "variables": {"known": known, "reason": reason}}
    told = json.loads((await gateway.send(body)).text)["errors"]
    assert {(each["extensions"]["code"], *each["extensions"]["path"]) for each in told} == {
        ("CASE_REFERENCE_MISSING", "reason", "caseReference"),
        ("JUSTIFICATION_MISSING", "reason", "justification"),
        ("VARIABLES_INVALID", "known", "givenNames"),
        ("VARIABLES_INVALID", "known", "carers"),
    }


async def test_an_answer_with_errors_beside_it_is_a_partial_success(gateway: Edge) -> None:
    body = {"query": "{ agencies { id } accesses { availableFrom } }"}
    new, old = await gateway.send(body), await gateway.send(body, accept=LEGACY)
    assert (new.status, old.status) == (294, 200)
    assert new.code == old.code == "ACCESSES_NOT_ALLOWED"
    assert json.loads(new.text)["data"]["agencies"] == [{"id": "spine"}]
