"""Where only trusted documents are answered, each client names one in its own form.

Several cases repeat what was reported of other servers: see docs/adr/0047-trusted-documents.md.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.model.errors import ConfigurationInvalid
from tests.support.edge import QUESTION, RESPONSE_JSON, Edge, edge
from tests.support.gateway.trusted_gateway import (
    AGENCIES,
    APOLLO,
    MANIFESTS,
    RELAY,
    sha256,
    trusted_gateway,
    write_manifests,
)

FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"documentId": "a" * 40},
    {"documentId": f"sha256:{sha256(AGENCIES)}"},
    {"doc_id": "c" * 32},
    {"id": "c" * 32},
    {"id": "c" * 32, "query": None},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(APOLLO)}}},
    {"query": RELAY},
    {"query": APOLLO, "extensions": {"persistedQuery": {"sha256Hash": sha256(APOLLO)}}},
    {"documentId": "a" * 40, "operationName": "Agencies"},
)
UNTRUSTED: Final[tuple[dict[str, Any], ...]] = (
    {"query": "{ agencies { id } }"},
    {"query": "{ __schema { types { name } } }"},
    {"query": "query IntrospectionQuery { __schema { queryType { name } } }"},
    {"query": "{ __typename }"},
    {"query": "{ agencie { id } }"},
    {"query": "{"},
    {"query": AGENCIES + " "},
    {"documentId": "d" * 40},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256("{ sources { id } }")}}},
    # A client that registers its document, as Apollo's automatic persisted queries do.
    {
        "query": "{ sources { id } }",
        "extensions": {
            "persistedQuery": {"version": 1, "sha256Hash": sha256("{ sources { id } }")}
        },
    },
)
MALFORMED: Final[tuple[dict[str, Any], ...]] = (
    {"documentId": 7},
    {"documentId": ""},
    {"documentId": "a\u0000b"},
    {"documentId": "x" * 300},
    {"id": ["c"]},
    {"id": {"a": "b"}},
    {"doc_id": "a" * 40, "documentId": "c" * 32},
    {"extensions": {"persistedQuery": True}},
    {"extensions": {"persistedQuery": {"version": 1}}},
    {"extensions": {"persistedQuery": {"sha256Hash": 1}}},
    {"extensions": {"persistedQuery": {"sha256Hash": ""}}},
    {"extensions": []},
    {},
    {"query": AGENCIES, "extensions": {"persistedQuery": {"sha256Hash": sha256(APOLLO)}}},
    {"query": AGENCIES, "extensions": {"persistedQuery": {"sha256Hash": "banana"}}},
)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Edge]:
    async with trusted_gateway(tmp_path) as opened:
        yield opened


async def test_each_clients_form_names_a_document_and_any_other_is_refused_by_one_code(
    gateway: Edge,
) -> None:
    for body in FORMS:
        said = await gateway.send(body)
        assert said.status == 200, (body, said.text)
    for body in UNTRUSTED:
        said = await gateway.send(body)
        assert (said.status, said.code) == (400, "DOCUMENT_NOT_TRUSTED"), body
        assert "Did you mean" not in said.text
    for body in MALFORMED:
        said = await gateway.send(body)
        assert (said.status, said.code) == (400, "BODY_INVALID"), body
    assert gateway.agency_server.asked == []


async def test_a_question_is_answered_by_its_id_and_by_its_text_in_any_order(
    gateway: Edge,
) -> None:
    by_text, by_id = QUESTION, {"variables": QUESTION["variables"], "documentId": "b" * 40}
    for body in (by_text, by_id, by_text, by_id, by_text):
        answer = json.loads((await gateway.send(body)).text)
        assert answer["data"]["child"]["answers"][0]["outcome"] == "HAS_RECORD"


async def test_nobody_learns_the_schema_from_what_is_wrong_in_the_variables(
    gateway: Edge,
) -> None:
    known = {"famlyName": "Jonah", "sex": "MAEL"}
    body = {"documentId": "b" * 40, "variables": {"known": known, "reason": 7}}
    said = await gateway.send(body)
    assert said.status == 400
    assert not any(n in said.text for n in ("familyName", "FEMALE", "justification", "Jonah"))


async def test_graphiql_and_a_get_of_a_trusted_document_are_refused(gateway: Edge) -> None:
    page = await gateway.send(method="GET", accept="text/html")
    assert page.status == 405
    url = f"{gateway.town.url}/graphql?documentId={'a' * 40}"
    async with gateway.town.session.get(url, headers=gateway.town.headers()) as said:
        assert said.status == 405


async def test_a_new_manifest_comes_into_force_by_a_reload_and_a_wrong_one_changes_nothing(
    gateway: Edge, tmp_path: Path
) -> None:
    new = {"id": "new"}
    assert (await gateway.send(new)).code == "DOCUMENT_NOT_TRUSTED"
    write_manifests(tmp_path, {"new.json": {"new": "query New { agencies { name } }"}})
    await gateway.town.pipeline.reload()
    assert (await gateway.send(new)).status == 200
    write_manifests(tmp_path, {"new.json": {"new": "query New { agencies { nam } }"}})
    with pytest.raises(ConfigurationInvalid, match=r"new\.json: New: .*DOCUMENT_INVALID"):
        await gateway.town.pipeline.reload()
    assert (await gateway.send(new)).status == 200
    write_manifests(tmp_path, {"new.json": MANIFESTS["relay.json"]})
    await gateway.town.pipeline.reload()
    assert (await gateway.send(new)).code == "DOCUMENT_NOT_TRUSTED"


async def test_a_gateway_of_free_documents_knows_none_by_an_id_and_registers_none(
    tmp_path: Path,
) -> None:
    async with edge(tmp_path) as gateway:
        hashed = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(AGENCIES)}}}
        both = {"query": AGENCIES, **hashed}
        for body in (hashed, {"documentId": "a" * 40}):
            assert (await gateway.send(body)).code == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert (await gateway.send(both)).status == 200
        assert (await gateway.send(hashed)).code == "PERSISTED_QUERY_NOT_SUPPORTED"
        wrong = {"query": "{ agencies { name } }", **hashed}
        said = await gateway.send(wrong, accept=RESPONSE_JSON)
        assert (said.status, said.code) == (400, "BODY_INVALID")
