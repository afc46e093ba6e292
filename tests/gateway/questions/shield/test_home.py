"""A nurse who knows a name, a birth date and a home, and no number, is told of the child."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    BY_UPN,
    LOCAL,
    MIRA,
    NATIONAL,
    AgencyServer,
    SourceFile,
    rest_source,
)
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import Answer, Town, small_town

MEMBER: Final = frozenset({Claim.SHIELD_SET, Claim.EFFECTS_NONE})
HERS: Final[Mapping[str, Any]] = {
    "givenNames": [MIRA["given"]],
    "familyName": MIRA["family"],
    "birthDate": MIRA["born"],
    "postcode": MIRA["home"]["postcode"],
}
UNTOLD: Final = {name: value for name, value in HERS.items() if name != "postcode"}
GUESSES: Final = (HERS, {**HERS, "postcode": "AB1 2CD"}, {**HERS, "carers": ["Ada Ashdown"]})
RESTRICTED: Final = {**MIRA, "restricted": "Y"}
NUMBERED: Final = {**UNTOLD, "nhsNumber": MIRA["nhs"]}
HIDDEN: Final = {"lines": ["1 Hiding Place"], "postcode": "ZE7 7ZZ"}
TWIN: Final = {**MIRA, "id": "t-1", "nhs": "9990000018", "given": "Nina", "home": HIDDEN}
WHEREVER: Final = (
    *(NUMBERED, {**NUMBERED, "postcode": "ZE7 7ZZ"}, {**NUMBERED, "postcode": "AB1 2CD"}),
    {**NUMBERED, "postcode": "ZE1 0AA", "formerPostcodes": ["ZE7 7ZZ"]},
)
BY_BOTH: Final = (BY_NUMBER, BY_NAME)
BY_NUMBER_ALONE: Final[Mapping[str, Any]] = {"by": (BY_NUMBER,), "claims": MEMBER}


@dataclass(frozen=True)
class Asked:
    """The town, and the three whom it asks."""

    town: Town
    spine: AgencyServer
    health: AgencyServer
    police: AgencyServer

    @property
    def queries(self) -> list[list[dict[str, str]]]:
        """What each was asked by."""
        return [each.asked for each in (self.spine, self.health, self.police)]


@asynccontextmanager
async def town_with(folder: Path, **held: Any) -> AsyncIterator[Asked]:
    """Demographics for all of England, child health that is asked by number alone, and a police."""
    servers = {
        name: AgencyServer(held.get(name, (MIRA,))) for name in ("spine", "health", "police")
    }
    async with AsyncExitStack() as stack:
        urls = {n: await stack.enter_async_context(serving(s.answer)) for n, s in servers.items()}
        if held.get("silent"):
            urls["health"] = "http://127.0.0.1:1"
        onward = ("identifiers", "names", "birth_date")
        claims, by = AUTHORITY | {Claim.POPULATION}, held.get("as_spine", BY_BOTH)
        spine = rest_source("spine", urls["spine"], by=by, claims=claims)
        sources = [
            spine.with_(onward=onward, where=f"{spine.where}\npopulation = 12000000"),
            rest_source("health", urls["health"], **held.get("as_health", BY_NUMBER_ALONE)),
            rest_source("police", urls["police"], by=(BY_NAME,)),
        ]
        yield Asked(
            await stack.enter_async_context(small_town(folder, sources)),
            **servers,
        )


def momentless(answer: Answer) -> Any:
    """All of the answer but its times and receipt."""
    rows = [
        {key: value for key, value in row.items() if key not in ("latencyMs", "asOf")}
        for row in answer.rows.values()
    ]
    return rows, {k: v for k, v in answer.child_answer.items() if k not in ("answers", "receipt")}


async def test_who_knows_name_birthday_and_home_is_told_of_the_child(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert answer.outcomes == dict.fromkeys(("spine", "health", "police"), "HAS_RECORD")


async def test_the_home_itself_is_sent_to_nobody(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        await asked.town.ask(HERS)
    assert "ZE1" not in str(asked.queries)
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
    assert "AB1" not in str(entries)


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
    assert read["details"] == ["birth_date", "family_name", "given_name"]


async def test_what_is_asked_of_the_caller_is_logged_once(tmp_path: Path) -> None:
    async with town_with(tmp_path) as asked:
        await asked.town.ask(UNTOLD)
    released = [e for e in logged(tmp_path / "state") if e["kind"] == "RELEASE"]
    asks = [e for e in released if e["detail"].endswith("TELL_ONE_MORE_READ_IT_AGAIN")]
    assert len(asks) == 1


@asynccontextmanager
async def few(folder: Path) -> AsyncIterator[Town]:
    """Demographics of a place so small that name, birthday and sex are enough for the score."""
    server = AgencyServer(({**MIRA, "sex": "female"},))
    async with serving(server.answer) as url:
        plain = rest_source("spine", url, by=(BY_NUMBER, BY_NAME))
        claims = AUTHORITY | {Claim.POPULATION}
        spine = plain.with_(
            claims=claims,
            operations=with_sex(plain).operations.replace(
                'record_id = "id"', 'record_id = "id"\n  ' + SAYS
            ),
            where=f"{plain.where}\npopulation = 900",
        )
        async with small_town(folder, [spine]) as town:
            yield town


@asynccontextmanager
async def known_to_care(folder: Path) -> AsyncIterator[tuple[Town, AgencyServer]]:
    """Demographics of all England, and a GP system that is asked by the NHS number alone.

    And a council's social care, so small that name, birthday and sex are enough for the score.
    """
    hers = {**MIRA, "sex": "female"}
    servers = {name: AgencyServer((hers,)) for name in ("spine", "care", "gp")}
    onward = ("identifiers", "names", "birth_date")
    async with AsyncExitStack() as stack:
        urls = {n: await stack.enter_async_context(serving(s.answer)) for n, s in servers.items()}
        by = (BY_NUMBER, BY_NAME)
        spine = rest_source("spine", urls["spine"], by=by, claims=AUTHORITY, onward=onward)
        claims = (AUTHORITY - {Claim.SPINE, Claim.NATIONAL}) | {Claim.POPULATION}
        care = rest_source("care", urls["care"], by=by, claims=claims, onward=onward)
        care = with_sex(care).with_(where=f"{care.where}\npopulation = 900")
        gp = rest_source("gp", urls["gp"], by=(BY_NUMBER,), claims=NATIONAL)
        yield (
            await stack.enter_async_context(small_town(folder, [spine, care, gp])),
            servers["gp"],
        )


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


def with_sex(file: SourceFile) -> SourceFile:
    """The same, which says the child's sex."""
    born = 'birth_date = "born"'
    return file.with_(operations=file.operations.replace(born, born + '\n  sex = "sex"'))


SAYS: Final = 'restricted = { path = "restricted", codes = "restricted" }'
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


TEACHES: Final = ("identifiers", "names", "birth_date")
COUNCIL: Final = LOCAL | {Claim.SHIELD_AUTHORITY}
WITHOUT_UPN: Final = {**MIRA, "upn": None}
TAUGHT_BY: Final = pytest.mark.parametrize("by", [BY_NUMBER, BY_NAME], ids=["by number", "by name"])


@asynccontextmanager
async def with_a_council(
    folder: Path,
    council: tuple[Mapping[str, Any], ...],
    by: tuple[str, str, bool],
    claims: frozenset[Claim] = COUNCIL,
) -> AsyncIterator[Asked]:
    """A register without pupil numbers, a council asked by both, and a school that teaches hers."""
    at_school = {**MIRA, "nhs": MIRA["nhs"] if by is BY_NUMBER else None}
    servers = [AgencyServer((WITHOUT_UPN,)), AgencyServer(council), AgencyServer((at_school,))]
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serving(one.answer)) for one in servers]
        sources = [
            rest_source("spine", urls[0], by=(BY_NUMBER, BY_NAME), claims=AUTHORITY),
            rest_source("council", urls[1], by=(BY_NUMBER, BY_UPN), claims=claims),
            rest_source("school", urls[2], by=(by,)).with_(onward=TEACHES),
        ]
        sources[0] = sources[0].with_(onward=TEACHES)
        town = await stack.enter_async_context(small_town(folder, sources))
        yield Asked(town, *servers)


@TAUGHT_BY
@pytest.mark.parametrize("council", [(), ({**RESTRICTED, "nhs": None},)], ids=["none", "hers"])
async def test_a_number_that_only_a_school_can_teach_keeps_the_home_from_deciding(
    tmp_path: Path, council: tuple[Mapping[str, Any], ...], by: tuple[str, str, bool]
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with with_a_council(folder, council, by, MEMBER) as asked:
            answer = await asked.town.ask({**guess, "sex": "FEMALE"})
            told.append((momentless(answer), asked.queries))
    assert all(each == told[0] for each in told)


async def test_a_council_that_proves_it_does_not_know_her_number_lets_the_home_decide(
    tmp_path: Path,
) -> None:
    async with with_a_council(tmp_path, (), BY_NUMBER) as asked:
        answer = await asked.town.ask({**HERS, "sex": "FEMALE"})
    assert answer.child_answer["child"]["restriction"] == "NONE_KNOWN"
    assert asked.health.asked[0] == {"nhs": MIRA["nhs"]}


@TAUGHT_BY
async def test_if_its_proof_was_wrong_and_it_restricts_her_every_guess_is_answered_alike(
    tmp_path: Path, by: tuple[str, str, bool]
) -> None:
    told = []
    for at, guess in enumerate(GUESSES):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with with_a_council(folder, ({**RESTRICTED, "nhs": None},), by) as asked:
            told.append(momentless(await asked.town.ask({**guess, "sex": "FEMALE"})))
    assert all(each == told[0] for each in told)


@pytest.mark.parametrize("known", [HERS, UNTOLD, NUMBERED])
async def test_a_second_file_of_her_number_is_looked_for_though_the_first_was_found_by_name(
    tmp_path: Path, known: Mapping[str, Any]
) -> None:
    second = {**RESTRICTED, "id": "second", "family": "Underhill"}
    council = {"by": (BY_NUMBER, BY_NAME), "claims": COUNCIL}
    held: Mapping[str, Any] = {"health": (MIRA, second), "as_health": council}
    async with town_with(tmp_path, **held) as asked:
        answer = await asked.town.ask({**known, "sex": "FEMALE"})
    assert answer.outcomes["police"] == "NOTHING_TO_SHARE"
    assert answer.child_answer["child"] is None or (
        answer.child_answer["child"]["restriction"] != "NONE_KNOWN"
    )


NAMESAKE: Final = {**MIRA, "id": "n-1", "nhs": "9990000018", "upn": None, "home": HIDDEN}


async def test_of_two_of_one_name_and_birthday_the_home_tells_which(tmp_path: Path) -> None:
    async with town_with(tmp_path, spine=(MIRA, NAMESAKE)) as asked:
        answer = await asked.town.ask(HERS)
    assert answer.child_answer["child"]["identifiers"][0]["value"] == MIRA["nhs"]
    assert [each["nhs"] for each in asked.health.asked] == [MIRA["nhs"], NAMESAKE["nhs"]]


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


@pytest.mark.parametrize("first", ["Bibi", "Ada"], ids=["shared by many", "her own"])
@pytest.mark.parametrize(
    ("home", "outcome"), [(HERS["postcode"], "HAS_RECORD"), ("ZE7 7ZZ", "AMBIGUOUS")]
)
async def test_a_register_that_has_her_under_her_second_name_finds_her_by_her_home(
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
        {"givenNames": ["Ada", MIRA["given"]]},
    ],
    ids=["a part of the surname", "the father's name", "a part of the given name"],
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
