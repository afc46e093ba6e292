"""The access flags of a question: the user is like the child, or works with the child."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.model.caller import Caller, OwnDetails
from tests.support.agencies import AUTHORITY, HOME, MIRA, AgencyServer, rest_source
from tests.support.edge import logged
from tests.support.gateway.auditors import AUDITOR, OFFICER, nodes, read
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, QUERY, small_town

SMITHS: Final = {**MIRA, "family": "Smith"}
OUTCOMES: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) { answers { outcome } }
}
"""


def known_as(**own: str) -> Caller:
    return replace(PRACTITIONER, own=OwnDetails(**own))


async def released(
    folder: Path, caller: Caller, child: Mapping[str, Any] = MIRA, query: str = QUERY
) -> dict[str, Any]:
    """The entry of an answer about a child, as it stands in the log."""
    async with serving(AgencyServer(children=(child,)).answer) as url:
        sources = [
            rest_source("spine", url, claims=AUTHORITY),
            rest_source("school", url, areas=[HOME]),
        ]
        async with small_town(folder, sources) as town:
            assert "errors" not in (await town.ask(caller=caller, query=query)).body
            return logged(town.settings.files.state)[-1]


@pytest.mark.parametrize(
    ("own", "child", "risks"),
    [
        ({"family_name": "ASHDOWN"}, MIRA, ["SAME_SURNAME"]),
        ({"family_name": "Smith"}, SMITHS, ["SAME_COMMON_SURNAME"]),
        ({"family_name": "Unknown"}, {**MIRA, "family": "Unknown"}, None),
        ({"address": "4, Tanners Row", "postcode": "ZE1 0AA"}, MIRA, ["SAME_ADDRESS"]),
        ({"address": "9 Tanners Row", "postcode": "ZE1 0AA"}, MIRA, ["SAME_POSTCODE"]),
        ({"address": "4 Tanners Row", "postcode": "ZE9 9ZZ"}, MIRA, None),
        ({"address": "4 Tanners Row", "postcode": "no postcode"}, MIRA, None),
        ({}, MIRA, None),
    ],
)
async def test_a_child_who_may_be_the_users_own_kin_is_flagged(
    tmp_path: Path, own: dict[str, str], child: dict[str, Any], risks: list[str] | None
) -> None:
    entry = await released(tmp_path, known_as(**own), child)
    assert entry.get("risks") == risks


async def test_leaving_the_address_out_of_the_question_leaves_the_flag_in(tmp_path: Path) -> None:
    at_home = known_as(address="4 Tanners Row", postcode="ZE1 0AA")
    entry = await released(tmp_path, at_home, query=OUTCOMES)
    assert entry["risks"] == ["SAME_ADDRESS"]


async def test_nothing_of_the_user_or_the_child_is_in_the_access_flags(tmp_path: Path) -> None:
    entry = await released(tmp_path, known_as(family_name="Ashdown", postcode="ZE1 0AA"))
    said = json.dumps(entry)
    assert not any(mark in said for mark in ("Ashdown", "ashdown", "ZE1 0AA", "ZE10AA", "Tanners"))


@pytest.mark.parametrize(
    ("caller", "tie"),
    [
        (PRACTITIONER, None),
        (replace(PRACTITIONER, organisation="school"), "ORGANISATION"),
        (known_as(email="Jo.Hart@School.example"), "USER"),
        (known_as(email="a.nother@school.example"), None),
    ],
)
async def test_whose_organisation_works_with_the_child_is_flagged(
    tmp_path: Path, caller: Caller, tie: str | None
) -> None:
    worker = {"name": "Jo Hart", "role": "Social worker", "telephone": "01632 960111"}
    child = {**MIRA, "workers": [{**worker, "email": "jo.hart@school.example"}]}
    entry = await released(tmp_path, caller, child)
    assert entry.get("tie") == tie


async def test_who_asks_beyond_their_area_is_flagged_before_anybody_is_asked(
    tmp_path: Path,
) -> None:
    async with serving(AgencyServer().answer) as url:
        sources = [
            rest_source("spine", url, claims=AUTHORITY),
            rest_source("afar", url, areas=["E09990002"]),
        ]
        async with small_town(tmp_path, sources) as town:
            await town.ask(areas=[HOME])
            await town.ask(areas=[HOME, "E09990002"])
            await town.ask(agencies=["afar"])
            intents = [e for e in logged(town.settings.files.state) if e["kind"] == "INTENT"]
    assert [e.get("risks") for e in intents] == [None, ["OUT_OF_AREA"], ["OUT_OF_AREA"]]


async def test_an_auditor_sees_the_access_flags_and_an_agency_does_not(tmp_path: Path) -> None:
    async with serving(AgencyServer().answer) as url:
        sources = [
            rest_source("spine", url, claims=AUTHORITY),
            rest_source("school", url, areas=[HOME]),
        ]
        async with small_town(tmp_path, sources) as town:
            await town.ask(caller=known_as(family_name="Ashdown"))
            seen = nodes(await read(town, filter={"kind": "RELEASE"}))
            by_school = nodes(await read(town, filter={"kind": "RELEASE"}, caller=OFFICER))
    assert [node["risks"] for node in seen] == [["SAME_SURNAME"]]
    assert [node["risks"] for node in by_school] == [[]]
    assert AUDITOR.user != OFFICER.user
