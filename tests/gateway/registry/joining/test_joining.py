"""An agency drafts a manifest and tries it about a test child, before anybody is asked by it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.model.caller import Caller
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.gateway.registering import (
    CLINIC,
    GOVERNANCE,
    OPERATOR,
    REGISTRAR,
    REPLIES,
    Said,
    approve,
    clinic,
    entries,
    granted,
    proposal,
    register,
    say,
)
from tests.support.loopback import serving
from tests.support.secret_files import write_secret
from tests.support.town import PRACTITIONER, Town, small_town

DRAFT = """
query Draft($answers: DraftAnswers!, $sample: SystemSample) {
  sourceDraft(answers: $answers, sample: $sample) { manifest replies { name content } }
}
"""
DRAFT_AT = """
mutation Draft($answers: DraftAnswers!, $at: String!) {
  draftSource(answers: $answers, at: $at) { manifest replies { name content } }
}
"""
OPENAPI = {
    "openapi": "3.1.0",
    "paths": {
        "/pupils": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "pupils": {
                                            "type": "array",
                                            "items": {
                                                "type": "object",
                                                "properties": {
                                                    name: {"type": "string"}
                                                    for name in ("id", "upn", "surname", "dob")
                                                },
                                            },
                                        }
                                    },
                                }
                            }
                        }
                    }
                }
            }
        }
    },
}
_TRIED = "{ read steps { title lines } outcome findings { rule passed message } }"
TRY_DRAFT = (
    "mutation T($manifest: String!, $replies: [ExampleReply!], $trial: Trial!)"
    f" {{ tryDraft(manifest: $manifest, replies: $replies, trial: $trial) {_TRIED} }}"
)
TRY_SOURCE = (
    "mutation T($id: ID!, $version: Int!, $trial: Trial!)"
    f" {{ trySource(id: $id, version: $version, trial: $trial) {_TRIED} }}"
)
SOURCE = """
query S($version: Int!) { source(id: "clinic", version: $version) {
  state manifest findings { rule } proposed { user } } }
"""
ANSWERS = {
    "source": CLINIC,
    "agency": "The Clinic",
    "sector": "HEALTH",
    "telephone": "01632 960321",
    "address": "http://127.0.0.1:9/api",
    "areas": ["E09990001"],
}
SAMPLE = {"patients": [{"nhsNumber": "9434765919", "surname": "Realname", "dob": "2011-02-03"}]}
ANN = {**MIRA, "nhs": "9990000018"}  # nobody: her number is kept for tests
NOBODY = {"key": "nhs_number", "value": "9990000018"}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Town, SourceFile, AgencyServer]]:
    """A town with a spine, and a clinic that is granted its place and not connected yet."""
    spine_server, clinic_server = AgencyServer(), AgencyServer(children=(ANN,))
    async with serving(spine_server.answer) as url, serving(clinic_server.answer) as there:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine], replicas__look_every=0.02) as town:
            file = clinic(there)
            await granted(town, file)
            yield town, file, clinic_server


Place = tuple[Town, SourceFile, AgencyServer]


async def tried(town: Town, manifest: str, caller: Caller = REGISTRAR, **trial: Any) -> Said:
    wanted = {"given": [NOBODY], **trial}
    return await say(town, caller, TRY_DRAFT, manifest=manifest, replies=REPLIES, trial=wanted)


async def tried_version(town: Town, caller: Caller, version: int = 1, **trial: Any) -> Said:
    wanted = {"given": [NOBODY], **trial}
    return await say(town, caller, TRY_SOURCE, id=CLINIC, version=version, trial=wanted)


async def test_a_draft_has_the_shape_of_a_sample_and_none_of_its_values(place: Place) -> None:
    town, _, server = place
    sample = {"name": "reply.json", "content": json.dumps(SAMPLE)}
    said = await say(town, REGISTRAR, DRAFT, answers=ANSWERS, sample=sample)
    draft = said.body["data"]["sourceDraft"]
    assert 'records = "body.patients"' in draft["manifest"]
    assert 'agency = "clinic"' in draft["manifest"]
    assert "Realname" not in json.dumps(draft)
    assert "9434765919" not in json.dumps(draft)
    kept = await register(town, draft["manifest"], replies=draft["replies"])
    assert kept.source is not None
    assert server.asked == server.checked == []


@dataclass
class Describing:
    """The clinic's own server: what it says at each path, and what was asked of it."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        match request.path:
            case "/openapi.json":
                return web.json_response(OPENAPI)
            case "/sample.csv":
                return web.Response(
                    text="pupil_id,nhs_no,surname,dob\r\n7,9434765919,Realname,x\r\n"
                )
            case "/moved":
                raise web.HTTPFound("http://127.0.0.1:9/")
            case "/long":
                return web.Response(body=b" " * 3_000_000)
            case _:
                return web.json_response({"error": "Realname is not here"}, status=404)


@pytest.fixture
async def describing(tmp_path: Path) -> AsyncIterator[tuple[Town, Describing, str]]:
    spine_server, own = AgencyServer(), Describing()
    async with serving(spine_server.answer) as url, serving(own.answer) as there:
        spine = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [spine]) as town:
            await granted(town, clinic(there))
            yield town, own, there


async def drafted_at(town: Town, at: str, caller: Caller = REGISTRAR, **answers: str) -> Said:
    return await say(town, caller, DRAFT_AT, answers={**ANSWERS, **answers}, at=at)


async def test_a_draft_has_the_shape_of_what_the_system_says_of_itself(
    describing: tuple[Town, Describing, str],
) -> None:
    town, server, base = describing
    said = await drafted_at(town, f"{base}/openapi.json")
    assert 'family_name = "surname"' in said.body["data"]["draftSource"]["manifest"], said.body
    said = await drafted_at(town, f"{base}/sample.csv?of=7", address="sftp://clinic.example/out")
    assert 'family_name = "surname"' in said.body["data"]["draftSource"]["manifest"], said.body
    assert "Realname" not in said.text
    assert server.asked == [("/openapi.json", ""), ("/sample.csv", "")]
    logged = [e for e in await entries(town, "SOURCE_CHANGE") if e["user"] == REGISTRAR.user]
    assert [one["change"]["subject"] for one in logged] == [CLINIC] * 2


async def test_a_draft_reads_nothing_but_what_the_operator_granted_to_the_agency(
    describing: tuple[Town, Describing, str],
) -> None:
    town, server, base = describing
    elsewhere = AgencyServer()
    async with serving(elsewhere.answer) as other:
        for at in (
            other,
            f"{base}@{other.removeprefix('http://')}/openapi.json",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::ffff:169.254.169.254]/",
            "http://localhost:22/",
            "file:///etc/passwd",
            "sqlite:////etc/passwd",
            "gopher://127.0.0.1/",
            "",
        ):
            assert (await drafted_at(town, at)).code in {"SOURCE_NOT_GRANTED", "VARIABLES_INVALID"}
    for caller, code in (
        (PRACTITIONER, "SOURCE_NOT_ALLOWED"),
        (GOVERNANCE, "SOURCE_NOT_ALLOWED"),
        (replace(REGISTRAR, organisation="another"), "SOURCE_NOT_GRANTED"),
    ):
        assert (await drafted_at(town, f"{base}/openapi.json", caller)).code == code
    said = await drafted_at(town, f"{base}/openapi.json", source="clinic-two")
    assert said.code == "SOURCE_NOT_GRANTED"
    assert server.asked == []
    assert elsewhere.asked == elsewhere.checked == []


@pytest.mark.parametrize("path", ["/moved", "/long", "/absent", "/"])
async def test_what_a_system_does_not_say_of_itself_makes_no_draft(
    describing: tuple[Town, Describing, str], path: str
) -> None:
    town, _, base = describing
    said = await drafted_at(town, base + path)
    assert said.code == "SAMPLE_UNREADABLE"
    assert "Realname" not in said.text


@pytest.mark.parametrize(
    ("answers", "sample", "code"),
    [
        ({"source": "Not an id"}, None, "VARIABLES_INVALID"),
        ({"telephone": " "}, None, "VARIABLES_INVALID"),
        ({"address": "https://jo:hunter2@a.example"}, None, "VARIABLES_INVALID"),
        ({}, {"name": "x.json", "content": "<html>"}, "SAMPLE_UNREADABLE"),
        ({}, {"name": "x.json", "content": "[" * 5000}, "SAMPLE_UNREADABLE"),
    ],
)
async def test_what_cannot_be_drafted_is_told_by_its_answer(
    place: Place, answers: dict[str, Any], sample: dict[str, str] | None, code: str
) -> None:
    said = await say(place[0], REGISTRAR, DRAFT, answers={**ANSWERS, **answers}, sample=sample)
    assert said.code == code
    assert "hunter2" not in said.text


async def test_a_test_child_is_tried_and_shown_step_by_step(place: Place) -> None:
    town, file, server = place
    said = await tried(town, proposal(file).replace("\n", "\r\n"), rules=True)  # as Windows has it
    trial = said.body["data"]["tryDraft"]
    assert trial["read"] is True, trial
    shown = json.dumps(trial["steps"])
    assert f"GET {file.origins[0]}" in shown
    assert "Record 1" in shown
    assert any("HAS_RECORD" in line for line in trial["outcome"])
    assert {query["nhs"] for query in server.asked} == {"9990000018", "9000000017"}
    assert trial["findings"][-1]["rule"]
    (logged,) = [e for e in await entries(town, "SOURCE_CHANGE") if e["user"] == REGISTRAR.user]
    assert (logged["change"]["subject"], logged["change"]["version"]) == (CLINIC, None)


async def test_no_place_is_called_that_the_operator_did_not_grant(place: Place) -> None:
    town, file, _ = place
    elsewhere = AgencyServer()
    async with serving(elsewhere.answer) as url:
        moved = proposal(file).replace(file.origins[0], url)
        assert (await tried(town, moved)).code == "SOURCE_NOT_OPENED"
    assert elsewhere.asked == elsewhere.checked == []


async def test_a_source_without_a_grant_is_not_tried(place: Place) -> None:
    town, file, server = place
    other = proposal(file).replace('id = "clinic"', 'id = "clinic-two"')
    trial = (await tried(town, other)).body["data"]["tryDraft"]
    assert trial["steps"] == []
    assert "ask the operator" in trial["findings"][-1]["message"]
    for caller in (PRACTITIONER, GOVERNANCE):
        assert (await tried(town, other, caller)).code == "SOURCE_NOT_ALLOWED"
    assert server.asked == []


async def test_a_secret_is_read_only_where_two_people_stand_behind_it(place: Place) -> None:
    town, file, server = place
    write_secret(town.settings.files.secrets, CLINIC, "key", "hunter2-hunter2")
    login = 'scheme = "api_key"\nheader = "X-Key"\nkey = { file = "key" }'
    manifest = proposal(file).replace('scheme = "none"', login)
    assert (await tried(town, manifest)).code == "SOURCE_NEEDS_SECRETS"
    assert (await register(town, manifest)).source is not None
    await the_approver_reads_it_and_others_do_not(town, manifest)
    same = replace(GOVERNANCE, user=REGISTRAR.user)
    other = replace(GOVERNANCE, organisation="another")
    for caller in (REGISTRAR, OPERATOR, same, other, PRACTITIONER):
        assert (await tried_version(town, caller)).code == "SOURCE_NOT_ALLOWED"
    for number in ("9434765919", "12", ""):
        given = [{"key": "nhs_number", "value": number}]
        said = await tried_version(town, GOVERNANCE, given=given)
        assert said.code == "NOT_A_TEST_CHILD"
        assert number not in said.text or not number
    assert server.asked == []
    said = await tried_version(town, GOVERNANCE)
    assert said.body["data"]["trySource"]["read"] is True
    assert "X-Key: ***" in said.text
    assert "hunter2" not in said.text
    await a_second_trial_beside_one_is_refused(town, server)
    assert (await approve(town)).source is not None
    assert (await tried_version(town, REGISTRAR)).body["data"]["trySource"]["read"] is True


async def a_second_trial_beside_one_is_refused(town: Town, server: AgencyServer) -> None:
    asked, may_go = asyncio.Event(), asyncio.Event()

    async def wait(_: object) -> None:
        asked.set()
        await may_go.wait()

    server.before = wait
    first = asyncio.create_task(tried_version(town, GOVERNANCE))
    await asked.wait()
    assert "errors" in (await tried_version(town, GOVERNANCE)).body
    may_go.set()
    assert "errors" not in (await first).body


async def the_approver_reads_it_and_others_do_not(town: Town, manifest: str) -> None:
    found = (await say(town, GOVERNANCE, SOURCE, version=1)).body["data"]["source"]
    assert found["manifest"] == manifest
    assert found["proposed"] == {"user": REGISTRAR.user}
    assert found["state"] == "PROPOSED"
    assert found["findings"]
    for other in (PRACTITIONER, replace(GOVERNANCE, organisation="another")):
        assert (await say(town, other, SOURCE, version=1)).body["data"]["source"] is None
    assert (await say(town, GOVERNANCE, SOURCE, version=2)).body["data"]["source"] is None
