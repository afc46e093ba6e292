"""A child shielded anywhere is shielded in the whole answer, and nothing betrays the place."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    LOCAL,
    MIRA,
    NATIONAL,
    AgencyServer,
    SourceFile,
    rest_source,
)
from tests.support.faults.http_faults import closing_at_once, silent
from tests.support.loopback import serving, serving_raw
from tests.support.town import KNOWN, PRACTITIONER, SHIELD_TEAM, Answer, Town, small_town

Child = Mapping[str, Any]
SHIELDED: Child = {
    **MIRA,
    "restricted": "Y",
    "home": {"lines": ["1 Refuge Lane"], "postcode": "ZE9 9ZZ"},
    "workers": [{"name": "Ada Refuge", "role": "Refuge worker", "telephone": "01632 960777"}],
}
STALE: Child = {**SHIELDED, "restricted": "N"}
TWIN: Child = {**STALE, "id": "p-9", "nhs": "9000000017", "upn": "", "given": "Nora"}
COUNCIL = LOCAL | {Claim.SHIELD_AUTHORITY}
CLEARED = replace(PRACTITIONER, roles=frozenset({"shield-cleared"}))
BETRAYING = ("Refuge", "ZE9", "01632 960777", "E09990001", "H80120", "01632 960100")


@asynccontextmanager
async def town_of(
    folder: Path,
    spine: tuple[Child, ...],
    school: tuple[Child, ...] = (),
    *,
    gp: tuple[Child, ...] = (),
    more: tuple[SourceFile, ...] = (),
) -> AsyncIterator[Town]:
    """A spine that is the shield authority, a school, GP records, and further sources."""
    async with AsyncExitStack() as stack:
        urls = [
            await stack.enter_async_context(serving(AgencyServer(held).answer))
            for held in (spine, school, gp)
        ]
        sources = [
            rest_source("spine", urls[0], claims=AUTHORITY, duty="111"),
            rest_source("school", urls[1]),
            rest_source("gp", urls[2], claims=NATIONAL, duty="122"),
            *more,
        ]
        yield await stack.enter_async_context(small_town(folder, sources, questions__deadline=2))


def betrays_nothing(answer: Answer) -> None:
    assert answer.status == 200
    assert [text for text in BETRAYING if text in answer.text] == []


async def test_a_child_shielded_at_one_agency_is_located_by_none(tmp_path: Path) -> None:
    async with town_of(tmp_path, (SHIELDED,), (SHIELDED,), gp=(SHIELDED,)) as town:
        answer = await town.ask(agencies=["spine", "school", "gp"])
    betrays_nothing(answer)
    assert answer.outcomes == {
        "spine": "HAS_RECORD",
        "gp": "HAS_RECORD",
        "school": "NOTHING_TO_SHARE",
    }
    assert answer.rows["school"]["ring"]["telephone"] == SHIELD_TEAM
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.completeness["complete"] is False


async def test_a_stale_duplicate_that_says_nothing_of_a_shield_does_not_lift_it(
    tmp_path: Path,
) -> None:
    async with town_of(tmp_path, (SHIELDED,), (STALE,), gp=(STALE,)) as town:
        answer = await town.ask(agencies=["spine", "school", "gp"])
    betrays_nothing(answer)
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"


async def test_a_locating_agencys_row_is_the_same_to_the_byte_whatever_it_holds(
    tmp_path: Path,
) -> None:
    rows = []
    for name, held in {"knows": (SHIELDED,), "does-not": (), "knows-her-twin": (TWIN,)}.items():
        folder = tmp_path / name
        folder.mkdir()
        async with town_of(folder, (SHIELDED,), held) as town:
            rows.append(await without_the_moment(town))
    assert rows[0] == rows[1] == rows[2]


async def test_a_locating_agencys_row_is_the_same_to_the_byte_when_it_is_down(
    tmp_path: Path,
) -> None:
    answers = []
    for name, handler in {"closes": closing_at_once, "hangs": silent}.items():
        folder = tmp_path / name
        folder.mkdir()
        async with serving_raw(handler) as url:
            police = rest_source("police", url, timeout="30s")
            async with town_of(folder, (SHIELDED,), more=(police,)) as town:
                answers.append(await without_the_moment(town))
    assert answers[0] == answers[1]
    assert answers[0]["rows"]["police"] == answers[0]["rows"]["school"] | {
        "agency": answers[0]["rows"]["school"]["agency"] | {"id": "police", "name": "Agency police"}
    }


async def without_the_moment(town: Town) -> dict[str, Any]:
    """An answer without what differs between any two questions."""
    answer = await town.ask()
    betrays_nothing_but_the_scope = answer.text.replace('"areas":["E09990001"]', "")
    assert [text for text in BETRAYING if text in betrays_nothing_but_the_scope] == []
    rows = {
        agency: {k: v for k, v in row.items() if row["areas"] or k != "latencyMs"}
        for agency, row in answer.rows.items()
    }
    for name in ("spine", "gp"):
        rows[name] = {k: v for k, v in rows[name].items() if k not in ("latencyMs", "asOf")}
    rest = {k: v for k, v in answer.child_answer.items() if k not in ("answers", "receipt")}
    return {"rows": rows, **rest}


@pytest.mark.parametrize("handler", [closing_at_once, silent])
async def test_while_a_shield_authority_gives_no_answer_nobody_is_located(
    tmp_path: Path, handler: Any
) -> None:
    async with serving_raw(handler) as url:
        council = rest_source("council", url, claims=COUNCIL, timeout="30s")
        async with town_of(tmp_path, (STALE,), (STALE,), more=(council,)) as town:
            answer = await town.ask(agencies=["spine", "school", "council"])
    betrays_nothing(answer)
    assert answer.child_answer["child"]["restriction"] == "UNKNOWN"
    assert answer.outcomes["school"] == answer.outcomes["council"] == "NOTHING_TO_SHARE"


async def test_who_is_cleared_sees_where_the_child_is(tmp_path: Path) -> None:
    async with town_of(tmp_path, (SHIELDED,), (SHIELDED,)) as town:
        answer = await town.ask(agencies=["spine", "school"], caller=CLEARED)
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "HAS_RECORD"}
    assert answer.child_answer["child"]["restriction"] == "RESTRICTED"
    assert answer.child_answer["child"]["addresses"][0]["lines"] == ["1 Refuge Lane"]
    assert answer.rows["school"]["areas"] == ["E09990001"]


UNSURE = ("by-number", 'nhs = "{nhs_number}"', False)


async def test_a_record_that_may_be_hers_and_is_shielded_shields_her(tmp_path: Path) -> None:
    unsure = {**SHIELDED, "nhs": None, "upn": None}
    known = {**KNOWN, "familyName": MIRA["family"], "givenNames": [MIRA["given"]]}
    async with serving(AgencyServer((unsure,)).answer) as url:
        clinic = rest_source("clinic", url, by=(UNSURE, BY_NAME), says_restricted=True)
        async with town_of(tmp_path, (STALE,), gp=(STALE,), more=(clinic,)) as town:
            without = await town.ask(known, agencies=["spine", "gp"])
            answer = await town.ask(known, agencies=["spine", "gp", "clinic"])
    for each in (without, answer):
        assert each.child_answer["child"]["restriction"] == "RESTRICTED"
        assert each.child_answer["unresolved"] == []
        betrays_nothing(each)


async def test_a_guessed_postcode_changes_no_byte_of_an_answer(tmp_path: Path) -> None:
    guesses = [{**KNOWN, "postcode": postcode} for postcode in ("ZE9 9ZZ", "AB1 2CD")]
    async with town_of(tmp_path, (SHIELDED,), (SHIELDED,), gp=(SHIELDED,)) as town:
        first, second = [
            await town.ask(guess, agencies=["spine", "school", "gp"]) for guess in guesses
        ]
    assert momentless(first) == momentless(second)


def momentless(answer: Answer) -> Any:
    rows = [
        {key: value for key, value in row.items() if key not in ("latencyMs", "asOf")}
        for row in answer.rows.values()
    ]
    return rows, {k: v for k, v in answer.child_answer.items() if k not in ("answers", "receipt")}
