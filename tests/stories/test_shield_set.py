"""A child restricted at one agency of the shield set is restricted however anybody asks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    HOME,
    LOCAL,
    MIRA,
    NATIONAL,
    AgencyServer,
    SourceFile,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import KNOWN, PRACTITIONER, Answer, Town, small_town

Child = Mapping[str, Any]

MARKED: Final[Child] = {**MIRA, "restricted": "Y"}
AWAY: Final = "E09990002"
MEMBER: Final = LOCAL | {Claim.SHIELD_SET}
LOCATING: Final = ("4 Tanners Row", "ZE1 0AA", "01632 960111")
TEACHES: Final = ("identifiers", "names", "birth_date")
UNSURE_BY_NUMBER: Final = ("by-number", 'nhs = "{nhs_number}"', False)
BY_NAME_ALONE: Final = ("by-name", 'family = "{family_name}", born = "{birth_date}"', False)


def source(name: str, **more: Any) -> SourceFile:
    return rest_source(name, "http://127.0.0.1:1", **more)


CLINIC: Final = source("clinic", claims=MEMBER)
OTHERS: Final = (
    source("spine", claims=AUTHORITY, onward=TEACHES),
    source("gp", claims=NATIONAL),
    source("school"),
)


@asynccontextmanager
async def town_of(
    folder: Path, held: Mapping[str, tuple[Child, ...]], *files: SourceFile, **more: Any
) -> AsyncIterator[tuple[Town, Mapping[str, AgencyServer]]]:
    """A town of these sources, each over a server of its own with what it holds."""
    servers = {file.id: AgencyServer(held.get(file.id, (MIRA,))) for file in files}
    async with AsyncExitStack() as stack:
        sources = []
        for file in files:
            url = await stack.enter_async_context(serving(servers[file.id].answer))
            sources.append(file.with_(where=f'base_url = "{url}"', origins=(url,)))
        town = await stack.enter_async_context(small_town(folder, sources, **more))
        yield town, servers


def located(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [text for text in LOCATING if text in answer.text]


def restriction(answer: Answer) -> str | None:
    child = answer.child_answer["child"]
    return None if child is None else str(child["restriction"])


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"areas": [HOME]},
        {"agencies": ["gp"]},
        {"agencies": ["school"]},
        {"agencies": ["gp", "school", "clinic"]},
    ],
)
async def test_no_scope_lifts_her_shield(tmp_path: Path, scope: dict[str, Any]) -> None:
    async with town_of(tmp_path, {"clinic": (MARKED,)}, *OTHERS, CLINIC) as (town, servers):
        answer = await town.ask(**scope)
    assert restriction(answer) in {"RESTRICTED", None}
    assert located(answer) == []
    assert len(servers["clinic"].asked) == 1


@pytest.mark.parametrize("marking", ["spine", "clinic"])
@pytest.mark.parametrize("scope", [{}, {"agencies": ["school"]}])
async def test_a_mark_in_words_shields_her_however_the_flag_reads(
    tmp_path: Path, scope: dict[str, Any], marking: str
) -> None:
    home = {"lines": ["PROTECTED ADDRESS", "4 Tanners Row"], "postcode": "ZE1 0AA"}
    held = {marking: ({**MIRA, "home": home, "restricted": "N"},)}
    async with town_of(tmp_path, held, *OTHERS, CLINIC) as (town, _):
        answer = await town.ask(**scope)
    assert restriction(answer) in {"RESTRICTED", None}
    assert located(answer) == []


async def test_a_caller_from_another_area_is_told_as_little(tmp_path: Path) -> None:
    away = replace(PRACTITIONER, areas=(AWAY,))
    police = source("police", areas=(HOME, AWAY))
    files = (*OTHERS, CLINIC, police)
    async with town_of(tmp_path, {"clinic": (MARKED,)}, *files) as (town, _):
        answer = await town.ask(caller=away)
    assert restriction(answer) == "RESTRICTED"
    assert located(answer) == []


async def test_nobody_learns_by_naming_agencies_one_by_one_who_restricts_her(
    tmp_path: Path,
) -> None:
    told = []
    for name in ("clinic", "spine"):
        folder = tmp_path / name
        folder.mkdir()
        async with town_of(folder, {name: (MARKED,)}, *OTHERS, CLINIC) as (town, _):
            one_by_one = [await town.ask(agencies=[each]) for each in ("gp", "school", "clinic")]
        told.append([(answer.outcomes, restriction(answer)) for answer in one_by_one])
    assert told[0] == told[1]


async def test_who_tells_the_caller_nothing_is_heard_for_the_shield(tmp_path: Path) -> None:
    rows = []
    for at, clinic in enumerate((MARKED, MIRA)):
        folder = tmp_path / str(at)
        folder.mkdir()
        mute = CLINIC.with_(classes=("EDUCATION",))
        async with town_of(folder, {"clinic": (clinic,)}, *OTHERS, mute) as (town, servers):
            answer = await town.ask(agencies=["spine", "gp", "school", "clinic"])
        assert restriction(answer) == ("RESTRICTED" if clinic is MARKED else "NONE_KNOWN")
        assert (located(answer) == []) is (clinic is MARKED)
        own = [{"nhs": MIRA["nhs"]}, {"upn": MIRA["upn"]}]  # the second is on its own file
        assert servers["clinic"].asked == (own[:1] if clinic is MARKED else own)
        rows.append(answer.rows["clinic"])
    assert rows[0]["outcome"] == "NOT_PERMITTED"
    assert rows[0] == rows[1]


async def test_the_silence_of_one_of_the_set_leaves_her_shield_unknown(tmp_path: Path) -> None:
    async def away(_: web.Request) -> None:
        raise web.HTTPServiceUnavailable

    async with town_of(tmp_path, {}, *OTHERS, CLINIC) as (town, servers):
        servers["clinic"].before = away
        answer = await town.ask(agencies=["gp"])
    assert restriction(answer) == "UNKNOWN"
    assert located(answer) == []


async def test_a_mark_outside_the_set_hides_its_own_row_and_nothing_else(tmp_path: Path) -> None:
    housing = source("housing", by=(BY_NAME_ALONE,), says_restricted=True)
    known = {**KNOWN, "familyName": MIRA["family"], "givenNames": [MIRA["given"]]}
    async with town_of(tmp_path, {"housing": (MARKED,)}, *OTHERS, housing) as (town, _):
        answer = await town.ask(known, agencies=["spine", "gp", "school", "housing"])
    assert restriction(answer) == "NONE_KNOWN"
    assert answer.outcomes["housing"] == "NOTHING_TO_SHARE"
    assert answer.outcomes["school"] == "HAS_RECORD"
    assert located(answer) != []


async def test_an_agency_knows_that_it_was_asked_for_the_shield_alone(tmp_path: Path) -> None:
    checks = []

    async def look(request: web.Request) -> None:
        checks.append(request.headers.get("X-Teamaround-Check"))

    async with town_of(tmp_path, {}, *OTHERS, CLINIC) as (town, servers):
        servers["clinic"].before = look
        await town.ask(agencies=["gp"])
        await town.ask(agencies=["gp", "clinic"])
    assert checks == ["shield", "shield", None, None]  # by the number on its own file too


@pytest.mark.parametrize("holds", [True, False])
async def test_while_her_shield_is_unknown_a_slow_hidden_agency_keeps_nobody_waiting(
    tmp_path: Path, *, holds: bool
) -> None:
    let_go = asyncio.Event()

    async def hang(_: web.Request) -> None:
        await let_go.wait()

    async def away(_: web.Request) -> None:
        raise web.HTTPServiceUnavailable

    held = {"school": (MIRA,) if holds else ()}
    async with town_of(tmp_path, held, *OTHERS, CLINIC, questions__deadline=60) as (town, servers):
        servers["clinic"].before, servers["school"].before = away, hang
        async with asyncio.timeout(30):  # half the deadline
            answer = await town.ask(agencies=["spine", "gp", "school"])
        let_go.set()
    assert restriction(answer) == "UNKNOWN"
    assert answer.outcomes["school"] == "NOTHING_TO_SHARE"


NAMESAKE: Final[Child] = {
    **MIRA,
    "id": "another",
    "nhs": "9990000018",
    "upn": None,
    "restricted": "Y",
    "home": {"lines": ["1 Hiding Place"], "postcode": "ZE7 7ZZ"},
}


@asynccontextmanager
async def two_alike(folder: Path, namesake: Child, **spine: Any) -> AsyncIterator[Town]:
    """A school holds the namesake without an NHS number; national demographics hold both."""
    by = spine.pop("by", (UNSURE_BY_NUMBER, BY_NAME_ALONE))
    files = (
        source("spine", by=by, claims=AUTHORITY, onward=TEACHES, **spine),
        source("school", by=(BY_NAME_ALONE,)),
    )
    at_school = {**namesake, "nhs": None, "restricted": "N"}
    held = {"spine": ({**MIRA, "upn": None}, namesake), "school": (at_school,)}
    async with town_of(folder, held, *files) as (town, _):
        yield town


async def test_a_restricted_namesakes_home_is_not_taken_for_hers(tmp_path: Path) -> None:
    async with two_alike(tmp_path, NAMESAKE) as town:
        answer = await town.ask(agencies=["spine", "school"])
    assert restriction(answer) == "NONE_KNOWN"
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "NONE_FOUND"}
    assert answer.child_answer["unresolved"] == []
    assert "Hiding Place" not in answer.text


async def test_a_namesake_whom_nobody_restricts_is_left_to_a_person(tmp_path: Path) -> None:
    async with two_alike(tmp_path, {**NAMESAKE, "restricted": "N"}) as town:
        answer = await town.ask(agencies=["spine", "school"])
    assert answer.outcomes["spine"] == "HAS_RECORD"
    assert answer.outcomes["school"] != "NONE_FOUND"


async def test_who_is_cleared_sees_the_namesakes_record_stand_apart(tmp_path: Path) -> None:
    cleared = replace(PRACTITIONER, roles=PRACTITIONER.roles | {"shield-cleared"})
    async with two_alike(tmp_path, NAMESAKE) as town:
        answer = await town.ask(agencies=["spine", "school"], caller=cleared)
    assert [each["agency"]["id"] for each in answer.child_answer["unresolved"]] == ["school"]
    assert "Hiding Place" not in answer.text


async def test_a_list_that_was_cut_keeps_out_what_hangs_on_it_and_nothing_else(
    tmp_path: Path,
) -> None:
    twins = [{**NAMESAKE, "id": str(n), "nhs": None} for n in range(5)]
    files = (
        source("spine", by=(UNSURE_BY_NUMBER, BY_NAME_ALONE), claims=AUTHORITY, onward=TEACHES),
        source("school", by=(BY_NAME_ALONE,)),
        source("gp", claims=NATIONAL),
    )
    held = {"spine": (MIRA, *twins), "school": ({**MIRA, "nhs": None, "upn": None},)}
    async with town_of(tmp_path, held, *files) as (town, _):
        answer = await town.ask(agencies=["spine", "school", "gp"])
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "NONE_FOUND", "gp": "HAS_RECORD"}


UNNUMBERED: Final[Child] = {**MARKED, "id": "old-card", "nhs": None, "upn": None}
THREE_WAYS: Final = (
    UNSURE_BY_NUMBER,
    ("by-upn", 'upn = "{upn}"', False),
    BY_NAME_ALONE,
)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"familyName": "Ashdown"},
        {"familyName": "Ashdwon"},
        {"familyName": "Smith"},
        {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": "2015-03-10"},
    ],
)
async def test_no_spelling_of_the_callers_lifts_her_shield(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    clinic = source("clinic", by=THREE_WAYS, claims=MEMBER)
    async with town_of(tmp_path, {"clinic": (UNNUMBERED,)}, *OTHERS, clinic) as (town, _):
        answer = await town.ask({**KNOWN, **said}, agencies=["gp", "school"])
    assert restriction(answer) in {"RESTRICTED", "UNKNOWN", None}
    assert located(answer) == []


async def test_of_two_files_at_one_agency_each_mark_counts(tmp_path: Path) -> None:
    by_nhs = {**MIRA, "id": "one", "upn": None}
    by_upn = {**MARKED, "id": "two", "nhs": None}
    clinic = source("clinic", claims=MEMBER)
    held = {"clinic": (by_nhs, by_upn)}
    async with town_of(tmp_path, held, *OTHERS, clinic) as (town, _):
        answer = await town.ask({**KNOWN, "upn": MIRA["upn"]}, agencies=["gp", "school"])
    assert restriction(answer) == "RESTRICTED"
    assert located(answer) == []


async def test_a_namesake_nobody_restricts_is_not_joined_to_her(tmp_path: Path) -> None:
    plain = {**NAMESAKE, "restricted": "N"}
    async with two_alike(tmp_path, plain) as town:
        answer = await town.ask(agencies=["spine", "school"])
    assert "Hiding Place" not in answer.text


async def test_a_namesake_restricted_where_only_numbers_are_asked_by_is_not_shown(
    tmp_path: Path,
) -> None:
    plain = {**NAMESAKE, "restricted": "N"}
    files = (
        source("spine", by=(UNSURE_BY_NUMBER, BY_NAME_ALONE), claims=AUTHORITY, onward=TEACHES),
        source("clinic", by=(("by-number", 'nhs = "{nhs_number}"', True),), claims=MEMBER),
        source("school", by=(BY_NAME_ALONE,)),
    )
    held = {
        "spine": ({**MIRA, "upn": None}, plain),
        "clinic": (NAMESAKE,),
        "school": ({**plain, "nhs": None},),
    }
    async with town_of(tmp_path, held, *files) as (town, _):
        answer = await town.ask(agencies=["spine", "school"])
    assert answer.outcomes["school"] == "NONE_FOUND"
    assert "Hiding Place" not in answer.text
    assert answer.child_answer["unresolved"] == []


@pytest.mark.parametrize("holds", ["school-a", "school-b"])
async def test_no_naming_of_schools_one_by_one_tells_which_holds_her(
    tmp_path: Path, holds: str
) -> None:
    spine = LOCAL | {Claim.SPINE}
    files = (
        source("spine", claims=AUTHORITY, onward=TEACHES),
        source("gp", by=(("by-upn", 'upn = "{upn}"', True),), claims=NATIONAL),
        source("school-a", claims=spine, onward=TEACHES),
        source("school-b", claims=spine, onward=TEACHES),
        CLINIC,
    )
    empty: tuple[Child, ...] = ()
    other = {"school-a": "school-b", "school-b": "school-a"}[holds]
    held = {"spine": ({**MIRA, "upn": None},), other: empty, "clinic": ({**MARKED, "upn": None},)}
    async with town_of(tmp_path, held, *files) as (town, _):
        said = [
            (await town.ask(agencies=["spine", "gp", school])).outcomes["gp"]
            for school in ("school-a", "school-b")
        ]
    assert said[0] == said[1]
