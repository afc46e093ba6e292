"""Of several of one name and birthday, and of names in other forms, the home tells which."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from tests.support.agencies import (
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
)
from tests.support.gateway.told_homes import (
    BY_BOTH,
    GUESSES,
    HERS,
    HIDDEN,
    MEMBER,
    RESTRICTED,
    WITHOUT_UPN,
    momentless,
    town_with,
)

NAMESAKE: Final = {**MIRA, "id": "n-1", "nhs": "9990000018", "upn": None, "home": HIDDEN}


async def test_of_two_of_one_name_and_birthday_the_home_tells_which(tmp_path: Path) -> None:
    async with town_with(tmp_path, spine=(MIRA, NAMESAKE)) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.child_answer["child"]["identifiers"][0]["value"] == MIRA["nhs"]
    assert [each["nhs"] for each in asked.health.asked] == [MIRA["nhs"], NAMESAKE["nhs"]]


UNNUMBERED_HERS: Final = {**MIRA, "nhs": None, "upn": None}
UNNUMBERED_NAMESAKES: Final = {**UNNUMBERED_HERS, "id": "n-2", "home": HIDDEN}


BOTH: Final[Mapping[str, Any]] = {"by": BY_BOTH, "claims": MEMBER}
NEAR: Final = {**HIDDEN, "postcode": "ZE1 0AB"}


@pytest.mark.parametrize(
    ("file", "outcome"),
    [(UNNUMBERED_HERS, "HAS_RECORD"), (UNNUMBERED_NAMESAKES, "AMBIGUOUS")],
    ids=["hers", "the namesake's"],
)
async def test_beside_a_namesake_who_lives_elsewhere_a_file_at_her_home_is_hers(
    tmp_path: Path, file: Mapping[str, Any], outcome: str
) -> None:
    register = (MIRA, NAMESAKE)
    async with town_with(tmp_path, spine=register, police=(file,), as_health=BOTH) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.outcomes["police"] == outcome


@pytest.mark.parametrize(
    ("lives", "outcome"), [(HIDDEN, "HAS_RECORD"), (NEAR, "AMBIGUOUS"), ({}, "AMBIGUOUS")]
)
async def test_so_it_is_beside_one_whom_a_second_look_finds_and_not_of_one_who_lives_near(
    tmp_path: Path, lives: Mapping[str, Any], outcome: str
) -> None:
    held = {"spine": (MIRA, {**NAMESAKE, "home": lives}), "police": (UNNUMBERED_HERS,)}
    async with town_with(tmp_path, as_health=BOTH, **held) as asked:
        answer = await asked.town.ask({**HERS, "nhsNumber": MIRA["nhs"]})
    assert answer.outcomes["police"] == outcome


async def test_no_other_agency_is_told_the_namesakes_number(tmp_path: Path) -> None:
    async with town_with(tmp_path, spine=(MIRA, NAMESAKE)) as asked:
        await asked.town.ask(HERS)
    assert NAMESAKE["nhs"] not in str(asked.police.asked)


@pytest.mark.parametrize("whose", [MIRA, NAMESAKE])
async def test_if_one_of_the_two_is_restricted_every_guess_is_answered_alike(
    tmp_path: Path, whose: Mapping[str, Any]
) -> None:
    told = []
    for at, guess in enumerate((*GUESSES, {**HERS, "postcode": "ZE7 7ZZ"})):
        folder = tmp_path / str(at)
        folder.mkdir()
        held = {"spine": (MIRA, NAMESAKE), "health": ({**whose, "restricted": "Y"},)}
        async with town_with(folder, **held) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)


async def test_four_of_one_name_and_birthday_are_too_many_to_ask_about(tmp_path: Path) -> None:
    numbers = ("9990000018", "9990000026", "9990000034")
    others = [{**NAMESAKE, "id": number, "nhs": number} for number in numbers]
    async with town_with(tmp_path, spine=(MIRA, *others)) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.child_answer["child"] is None
    assert asked.health.asked == []


BY_GIVEN_NAME: Final = (
    "by-name",
    'given = "{given_name}", family = "{family_name}", born = "{birth_date}"',
    False,
)


@pytest.mark.parametrize(
    ("first", "home", "outcome"),
    [
        ("Bibi", HERS["postcode"], "HAS_RECORD"),
        ("Bibi", "ZE7 7ZZ", "AMBIGUOUS"),
        ("Ada", HERS["postcode"], "AMBIGUOUS"),
    ],
    ids=["shared by many", "at another home", "her own, so that it may be her twin's"],
)
async def test_a_register_that_has_her_behind_a_shared_first_name_finds_her_by_her_home(
    tmp_path: Path, first: str, home: str, outcome: str
) -> None:
    known = {**HERS, "givenNames": [first, MIRA["given"]], "postcode": home}
    async with town_with(tmp_path, as_spine=(BY_NUMBER, BY_GIVEN_NAME)) as asked:
        answer = await asked.town.ask(known)
    assert [each["given"] for each in asked.spine.asked][:2] == [first, MIRA["given"]]
    assert answer.outcomes["spine"] == outcome


async def test_a_register_that_has_her_fathers_name_last_finds_her_by_her_home(
    tmp_path: Path,
) -> None:
    """Told by three names of which the register has two: the shield set is asked about her too."""
    chained = {**HERS, "givenNames": [MIRA["given"], MIRA["family"]], "familyName": "Tesfay"}
    told: list[tuple[str, int]] = []
    for home in (HERS["postcode"], "ZE7 7ZZ"):
        folder = tmp_path / str(len(told))
        folder.mkdir()
        async with town_with(folder, as_spine=(BY_NUMBER, BY_GIVEN_NAME)) as asked:
            answer = await asked.town.ask({**chained, "postcode": home})
        names = [(each["given"], each["family"]) for each in asked.spine.asked]
        assert names[2] == (MIRA["given"], MIRA["family"])
        told.append((answer.outcomes["spine"], len(asked.health.asked)))
    assert [outcome for outcome, _ in told] == ["HAS_RECORD", "AMBIGUOUS"]
    assert told[0][1] > 0


async def test_a_register_that_has_one_of_her_two_surnames_is_searched_by_each(
    tmp_path: Path,
) -> None:
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask({**HERS, "familyName": f"Pryce {MIRA['family']}"})
    tried = [each["family"] for each in asked.spine.asked if "family" in each]
    assert tried == [f"Pryce {MIRA['family']}", "Pryce", MIRA["family"]]
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"


@pytest.mark.parametrize(
    "names",
    [
        {"familyName": f"Pryce {MIRA['family']}"},
        {"givenNames": [MIRA["given"], MIRA["family"]], "familyName": "Tesfay"},
        {"givenNames": ["Bibi", MIRA["given"]]},
        {"givenNames": ["Ada", MIRA["given"]]},
    ],
    ids=["a part of the surname", "the father's name", "behind a shared name", "a further name"],
)
async def test_and_if_she_is_restricted_every_guess_is_answered_alike(
    tmp_path: Path, names: dict[str, Any]
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        by_given_name = {"as_spine": (BY_NUMBER, BY_GIVEN_NAME), "health": (RESTRICTED,)}
        async with town_with(folder, **by_given_name) as asked:
            told.append((momentless(await asked.town.ask({**guess, **names})), asked.queries))
    assert all(each == told[0] for each in told)


async def test_two_given_names_of_which_the_first_is_half_a_name_are_tried_as_one(
    tmp_path: Path,
) -> None:
    joined = {**MIRA, "given": "Ka Yan"}
    known = {**HERS, "givenNames": ["Ka", "Yan"]}
    by_given_name = {"as_spine": (BY_NUMBER, BY_GIVEN_NAME), "health": (joined,)}
    async with town_with(tmp_path, spine=(joined,), **by_given_name) as asked:
        answer = await asked.town.ask(known)
    assert [each["given"] for each in asked.spine.asked] == ["Ka", "Yan", "Ka Yan"]
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"


async def test_at_most_three_other_forms_are_tried(tmp_path: Path) -> None:
    known = {**HERS, "givenNames": ["Ada", "Bea", "Cleo", "Dot", MIRA["given"]]}
    async with town_with(tmp_path, as_spine=(BY_NUMBER, BY_GIVEN_NAME)) as asked:
        await asked.town.ask(known)
    assert [each["given"] for each in asked.spine.asked] == ["Ada", "Bea", "Cleo", "Dot"]


async def test_and_under_a_surname_that_the_caller_told_as_another(tmp_path: Path) -> None:
    other = {"givenNames": [MIRA["given"]], "familyName": MIRA["family"]}
    known = {**HERS, "familyName": "Underhill", "otherNames": [other]}
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask(known)
    assert [each["family"] for each in asked.spine.asked] == ["Underhill", MIRA["family"]]
    assert [each["family"] for each in asked.police.asked] == ["Underhill"]
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"


SECOND: Final = {**NAMESAKE, "id": "n-2", "family": "Underhill", "restricted": "Y"}
UNNUMBERED: Final = {**MIRA, "nhs": None, "upn": None}
OTHERWISE: Final = {**NAMESAKE, "nhs": None, "upn": "X801200001002"}


@pytest.mark.parametrize(
    ("register", "member", "by"),
    [
        ((UNNUMBERED, NAMESAKE), (NAMESAKE, SECOND), BY_BOTH),
        (
            ({**MIRA, "upn": None}, OTHERWISE),
            ({**OTHERWISE, "restricted": "Y"},),
            (BY_NUMBER, BY_UPN),
        ),
    ],
    ids=["one has no number", "each has one of another kind"],
)
async def test_unless_both_can_be_asked_about_no_home_decides(
    tmp_path: Path, register: Any, member: Any, by: Any
) -> None:
    told = []
    for at, guess in enumerate((*GUESSES, {**HERS, "postcode": "ZE7 7ZZ"})):
        folder = tmp_path / str(at)
        folder.mkdir()
        as_health = {"by": by, "claims": MEMBER}
        async with town_with(folder, spine=register, health=member, as_health=as_health) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)


async def test_nor_where_another_authority_has_a_namesake_alone(tmp_path: Path) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        by_name = {"by": (BY_NUMBER, BY_NAME), "claims": LOCAL | {Claim.SHIELD_AUTHORITY}}
        async with town_with(folder, health=(NAMESAKE,), as_health=by_name) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)


async def test_nor_where_a_members_own_file_has_a_number_that_it_was_not_asked_by(
    tmp_path: Path,
) -> None:
    second = {**RESTRICTED, "id": "second", "nhs": None, "family": "Underhill"}
    as_health = {"by": (BY_NUMBER, BY_UPN, BY_NAME), "claims": MEMBER}
    held: Mapping[str, Any] = {"spine": (WITHOUT_UPN,), "health": (MIRA, second)}
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with town_with(folder, as_health=as_health, **held) as asked:
            told.append((momentless(await asked.town.ask(guess)), asked.queries))
    assert all(each == told[0] for each in told)
