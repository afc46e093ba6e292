"""A nurse who knows a name, a birth date and a home, and no number, is told of the child."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from adapters.contract.record import Record
from gateway.questions.shield import home
from resolvers.matching.grade import Grade, Graded, MatchGrade
from tests.support.agencies import (
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
)
from tests.support.edge import logged
from tests.support.gateway.told_homes import (
    GUESSES,
    HERS,
    HIDDEN,
    NUMBERED,
    RESTRICTED,
    UNTOLD,
    few,
    known_to_care,
    momentless,
    town_with,
)

TWIN: Final = {**MIRA, "id": "t-1", "nhs": "9990000018", "given": "Nina", "home": HIDDEN}
WHEREVER: Final = (
    *(NUMBERED, {**NUMBERED, "postcode": "ZE7 7ZZ"}, {**NUMBERED, "postcode": "AB1 2CD"}),
    {**NUMBERED, "postcode": "ZE1 0AA", "formerPostcodes": ["ZE7 7ZZ"]},
)


async def test_who_knows_name_birthday_and_home_is_told_of_the_child(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert answer.outcomes == dict.fromkeys(("spine", "health", "police"), "HAS_RECORD")


def test_a_namesake_who_is_called_so_in_part_is_not_asked_about_beside_the_child() -> None:
    agreed = ("birth_date", "family_name", "given_name")
    one, other = (Record(record_id=name, restricted=False) for name in ("hers", "part"))
    hers = Graded(one, Grade(MatchGrade.PROBABLE, agreed), tied=False)
    in_part = Graded(other, Grade(MatchGrade.PROBABLE, agreed[:2]), tied=False)
    assert home._likeliest((in_part, hers)) == [one]  # noqa: SLF001  whom the set is asked about
    assert home._likeliest((in_part,)) == [other]  # noqa: SLF001


def test_a_register_with_another_home_than_a_file_that_joined_is_asked_about() -> None:
    agreed = ("birth_date", "family_name", "given_name")
    record = Record(record_id="hers", restricted=False)
    moved, other = (
        Graded(record, Grade(MatchGrade.CERTAIN, agreed, (differed,)), tied=False)
        for differed in ("postcode", "sex")
    )
    assert home._likeliest((moved,)) == [record]  # noqa: SLF001  whom the set is asked about
    assert not home._likeliest((other,))  # noqa: SLF001


async def test_the_home_itself_is_sent_to_nobody(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        await asked.town.ask(HERS)
    assert not any(home in str(asked.queries) for home in ("ZE1 0AA", "ZE10AA"))
    assert asked.health.asked == [{"nhs": MIRA["nhs"]}]


async def test_without_the_home_she_is_not_certain_and_one_more_detail_is_asked_for(
    tmp_path: Path,
) -> None:
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask(UNTOLD, query=ASKS)
    tell, read = answer.child_answer["ask"]
    assert (tell["code"], read["code"]) == ("TELL_ONE_MORE", "READ_IT_AGAIN")
    assert {"nhs_number", "postcode"} < set(tell["details"])


async def test_of_a_restricted_child_every_guess_is_answered_alike(tmp_path: Path) -> None:
    told = []
    for at, guess in enumerate((*GUESSES, UNTOLD)):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with town_with(folder, health=(RESTRICTED,)) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)


async def test_while_one_of_the_set_is_silent_every_guess_is_answered_alike(
    tmp_path: Path,
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with town_with(folder, silent=True) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)


async def test_beside_her_sister_no_guess_tells_where_a_restricted_twin_lives(
    tmp_path: Path,
) -> None:
    """The police has no number of the twin's, so that nothing ties its file to her mark."""
    marked, unnumbered = {**TWIN, "restricted": "Y"}, {**TWIN, "nhs": None, "upn": None}
    told = []
    for at, guess in enumerate(WHEREVER):
        folder = tmp_path / str(at)
        folder.mkdir()
        held = {"spine": (MIRA, marked), "health": (marked,), "police": (unnumbered,)}
        async with town_with(folder, **held) as asked:
            answer = await asked.town.ask(guess)
            told.append((momentless(answer), asked.queries))
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert answer.outcomes["police"] == "AMBIGUOUS"
    assert all(each == told[0] for each in told)


async def test_nor_does_it_where_the_twins_record_is_chosen_as_hers(tmp_path: Path) -> None:
    unnumbered = {**TWIN, "nhs": None, "upn": None}
    reason = "I know the family: this is her record"
    async with town_with(tmp_path, health=(), police=(unnumbered,)) as asked:
        first = await asked.town.ask(NUMBERED, query=KEYS)
        (found,) = first.child_answer["unresolved"]
        chosen = {"chosen": [{"key": found["key"], "reason": reason}]}
        told = [await asked.town.ask({**guess, **chosen}, query=KEYS) for guess in WHEREVER]
    said = [answer.child_answer["unresolved"] for answer in told]
    assert {*found["agreed"], *found["differed"]}.isdisjoint({"postcode"})
    assert all(
        (c["agreed"], c["differed"]) == (found["agreed"], found["differed"]) for (c,) in said
    )


async def test_no_told_home_makes_a_cleared_child_doubtful(tmp_path: Path) -> None:
    """An authority proves by her NHS number that she is not there; the police has her UPN alone."""
    plain = {**MIRA, "upn": None}
    authority = {"by": (BY_NUMBER, BY_UPN), "claims": LOCAL | {Claim.SHIELD_AUTHORITY}}
    told = []
    for at, guess in enumerate(WHEREVER):
        folder = tmp_path / str(at)
        folder.mkdir()
        police = {**MIRA, "nhs": None, "home": HIDDEN}
        held: dict[str, Any] = {"spine": (plain,), "health": (), "police": (police,)}
        async with town_with(folder, as_health=authority, **held) as asked:
            told.append(await asked.town.ask(guess))
    assert {each.child_answer["child"]["restriction"] for each in told} == {"NONE_KNOWN"}


async def test_a_fourth_home_for_one_child_is_flagged_and_none_is_logged(tmp_path: Path) -> None:
    homes = ("AB1 2CD", "AB1 2CE", "AB1 2CE", "AB1 2CF", "AB1 2CG")
    async with town_with(tmp_path, health=(RESTRICTED,)) as asked:
        for home in homes:
            await asked.town.ask({**HERS, "postcode": home})
    entries = logged(tmp_path / "state")
    flagged = ["SEVERAL_HOMES" in e.get("risks", ()) for e in entries if e["kind"] == "INTENT"]
    assert flagged == [False, False, False, False, True]
    sent = {home.replace(" ", "") for home in homes}
    assert not any(home in str(entries) for home in sent.union(homes))


async def test_what_hangs_on_name_and_birthday_alone_waits_for_one_more_detail(
    tmp_path: Path,
) -> None:
    async with few(tmp_path) as town:
        first = await town.ask({**UNTOLD, "sex": "FEMALE"}, query=ASKS)
        again = await town.ask({**HERS, "sex": "FEMALE"}, query=ASKS)
    assert first.child_answer["child"] is None
    assert [need["code"] for need in first.child_answer["ask"]] == ["TELL_ONE_MORE"]
    assert again.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert again.child_answer["ask"] == []


@pytest.mark.parametrize("wrong", [{"givenNames": ["Mirra"]}, {"familyName": "Zzyzx"}])
async def test_a_slip_is_to_be_read_again_whether_somebody_is_near_or_nobody(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask({**HERS, **wrong}, query=ASKS)
    tell, read = answer.child_answer["ask"]
    assert answer.child_answer["child"] is None
    assert (tell["code"], read["code"]) == ("TELL_ONE_MORE", "READ_IT_AGAIN")
    assert tell["details"][:2] == ["nhs_number", "upn"]
    named = ["family_name", "given_name", "other_names"]
    assert read["details"] == ["birth_date", "postcode", *named]


async def test_what_is_asked_of_the_caller_is_logged_once(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        await asked.town.ask(UNTOLD)
    released = [e for e in logged(tmp_path / "state") if e["kind"] == "RELEASE"]
    asks = [e for e in released if e["detail"].endswith("TELL_ONE_MORE_READ_IT_AGAIN")]
    assert len(asks) == 1


async def test_a_child_whom_social_care_makes_certain_is_found_at_her_gp_by_the_told_home(
    tmp_path: Path,
) -> None:
    async with known_to_care(tmp_path) as (town, gp):
        answer = await town.ask({**HERS, "sex": "FEMALE"})
    assert gp.asked == [{"nhs": MIRA["nhs"]}]
    assert answer.outcomes["gp"] == "HAS_RECORD"


@pytest.mark.parametrize("told", [UNTOLD, {**HERS, "postcode": "AB1 2CD"}])
async def test_without_her_home_nobody_is_asked_by_a_number_that_may_be_a_namesakes(
    tmp_path: Path, told: Mapping[str, Any]
) -> None:
    async with known_to_care(tmp_path) as (town, gp):
        await town.ask({**told, "sex": "FEMALE"})
    assert gp.asked == []


ASKS: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    child { restriction }
    ask { code sentence details }
  }
}
"""
KEYS: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    child { restriction }
    unresolved { key agreed differed }
  }
}
"""
