"""No change of a reply that holds a child reads as that there is no such child."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jmespath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adapters.conformance.absence.changes as law
from adapters.authoring.profile import ManifestProfile, profiles
from adapters.conformance.absence.changes import changes_taken_for_absence
from adapters.conformance.absence.mutations import (
    mutations_of_json,
    mutations_of_table,
    mutations_of_xml,
)
from adapters.conformance.kit import check_offline
from adapters.conformance.rules import KitRule
from adapters.contract.contract import Malformed, NoRecord
from adapters.http.dialect import FoundDocuments
from adapters.http.kinds.rest import REST
from adapters.http.operation import HttpOperation
from adapters.http.verdict import JsonAnswer
from adapters.kinds import DIALECTS
from adapters.manifest.manifest import Manifest
from adapters.validation.loading import read_manifest
from tests.support.adapters.asking import NOW, manifest_of, manifest_text, opened, question
from tests.support.faults.http_faults import response, says
from tests.support.faults.speech import Speech
from tests.support.faults.speeches import SPEECHES
from tests.support.loopback import serving_raw
from tests.support.samples import examples

ANN = {"nhs": "9990000018", "surname": "Hill", "forename": "Ann", "born": "2015-03-09"}
RELAY = {"data": {"young": {"edges": [{"node": ANN}]}}}
NOBODY: dict[str, Any] = {"data": {"young": {"edges": []}}}


def manifest(
    absent: str = "", records: str = "body.data.young.edges[].node", example: str = ""
) -> Manifest:
    rest = f"""
[[operation]]
name = "by-number"
path = "/young"
query = {{ nhs = "{{nhs_number}}" }}
records = "{records}"
conclusive = true
{absent}
[operation.map]
record_id = "nhs"
nhs_number = {{ path = "nhs", as = "nhs_number" }}
given_names = "forename"
family_name = "surname"
birth_date = {{ path = "born", as = "date" }}
[[example]]
operation = "by-number"
given = {{ nhs_number = "9990000018" }}
reply = "found.json"
{example}
[[example]]
operation = "by-number"
given = {{ nhs_number = "9990000026" }}
reply = "nobody.json"
outcome = "no-record"
"""
    return manifest_of(manifest_text("rest", "https://young.example", rest=rest))


def replies(found: Any = RELAY, nobody: Any = NOBODY) -> Mapping[str, bytes]:
    return {
        "found.json": json.dumps(found).encode(),
        "nobody.json": json.dumps(nobody).encode(),
    }


async def broken(of: Manifest, said: Mapping[str, bytes]) -> list[str]:
    return await changes_taken_for_absence(of, said, lambda: NOW)


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
async def test_no_shipped_profile_reads_a_changed_reply_as_absence(
    profile: ManifestProfile,
) -> None:
    shipped = read_manifest(profile.manifest)
    assert await changes_taken_for_absence(shipped, profile.folder, lambda: NOW) == []


DEMO = sorted(Path("demo/manifests").glob("*.toml"))


@pytest.mark.parametrize("file", DEMO, ids=lambda file: file.stem)
async def test_no_manifest_of_the_demo_reads_a_changed_reply_as_absence(file: Path) -> None:
    assert await changes_taken_for_absence(read_manifest(file), file.parent, lambda: NOW) == []


async def test_a_list_that_is_read_strictly_keeps_the_law() -> None:
    assert await broken(manifest(), replies()) == []


@pytest.mark.parametrize(
    ("absent", "change"),
    [
        ('absent = "body.data.young.edges[0] == null"', "null"),
        ('absent = "length(body.data.young.edges || `[]`) == `0`"', "dropped"),
        ('absent = "body.data.young == null"', "dropped"),
        ('absent = "body.data.young.edges == null"', "null"),
    ],
)
async def test_an_absence_that_an_upgrade_would_bring_about_is_named(
    absent: str, change: str
) -> None:
    (said,) = await broken(manifest(absent), replies())
    assert said.startswith("example[0].reply: ")
    assert change in said
    assert "Hill" not in said


def found_leniently(answer: JsonAnswer, _operation: HttpOperation) -> FoundDocuments | Malformed:
    """A reader that takes a null node for nothing, as JMESPath itself does."""
    nodes = jmespath.search("data.young.edges[].node", answer.body)
    if not isinstance(nodes, list):
        return Malformed("records")
    return FoundDocuments([node for node in nodes if isinstance(node, dict)], 0)


async def test_a_reader_that_takes_a_null_node_for_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lenient = replace(REST, find=found_leniently)
    monkeypatch.setattr(law, "DIALECTS", {**DIALECTS, "rest": lenient})
    (said,) = await broken(manifest(), replies())
    assert "null: data.young.edges[0]" in said


async def test_a_last_page_that_comes_first_is_no_absence_unless_it_is_recorded_as_one() -> None:
    said = {
        "found.json": json.dumps({"items": [ANN], "page": 1}).encode(),
        "last.json": json.dumps({"items": [], "page": 2}).encode(),
        "nobody.json": json.dumps({"code": "NOBODY"}).encode(),
    }
    paged = manifest(
        'absent = "body.code == \'NOBODY\'"\npage = { style = "page", param = "page", size = 1 }',
        "body.items",
        'pages = ["last.json"]',
    )
    (told,) = await broken(paged, said)
    assert "its pages in another order" in told
    assert await broken(paged, {**said, "nobody.json": said["last.json"]}) == []


async def test_the_kit_says_what_to_do() -> None:
    of = manifest('absent = "body.data.young == null"')
    verdicts = await check_offline(of, replies(), lambda: NOW)
    (verdict,) = [one for one in verdicts if one.rule == KitRule.CHANGED]
    assert verdict.passed is False
    assert "Let absent ask for something that only an absence has" in verdict.what


def test_every_kind_of_change_is_tried_at_every_place() -> None:
    tried = {(one.what, one.where) for one in mutations_of_json(json.dumps(RELAY).encode())}
    assert {
        ("dropped", "data.young"),
        ("renamed", "data.young.edges"),
        ("null", "data.young.edges[0].node"),
        ("of another type", "data.young.edges[0].node.nhs"),
        ("in a list", "data.young"),
        ("in an object", "data.young.edges"),
        ("empty", "data.young.edges"),
        ("with null in it", "data.young.edges"),
        ("with a refusal in it", "data.young.edges"),
    } <= tried


def test_no_two_changes_make_the_reply_that_was_there() -> None:
    body = json.dumps(RELAY).encode()
    assert all(json.loads(one.body) != RELAY for one in mutations_of_json(body))
    xml = b"<R><Child nhs='1'><Name>Hill</Name></Child></R>"
    assert all(one.body != xml for one in mutations_of_xml(xml))
    table = b"nhs,name\r\n9990000018,Hill\r\n"
    assert all(one.body != table for one in mutations_of_table(table, "utf-8", ","))


def changes_of(speech: Speech) -> list[bytes]:
    body = speech.found()
    made = mutations_of_xml(body) if speech.kind == "SOAP" else mutations_of_json(body)
    return [one.body for one in made]


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.kind)
async def test_over_any_kind_two_changes_at_once_are_no_absence_either(
    speech: Speech, data: st.DataObject
) -> None:
    first = data.draw(st.sampled_from(changes_of(speech)))
    again = mutations_of_xml(first) if speech.kind == "SOAP" else mutations_of_json(first)
    body = data.draw(st.sampled_from([first, *(one.body for one in again)]))
    raw = says(response(200, speech.media_type, body))
    async with serving_raw(raw) as url:
        text = speech.source("agency", url, conclusive=True).manifest
        async with opened(text) as adapter:
            reply = await adapter.source.ask(question("by-number", nhs_number=ANN["nhs"]))
    assert not (isinstance(reply, NoRecord) and reply.whole)
