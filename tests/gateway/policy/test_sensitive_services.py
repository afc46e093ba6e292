"""A service whose very kind must not be told stands in one row, the same for every child."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Purpose
from gateway.http.wiring.stages import open_preparation
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.loopback import serving
from tests.support.town import (
    PRACTITIONER,
    QUERY,
    REASON,
    Answer,
    Town,
    small_town,
    variables_for,
)

ROW = "sensitive-services"
HARM = {"suspected": "NEGLECT", "justification": "seen with bruises"}
CONSENTING = {**MIRA, "consent": "Y"}
CONSENT = """
[codes.consent]
Y = true
"*" = false
"""
EARLY_HELPER = replace(PRACTITIONER, purposes=frozenset({Purpose.EARLY_HELP}))


def clinic_at(url: str, *, consent: bool = False) -> SourceFile:
    """A clinic that gives SENSITIVE to practitioners, with or without a word on consent."""
    file = rest_source("clinic", url, classes=("IDENTITY", "INVOLVEMENT", "SENSITIVE"))
    operations = file.operations
    if consent:
        mapped = 'consent = { path = "consent", codes = "consent" }\n  [[operation.address]]'
        operations = operations.replace("[[operation.address]]", mapped) + CONSENT
    return file.with_(where=f"{file.where}\nsensitive = true", operations=operations)


@asynccontextmanager
async def town_with_a_clinic(
    folder: Path, clinic: AgencyServer, **more: Any
) -> AsyncIterator[Town]:
    """Demographics and a sensitive clinic."""
    async with serving(AgencyServer().answer) as spine, serving(clinic.answer) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), clinic_at(url, **more)]
        async with small_town(folder, sources) as town:
            yield town


async def asked(town: Town, **reason: Any) -> Answer:
    """Ask about Mira; `reason` adds to why."""
    variables = {**variables_for(), "reason": {**REASON, **reason}}
    return await town.post({"query": QUERY, "variables": variables}, town.headers())


async def test_without_consent_or_harm_the_clinic_is_not_asked(tmp_path: Path) -> None:
    clinic = AgencyServer()
    async with town_with_a_clinic(tmp_path, clinic) as town:
        answer = await asked(town)
    assert clinic.asked == []
    assert answer.outcomes == {"spine": "HAS_RECORD", ROW: "NOTHING_TO_SHARE"}
    assert "01632 960888" in answer.rows[ROW]["detail"]
    assert answer.rows[ROW]["ring"]["telephone"] == "01632 960888"


async def test_stated_harm_lets_it_be_known_that_some_service_is_involved(tmp_path: Path) -> None:
    async with town_with_a_clinic(tmp_path, AgencyServer()) as town:
        answer = await asked(town, significantHarm=HARM)
    assert answer.rows[ROW]["outcome"] == "HAS_RECORD"
    assert "A sensitive service works with the child" in answer.rows[ROW]["detail"]
    assert answer.rows[ROW]["involvements"] == []
    assert "clinic" not in answer.text


@pytest.mark.parametrize(
    ("child", "outcome"), [(CONSENTING, "HAS_RECORD"), (MIRA, "NOTHING_TO_SHARE")]
)
async def test_recorded_consent_lets_it_be_known(
    tmp_path: Path, child: Mapping[str, Any], outcome: str
) -> None:
    async with town_with_a_clinic(tmp_path, AgencyServer(children=(child,)), consent=True) as town:
        answer = await asked(town)
    assert answer.outcomes[ROW] == outcome
    assert "clinic" not in answer.text


@pytest.mark.parametrize("consent", [True, False])
async def test_the_row_is_the_same_bytes_for_a_child_who_is_held_and_one_who_is_not(
    tmp_path: Path,
    consent: bool,  # noqa: FBT001
) -> None:
    rows = set()
    for name, children in (("held", (MIRA,)), ("not", ())):
        (tmp_path / name).mkdir()
        agency_server = AgencyServer(children=children)
        async with town_with_a_clinic(tmp_path / name, agency_server, consent=consent) as town:
            answer = await asked(town)
        rows.add(json.dumps([answer.rows[ROW], answer.completeness]))
    assert len(rows) == 1


async def test_a_record_of_it_is_neither_a_candidate_nor_a_part_of_the_child(
    tmp_path: Path,
) -> None:
    other = {**CONSENTING, "nhs": None, "upn": None, "given": "Mirabel", "home": None}
    async with town_with_a_clinic(tmp_path, AgencyServer(children=(other,)), consent=True) as town:
        answer = await asked(town)
    assert answer.outcomes[ROW] == "NOTHING_TO_SHARE"
    assert answer.child_answer["unresolved"] == []
    assert "Mirabel" not in answer.text


async def test_it_stands_in_no_list_of_agencies_or_sources(tmp_path: Path) -> None:
    query = "{ agencies { id } sources { id } }"
    async with town_with_a_clinic(tmp_path, AgencyServer()) as town:
        listed = await town.post({"query": query}, town.headers())
        unknown = await town.ask(agencies=["clinic"])
        pooled = await town.ask(agencies=[ROW])
    assert {a["id"] for a in listed.body["data"]["agencies"]} == {"spine", ROW}
    assert "clinic" not in listed.text
    assert unknown.body["errors"][0]["extensions"]["code"] == "SCOPE_UNKNOWN"
    assert [*pooled.outcomes] == [ROW]


async def test_stated_harm_is_in_the_log_for_its_review(tmp_path: Path) -> None:
    async with town_with_a_clinic(tmp_path, AgencyServer()) as town:
        await asked(town, significantHarm=HARM)
    leaf = b"SIGNIFICANT_HARM"
    files = [file.read_bytes() for file in (tmp_path / "state").iterdir() if file.is_file()]
    assert any(leaf in content for content in files)
    assert not any(b"bruises" in content for content in files)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ({"significantHarm": {**HARM, "justification": "  "}}, "JUSTIFICATION_MISSING"),
        ({"significantHarm": {**HARM, "justification": "x" * 1999}}, "JUSTIFICATION_TOO_LONG"),
        ({"significantHarm": {**HARM, "suspected": "RUMOUR"}}, "VARIABLES_INVALID"),
    ],
)
async def test_harm_is_stated_whole_or_the_question_is_refused(
    tmp_path: Path, reason: dict[str, Any], code: str
) -> None:
    clinic = AgencyServer()
    async with town_with_a_clinic(tmp_path, clinic) as town:
        answer = await asked(town, **reason)
    assert answer.body["errors"][0]["extensions"]["code"] == code
    assert clinic.asked == []


async def test_harm_is_stated_to_safeguard_a_child_and_for_nothing_else(tmp_path: Path) -> None:
    reason = {**REASON, "purpose": "EARLY_HELP", "significantHarm": HARM}
    variables = {**variables_for(), "reason": reason}
    async with town_with_a_clinic(tmp_path, AgencyServer()) as town:
        headers = town.headers(EARLY_HELPER)
        answer = await town.post({"query": QUERY, "variables": variables}, headers)
    assert answer.body["errors"][0]["extensions"]["code"] == "SIGNIFICANT_HARM_PURPOSE"


async def test_a_sensitive_service_without_a_broker_stops_the_start(tmp_path: Path) -> None:
    async with town_with_a_clinic(tmp_path, AgencyServer()) as town:
        operator = tmp_path / "operator.toml"
        told = operator.read_text()
        start, end = told.index("[broker]"), told.index("[[area]]")
        operator.write_text(told[:start] + told[end:])
        with pytest.raises(ConfigurationInvalid, match="add a \\[broker\\] to ring"):
            async with open_preparation(town.settings, Clock()):
                pass
