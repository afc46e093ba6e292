"""Auditors and agencies see which rule decides what; nobody else, and nothing of a child."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.model.caller import Caller
from tests.support.agencies import rest_source
from tests.support.edge import logged
from tests.support.town import PRACTITIONER, Answer, Town, small_town

EXPLAIN: Final = """
query Explain($asker: PolicyAsker!) {
  audit { explain(asker: $asker) { releaseClass fields ruling rules needed } }
}
"""
ASKER: Final = {
    "source": "roll",
    "sector": "SOCIAL_CARE",
    "roles": ["practitioner"],
    "purpose": "SAFEGUARDING",
}
AUDITOR: Final = replace(PRACTITIONER, user="a.uditor", roles=frozenset({"auditor"}))
OFFICER: Final = replace(
    PRACTITIONER, organisation="roll", roles=frozenset({"privacy-officer"}), user="o.fficer"
)
SILENT: Final = (
    '@id("quiet") @silent forbid (principal, action == Action::"release",'
    ' resource in Source::"roll") when { resource.class == Class::"LOCATION" };'
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    nowhere = "http://127.0.0.1:9"
    sources = [rest_source("roll", nowhere, cedar=SILENT), rest_source("other", nowhere)]
    async with small_town(tmp_path, sources) as opened:
        yield opened


async def explained(town: Town, caller: Caller, **changes: Any) -> Answer:
    body = {"query": EXPLAIN, "variables": {"asker": {**ASKER, **changes}}}
    return await town.post(body, town.headers(caller))


def classes(answer: Answer) -> dict[str, dict[str, Any]]:
    assert "errors" not in answer.body, answer.text
    return {each["releaseClass"]: each for each in answer.body["data"]["audit"]["explain"]}


async def test_every_class_has_its_fields_its_rules_and_what_it_would_take(town: Town) -> None:
    found = classes(await explained(town, AUDITOR, purpose="EARLY_HELP"))
    assert found["IDENTITY"] == {
        "releaseClass": "IDENTITY",
        "fields": ["birth_date", "identifiers", "names", "sex"],
        "ruling": "WITHHELD",
        "rules": [],
        "needed": ["the purpose SAFEGUARDING"],
    }
    assert (found["LOCATION"]["ruling"], found["LOCATION"]["rules"]) == (
        "SILENT",
        ["roll.cedar/quiet"],
    )


async def test_what_is_given_names_the_table_that_gives_it(town: Town) -> None:
    found = classes(await explained(town, AUDITOR))
    assert (found["IDENTITY"]["ruling"], found["IDENTITY"]["rules"]) == (
        "GIVEN",
        ["roll/release-1"],
    )
    assert found["IDENTITY"]["needed"] == []


async def test_a_cause_is_what_another_area_takes(town: Town) -> None:
    found = classes(await explained(town, AUDITOR, inArea=False, outOfAreaCause=False))
    assert found["IDENTITY"]["rules"] == ["baseline/out-of-area"]
    assert "a cause to ask out of area" in found["IDENTITY"]["needed"]


async def test_an_agency_sees_its_own_sources_and_no_others(town: Town) -> None:
    own, other = await explained(town, OFFICER), await explained(town, OFFICER, source="other")
    none = await explained(town, OFFICER, source="nobody")
    assert classes(own)["IDENTITY"]["ruling"] == "GIVEN"
    assert other.body["errors"][0]["extensions"]["code"] == "AUDIT_NOT_ALLOWED"
    assert none.body["errors"][0]["message"] == other.body["errors"][0]["message"]


async def test_a_practitioner_sees_nothing_of_it_and_every_look_is_on_record(town: Town) -> None:
    refused = await explained(town, PRACTITIONER)
    await explained(town, AUDITOR)
    unknown = await explained(town, AUDITOR, source="nobody")
    entries = [(e["kind"], e.get("detail")) for e in logged(town.settings.files.state)]
    assert refused.body["errors"][0]["extensions"]["code"] == "AUDIT_NOT_ALLOWED"
    assert unknown.body["errors"][0]["extensions"]["code"] == "VARIABLES_INVALID"
    assert ("AUDIT_SEARCH", "EXPLAIN") in entries
    assert ("REFUSAL", "AUDIT_NOT_ALLOWED") in entries
