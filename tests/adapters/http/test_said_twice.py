"""An answer that says a thing twice has lost a part, and an old one is of when it was fetched."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from adapters.expressions.json_document import has_doubled_key, parse_json
from adapters.http.verdict import cached_at
from tests.support.adapters.aliased import ALIASED
from tests.support.adapters.asking import NOW, manifest_text, only, opened, question
from tests.support.adapters.batches import ANN, BEA, BULK, BUNDLED, POSTED, child, many
from tests.support.agencies import (
    AUTHORITY,
    NATIONAL,
    TEST_CHILD,
    AgencyServer,
    SourceFile,
    is_check,
    rest_source,
)
from tests.support.loopback import Handler, serving
from tests.support.town import small_town

TWICE = Malformed("doubled_key")
HELD = orjson.dumps(child(ANN)).decode()
NOBODY = '"c1_people": [], "c1_total": 0'
PATIENT = '{"resource": {"resourceType": "Patient", "id": "1", "name": [{"family": "Hill"}]}}'
BUNDLE = '"resourceType": "Bundle", "type": "searchset", "total": 0'
SEARCHED = BUNDLED.replace('batch = { as = "fhir-bundle", max = 3 }\n', "")
REST = """
[[operation]]
name = "child"
path = "/children/{nhs_number}"
records = "body.children"
absent = "body.code == 'NO_SUCH_CHILD'"
[operation.map]
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
"""
FLAGS = """
[codes.flag]
Y = true
N = false
"*" = true
"""
GRAPHQL = """
[[operation]]
name = "child"
document = "query($n: ID) { children }"
variables = { n = "{nhs_number}" }
records = "body.data.children"
[operation.map]
family_name = "family"
birth_date = "born"
"""


def answering(body: str | bytes, headers: Mapping[str, str] | None = None) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        raw = body if isinstance(body, bytes) else body.encode()
        return web.Response(body=raw, content_type="application/json", headers=headers)

    return handler


async def asked(
    body: str | bytes,
    kind: str = "rest",
    rest: str = REST,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    async with (
        serving(answering(body, headers)) as base,
        opened(manifest_text(kind, base, rest)) as adapter,
    ):
        return await adapter.source.ask(question("child", nhs_number=ANN))


@pytest.mark.parametrize(
    ("kind", "rest", "body"),
    [
        ("rest", REST, f'{{"children": [{HELD}], "children": []}}'),
        ("rest", REST, f'{{"children": [{HELD}], "\\u0063hildren": []}}'),
        ("rest", REST, '{"children": [], "hasMore": true, "hasMore": false}'),
        ("rest", REST, '{"children": [], "info": {"errors": ["x"], "errors": []}}'),
        ("rest", REST, f'{{"n": {"1" * 300}, "children": [{HELD}], "children": []}}'),
        ("rest", REST, '{"code": "RESTRICTED", "code": "NO_SUCH_CHILD"}'),
        ("graphql", GRAPHQL, f'{{"data": {{"children": [{HELD}], "children": []}}}}'),
        ("graphql", GRAPHQL, f'{{"data": {{"children": [{HELD}]}}, "data": {{"children": []}}}}'),
        ("graphql", GRAPHQL, '{"errors": [{}], "errors": [], "data": {"children": []}}'),
        ("fhir", SEARCHED, f'{{{BUNDLE}, "entry": [{PATIENT}], "entry": []}}'),
        ("fhir", SEARCHED, f'{{"total": 1, {BUNDLE}, "entry": []}}'),
    ],
)
async def test_nobody_is_absent_from_an_answer_that_says_a_thing_twice(
    kind: str, rest: str, body: str
) -> None:
    assert await asked(body, kind, rest) == TWICE


async def test_a_doubled_key_is_seen_in_any_encoding() -> None:
    body = f'{{"children": [{HELD}], "children": []}}'
    assert await asked(body.encode("utf-16")) == TWICE


async def test_a_child_who_is_there_is_told_whatever_else_stands_twice() -> None:
    assert isinstance(await asked(f'{{"page": 1, "page": 1, "children": [{HELD}]}}'), Records)


MARKED = REST + 'restricted = { path = "flag.code", codes = "flag" }\n' + FLAGS


def marked(flag: str) -> str:
    return f'{{"children": [{HELD[:-1]}, {flag}}}]}}'


async def test_a_mark_behind_another_of_its_name_is_no_answer() -> None:
    hidden = marked('"flag": {"code": "Y"}, "flag": {"code": "N"}')
    assert await asked(hidden, rest=MARKED) == TWICE
    assert await asked(marked('"flag": {"code": "Y", "code": "N"}'), rest=MARKED) == TWICE


async def test_a_mark_that_is_said_once_is_read() -> None:
    reply = await asked(marked('"flag": {"code": "N"}, "name": {"code": "Y"}'), rest=MARKED)
    assert only(reply).restricted is False


async def test_a_mark_behind_another_is_no_answer_whatever_was_asked_for_beside_it() -> None:
    """As many quotation marks are put into the record as the lost mark had."""
    worker = '{"type": "worker", "id": "1"}'
    links = f'"relationships": {{"workers": {{"data": {worker}}}}}'
    lost = '"flag": {"code": "Y", "a": "b"}'
    assert lost.count('"') == worker.count('"') + '"workers"'.count('"')
    rest = MARKED.replace("records =", 'include = ["workers"]\nrecords =')
    beside = f'"included": [{worker}]'
    once = marked(f'"flag": {{"code": "N"}}, {links}')[:-1] + f", {beside}}}"
    assert only(await asked(once, rest=rest)).restricted is False
    twice = marked(f'{lost}, "flag": {{"code": "N"}}, {links}')[:-1] + f", {beside}}}"
    assert await asked(twice, rest=rest) == TWICE


async def test_a_mark_behind_another_in_a_further_read_is_never_harmless() -> None:
    detail = '[operation.detail.flag]\npath = "/flags"\nitems = "[body]"\n[operation.map]'
    rest = MARKED.replace("[operation.map]", detail).replace("flag.code", "flag[].code")
    bodies = {"/flags": '{"code": "Y", "code": "N"}'}

    async def handler(request: web.Request) -> web.Response:
        body = bodies.get(request.path, f'{{"children": [{HELD}]}}')
        return web.Response(text=body, content_type="application/json")

    async with serving(handler) as base, opened(manifest_text("rest", base, rest)) as adapter:
        reply = await adapter.source.ask(question("child", nhs_number=ANN))
    assert only(reply).restricted is True


@pytest.mark.parametrize(
    "body", ['{"children": []}', '{"children": [], "a": {"id": 1}, "b": {"id": 1}}']
)
async def test_a_key_once_in_each_object_says_that_nobody_is_there(body: str) -> None:
    assert await asked(body) == NoRecord()


@given(
    st.recursive(st.booleans(), lambda below: st.dictionaries(st.text(), below) | st.lists(below))
)
def test_no_answer_that_says_all_once_is_taken_for_one_that_does_not(document: object) -> None:
    written = orjson.dumps(document)
    assert not has_doubled_key(written)
    assert not has_doubled_key(written, read=document)
    doubled = b'[%s, {"a": 1, "a": %s}]' % (written, written)
    assert has_doubled_key(doubled)
    assert has_doubled_key(doubled, read=orjson.loads(doubled))


TEXTS = st.text(st.sampled_from('ab"\\\u00e9\u2200{}:,\n'))
DOCUMENTS = st.dictionaries(TEXTS, TEXTS | st.floats(allow_nan=False) | st.none(), min_size=1)


@given(DOCUMENTS, st.data(), st.sampled_from((None, 1)))
def test_a_key_that_stands_twice_is_seen_however_the_answer_is_written(
    document: dict[str, object], data: st.DataObject, indent: int | None
) -> None:
    doubled, escaped = data.draw(st.sampled_from(sorted(document))), data.draw(st.booleans())
    member = json.dumps({doubled: data.draw(TEXTS)}, ensure_ascii=escaped)
    written = json.dumps(document, ensure_ascii=escaped, indent=indent)
    encoding = data.draw(st.sampled_from(("utf-8", "utf-16", "utf-16-be")))
    once = written.encode(encoding)
    assert not has_doubled_key(once, encoding)
    assert not has_doubled_key(once, encoding, parse_json(once, encoding))
    twice = f"{member[:-1]},{written[1:]}".encode(encoding)
    assert has_doubled_key(twice, encoding)
    assert has_doubled_key(twice, encoding, parse_json(twice, encoding))


@pytest.mark.parametrize(
    ("kind", "rest", "body"),
    [
        ("rest", POSTED, f'{{"total": 2, "total": 1, "children": [{HELD}]}}'),
        (
            "fhir",
            BUNDLED,
            '{"resourceType": "Bundle", "type": "batch-response", "entry": ['
            + ", ".join(
                f'{{"response": {{"status": "200"}}, "resource": {{{BUNDLE}, '
                f'"entry": [{PATIENT}], "entry": []}}}}'
                for _ in range(2)
            )
            + "]}",
        ),
        (
            "graphql",
            ALIASED,
            f'{{"data": {{"c0_people": [{HELD}], "c0_people": [], "c0_total": 0, {NOBODY}}}}}',
        ),
    ],
)
async def test_of_several_children_none_is_absent_from_such_an_answer(
    kind: str, rest: str, body: str
) -> None:
    async with (
        serving(answering(body)) as base,
        opened(manifest_text(kind, base, rest, BULK)) as adapter,
    ):
        replies = await many(adapter, ANN, BEA)
    assert TWICE in replies
    assert not any(isinstance(one, NoRecord) for one in replies)


async def test_of_several_children_no_mark_is_read_behind_another() -> None:
    rest = ALIASED + 'restricted = { path = "flag", codes = "flag" }\n' + FLAGS
    ann = f'{{"nhs": "{ANN}", "surname": "Hill", "dob": "2015-03-09", "flag": "Y", "flag": "N"}}'
    body = f'{{"data": {{"c0_people": [{ann}], "c0_total": 1, {NOBODY}}}}}'
    async with (
        serving(answering(body)) as base,
        opened(manifest_text("graphql", base, rest, BULK)) as adapter,
    ):
        assert await many(adapter, ANN, BEA) == (TWICE, TWICE)


def aged(age: str) -> datetime | None:
    return cached_at({"age": age}, NOW)


def test_an_answer_from_a_cache_is_of_when_the_cache_got_it() -> None:
    assert cached_at({}, NOW) is None
    assert aged("0") == NOW
    assert aged("3600") == NOW - timedelta(hours=1)
    assert aged("60, 3600") == NOW - timedelta(hours=1)


@pytest.mark.parametrize("age", ["", "-5", "old", "1.5", "9" * 400, "\u0663", "99999999999"])
def test_an_age_that_cannot_be_read_is_the_oldest(age: str) -> None:
    old = aged(age)
    assert old is not None
    assert old < datetime(1990, 1, 1, tzinfo=UTC)


async def test_a_moment_that_the_manifest_reads_counts_before_a_caches_age() -> None:
    rest = REST.replace("[operation.map]", 'as_of = "body.asOf"\n[operation.map]')
    body = '{"children": [], "asOf": "2026-11-22T11:00:00Z"}'
    reply = await asked(body, rest=rest, headers={"Age": "600000"})
    assert reply == NoRecord(NOW - timedelta(hours=1))
    never = body.replace("2026-11-22T11:00:00Z", "Mon, 20 Nov 9999999999 12:00:00 GMT")
    assert await asked(never, rest=rest) == NoRecord(None)


OPERATION = """
[[operation]]
name = "by-number"
path = "/c"
query = { nhs = "{nhs_number}" }
conclusive = true
records = "body.children"
[operation.map]
record_id = "id"
nhs_number = "nhs"
family_name = "family"
given_names = "given"
birth_date = "born"
"""


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({}, "NO_RECORD"),
        ({"Age": "60"}, "NO_RECORD"),
        ({"Age": "600000"}, "NONE_FOUND"),
        ({"Age": "soon"}, "NONE_FOUND"),
        ({"Date": "Mon, 01 Jan 2018 00:00:00 GMT"}, "NONE_FOUND"),
        ({"Warning": '110 - "Response is Stale"'}, "NONE_FOUND"),
    ],
)
async def test_an_old_answer_of_a_cache_proves_no_absence(
    headers: Mapping[str, str], outcome: str, tmp_path: Path
) -> None:
    async def agency(request: web.Request) -> web.Response:
        if is_check(request):
            return web.json_response({"children": [TEST_CHILD]})
        return web.json_response({"children": []}, headers=headers)

    async with serving(AgencyServer().answer) as spine, serving(agency) as url:
        source = SourceFile(
            "agency", "rest", f'base_url = "{url}"', OPERATION, (url,), claims=NATIONAL
        )
        sources = [rest_source("spine", spine, claims=AUTHORITY), source]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask(agencies=["spine", "agency"])
    assert answer.outcomes["agency"] == outcome
