"""An answer whose children cannot be read is no answer, whatever kind of system gave it."""

from typing import Any

import orjson
import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, NoRecord, Records, Reply
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.loopback import serving

MAP = """
[operation.map]
record_id = "id"
family_name = "surname"
given_names = "forename"
birth_date = "dob"
"""
ANN = {"id": "1", "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}
PATIENT = {"resourceType": "Patient", **ANN}
REST = '[[operation]]\nname = "by-upn"\npath = "/pupils/{{upn}}"\nrecords = "{}"' + MAP
GRAPHQL = (
    '[[operation]]\nname = "by-upn"\ndocument = "query($upn: ID) {{ young }}"\n'
    'variables = {{ upn = "{{upn}}" }}\nrecords = "{}"' + MAP
)
KINDS = {"rest": REST, "graphql": GRAPHQL, "fhir": REST}
NODES = "body.data.young.edges[].node"


async def asked(kind: str, records: str, body: Any) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    async with serving(handler) as base:
        text = manifest_text(kind, base, KINDS[kind].format(records))
        async with opened(text) as adapter:
            return await adapter.source.ask(question())


def edges(*nodes: Any) -> Any:
    young = {"edges": [{"node": node} for node in nodes], "totalCount": len(nodes)}
    return {"data": {"young": young}}


def bundle(*resources: Any) -> Any:
    entries = [{"resource": one} for one in resources]
    total = len([one for one in resources if one.get("resourceType") == "Patient"])
    return {"resourceType": "Bundle", "type": "searchset", "total": total, "entry": entries}


PATIENTS = "body.entry[?resource.resourceType=='Patient'].resource"


@pytest.mark.parametrize(
    ("kind", "records", "found", "nobody"),
    [
        ("rest", "body.items[]", {"items": [ANN]}, {"items": []}),
        ("rest", "body.items[].person", {"items": [{"person": ANN}]}, {"items": []}),
        ("graphql", NODES, edges(ANN), edges()),
        ("fhir", PATIENTS, bundle(PATIENT), bundle({"resourceType": "Practitioner"})),
    ],
)
async def test_a_child_is_found_and_an_empty_list_is_one(
    kind: str, records: str, found: Any, nobody: Any
) -> None:
    assert isinstance(await asked(kind, records, found), Records)
    assert await asked(kind, records, nobody) == NoRecord()


@pytest.mark.parametrize(
    ("kind", "records", "body"),
    [
        ("rest", "body.items[]", {"items": [None]}),
        ("rest", "body.items[]", {"items": [[]]}),
        ("rest", "body.items[]", {"rows": [ANN]}),
        ("rest", "body.items[].person", {"items": [{"access": "denied"}]}),
        ("rest", "body.items[].person", {"items": [{"person": ANN}, {"access": "denied"}]}),
        ("rest", "body.items[].person", {"items": [{"person": "1"}]}),
        ("rest", "body.schools[].pupils[]", {"schools": [{"name": "Hill"}]}),
        ("rest", "body.items[?kind=='pupil']", {"items": [{"typ": "pupil", **ANN}]}),
        ("rest", "body.items || `[]`", {"rows": [ANN]}),
        ("graphql", NODES, edges(None)),
        ("graphql", NODES, edges(ANN, None)),
        ("graphql", NODES, {"data": {"young": None}}),
        ("fhir", PATIENTS, bundle({"type": "Patient"})),
    ],
)
async def test_what_cannot_be_read_is_never_nobody(kind: str, records: str, body: Any) -> None:
    assert await asked(kind, records, body) in (Malformed("records"), Malformed("outcome"))
