"""What a caller adds, leaves out or mistypes never unshields a child, nor makes an absence."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from stdnum.gb import upn

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NUMBER,
    BY_UPN,
    HOME,
    LOCAL,
    MIRA,
    NATIONAL,
    AgencyServer,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import (
    KNOWN,
    PRACTITIONER,
    QUERY,
    REASON,
    Answer,
    Town,
    small_town,
    variables_for,
)

EAST: Final = "E09990002"
COUNCIL: Final = LOCAL | {Claim.SHIELD_AUTHORITY}
SHIELDED: Final = {**MIRA, "restricted": "Y"}
NUMBER_ONLY: Final = {name: value for name, value in MIRA.items() if name != "upn"}
OLD_UPN: Final = upn.calc_check_digit("801200001999") + "801200001999"
BY_NUMBER_AND_DAY: Final = (("by-number", 'nhs = "{nhs_number}", born = "{birth_date?}"', False),)

Agency = tuple[str, AgencyServer, dict[str, Any]]
Open = Callable[..., Any]


@pytest.fixture
def town(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def opened(*agencies: Agency, **more: Any) -> AsyncIterator[Town]:
        async with AsyncExitStack() as stack:
            sources = []
            for name, agency_server, options in agencies:
                url = await stack.enter_async_context(serving(agency_server.answer))
                sources.append(rest_source(name, url, **options))
            yield await stack.enter_async_context(small_town(tmp_path, sources, **more))

    return opened


def _as_if_of_one_place(answer: Answer) -> str:
    """The answer without what every answer about any child of that area says too."""
    text = re.sub(r'"(latencyMs|index|queryId|asOf)":("[^"]*"|[0-9.]+)', "", answer.text)
    return re.sub("council-[ab]|E0999000[12]|Northbrook Probation", "", text).replace('""', "")


def _spine(child: Mapping[str, Any] = MIRA) -> Agency:
    return "spine", AgencyServer((child,)), {"claims": AUTHORITY}


async def test_a_number_more_does_not_unshield_a_child_whom_a_council_holds_by_another(
    town: Open,
) -> None:
    holds = {**NUMBER_ONLY, "restricted": "Y"}
    council = ("council", AgencyServer((holds,)), {"claims": COUNCIL, "by": (BY_UPN, BY_NUMBER)})
    async with town(_spine(), council) as opened:
        answer = await opened.ask({**KNOWN, "upn": MIRA["upn"]})
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.child_answer["child"]["addresses"] == []


async def test_a_birth_date_one_digit_out_does_not_unshield_a_child(town: Open) -> None:
    council = ("council", AgencyServer((SHIELDED,)), {"claims": COUNCIL, "by": BY_NUMBER_AND_DAY})
    known = {**KNOWN, "birthDate": "2015-03-08", "givenNames": ["Mira"], "familyName": "Ashdown"}
    async with town(_spine(), council) as opened:
        answer = await opened.ask(known)
    assert answer.outcomes["council"] == "NOTHING_TO_SHARE"
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"


@pytest.mark.parametrize("agencies", [["spine"], ["spine", "north"], ["spine", "east"]])
async def test_leaving_a_council_out_of_scope_does_not_unshield_a_child(
    town: Open, agencies: list[str]
) -> None:
    north = ("north", AgencyServer(()), {"claims": COUNCIL})
    east = ("east", AgencyServer((SHIELDED,)), {"claims": COUNCIL})
    async with town(_spine(), north, east) as opened:
        answer = await opened.ask(agencies=agencies)
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.child_answer["child"]["addresses"] == []
    assert set(answer.rows) == set(agencies)


async def test_where_no_shield_authority_is_connected_nobody_is_located(town: Open) -> None:
    school: Agency = ("school", AgencyServer((MIRA,)), {})
    national = ("gp", AgencyServer((MIRA,)), {"claims": NATIONAL})
    async with town(school, national) as opened:
        answer = await opened.ask()
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert answer.outcomes == {"school": "NOTHING_TO_SHARE", "gp": "HAS_RECORD"}
    assert MIRA["home"]["postcode"] not in answer.text


async def test_which_area_shields_a_child_does_not_show_by_naming_one_after_another(
    town: Open,
) -> None:
    east: Agency = ("council-a", AgencyServer((SHIELDED,)), {"claims": COUNCIL, "areas": (EAST,)})
    west: Agency = ("council-b", AgencyServer(()), {"claims": COUNCIL, "areas": (HOME,)})
    stranger = replace(PRACTITIONER, areas=("E06000999",))
    async with town(_spine(), east, west) as opened:
        named = [await opened.ask(areas=[area], caller=stranger) for area in (EAST, HOME)]
        agency = await opened.ask(agencies=["council-b"], caller=stranger)
    for answer in (*named, agency):
        child = answer.child_answer["child"]
        assert child is None or child["restriction"] == "RESTRICTED"
        assert MIRA["home"]["postcode"] not in answer.text
    one, another = (_as_if_of_one_place(answer) for answer in named)
    assert one == another


@pytest.mark.parametrize("named", [["school"], ["police"], ["spine"]])
async def test_which_agency_of_ones_own_area_is_named_does_not_change_the_shield(
    town: Open, named: list[str]
) -> None:
    police: Agency = ("police", AgencyServer((MIRA,)), {"areas": (HOME, EAST)})
    council: Agency = ("east", AgencyServer((SHIELDED,)), {"claims": COUNCIL, "areas": (EAST,)})
    school: Agency = ("school", AgencyServer((MIRA,)), {})
    async with town(_spine(), police, council, school) as opened:
        answer = await opened.ask(agencies=named)
    child = answer.child_answer["child"]
    assert child is None or child["restriction"] == "RESTRICTED"
    assert MIRA["home"]["postcode"] not in answer.text


async def test_an_area_that_is_not_ones_own_is_named_for_a_stated_cause_alone(town: Open) -> None:
    council: Agency = ("east", AgencyServer((MIRA,)), {"claims": COUNCIL, "areas": (EAST,)})
    async with town(_spine(), council) as opened:
        variables = {**variables_for(areas=[EAST]), "reason": REASON}
        said = await opened.post({"query": QUERY, "variables": variables}, opened.headers())
    assert said.body["errors"][0]["extensions"]["code"] == "OUT_OF_AREA_CAUSE_MISSING"
    assert council[1].asked == []


async def test_a_neighbour_who_states_a_cause_is_told_of_a_child_whom_nobody_shields(
    town: Open,
) -> None:
    council: Agency = ("east", AgencyServer((MIRA,)), {"claims": COUNCIL, "areas": (EAST,)})
    async with town(_spine(), council) as opened:
        answer = await opened.ask(areas=[EAST])
    assert answer.outcomes["east"] == "HAS_RECORD"
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"


async def test_a_council_asked_for_the_shield_alone_has_no_row(town: Open) -> None:
    north = ("north", AgencyServer(()), {"claims": COUNCIL})
    async with town(_spine(), north) as opened:
        answer = await opened.ask(agencies=["spine"])
    assert list(answer.rows) == ["spine"]
    assert answer.completeness["inScope"] == 1
    assert north[1].asked


@pytest.mark.parametrize("first", [BY_UPN, BY_NUMBER])
async def test_a_stale_pupil_number_beside_the_right_number_is_no_absence(
    town: Open, first: tuple[str, str, bool]
) -> None:
    by = (first, BY_NUMBER if first is BY_UPN else BY_UPN)
    local = ("local", AgencyServer((NUMBER_ONLY,)), {"by": by})
    async with town(_spine(NUMBER_ONLY), local) as opened:
        answer = await opened.ask({**KNOWN, "upn": OLD_UPN})
    assert answer.outcomes["local"] == "HAS_RECORD"


async def test_an_agency_of_which_one_system_was_silent_is_not_complete(town: Open) -> None:
    async def busy(_: object) -> None:
        raise ConnectionResetError

    one = ("council-a", AgencyServer((MIRA,)), {"agency": "council"})
    other = ("council-b", AgencyServer((MIRA,), before=busy), {"agency": "council"})
    async with town(_spine(), one, other) as opened:
        answer = await opened.ask()
    assert answer.outcomes["council"] == "HAS_RECORD"
    assert answer.rows["council"]["complete"] is False
    assert "did not answer" in answer.rows["council"]["detail"]
    assert answer.completeness["complete"] is False


async def test_an_answer_with_an_unresolved_record_is_not_complete(town: Open) -> None:
    brother = {**MIRA, "id": "z-9", "given": "Tomas"}
    local: Agency = ("local", AgencyServer((MIRA, brother)), {})
    async with town(_spine(), local) as opened:
        answer = await opened.ask()
    assert answer.child_answer["unresolved"]
    assert answer.completeness["complete"] is False


async def test_a_number_is_passed_on_only_when_the_authorities_under_way_have_spoken(
    town: Open,
) -> None:
    taught = AgencyServer(())
    order: list[str] = []

    async def note(_: object) -> None:
        order.append("council")

    async def spoke(_: object) -> None:
        order.append("spine")

    school = ("school", AgencyServer((MIRA,)), {"by": (BY_UPN,), "onward": ("identifiers",)})
    council = ("council", taught, {"claims": COUNCIL, "by": (BY_NUMBER,)})
    taught.before = note
    spine = (
        "spine",
        AgencyServer((SHIELDED,), before=spoke),
        {"claims": AUTHORITY, "by": (BY_UPN,)},
    )
    known = {"upn": MIRA["upn"], "birthDate": MIRA["born"]}
    async with town(school, council, spine) as opened:
        await opened.ask(known)
    assert order == ["spine"]
