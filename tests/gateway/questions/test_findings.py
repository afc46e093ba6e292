"""Who the answers make the child, and what of a caller's details may count towards it."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Claim, Sex
from adapters.contract.contract import Question, Records, Reply
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber, Postcode
from adapters.contract.record import Address, Identifier, Name, Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.model.inquiry import Known
from gateway.questions.findings import Findings, find, stated_reference
from gateway.questions.resolver import Resolver
from resolvers.child.child import Restriction
from tests.support.agencies import AUTHORITY, LOCAL, MIRA
from tests.support.plain_sources import file_of, record, registered

HOME = "ZE1 0AA"
KNOWN = Known(
    nhs_number=NhsNumber(MIRA["nhs"]),
    given_names=(MIRA["given"],),
    family_name=MIRA["family"],
    birth_date=PartialDate.parse(MIRA["born"]),
)
HERS = replace(record(), sex=Sex.FEMALE)
UNNUMBERED = replace(HERS, identifiers=(), addresses=(Address(postcode=HOME),))


async def nobody_asks(_: Question) -> Reply:
    raise AssertionError


def source(name: str, claims: frozenset[Claim]) -> RegisteredSource:
    return registered(file_of(name, claims=claims), nobody_asks)


SOURCES = {"spine": source("spine", AUTHORITY), "police": source("police", LOCAL)}


def found(
    known: Known,
    spine: Record,
    *police: Record,
    says: str = "",
    granted: frozenset[Claim] = frozenset(),
) -> Findings:
    """What is found where the police's manifest `says` more, of which this is `granted`."""
    file = file_of("police", claims=LOCAL | granted)
    here = registered(file.with_(where=f"{file.where}\n{says}"), nobody_asks)
    sources = SOURCES | {"police": here}
    answers = {
        "spine": SourceAnswer("spine", Records((spine,)), by_identifier={NHS_NUMBER: MIRA["nhs"]}),
        "police": SourceAnswer("police", Records(police)),
    }
    return find(stated_reference(known, sources.values()), answers, Resolver(sources))


def living_at(postcode: str | None) -> Known:
    return replace(KNOWN, postcode=Postcode.parse(postcode) if postcode else None)


def test_a_cleared_childs_home_counts_towards_a_record_without_a_number() -> None:
    plain = replace(UNNUMBERED, sex=None)
    findings = found(living_at(HOME), HERS, plain)
    assert findings.restriction is Restriction.NONE_KNOWN
    assert findings.resolution.certain("police") == (plain,)
    assert not found(living_at("AB1 2CD"), HERS, plain).resolution.certain("police")


def test_before_a_child_is_cleared_every_guess_of_her_home_finds_the_same() -> None:
    for spine in (replace(HERS, restricted=True), replace(HERS, restricted=None)):
        here, there, nowhere = (
            found(living_at(home), spine, UNNUMBERED) for home in (HOME, "AB1 2CD", None)
        )
        assert here == there == nowhere
        assert not here.resolution.certain("police")


def test_the_sex_that_the_identity_source_says_is_known_of_the_child() -> None:
    brother = replace(UNNUMBERED, sex=Sex.MALE, names=(Name(("M",), MIRA["family"]),))
    graded = found(KNOWN, HERS, brother).resolution.by_source["police"]
    assert graded[0].grade.differed == ("sex",)


def test_a_birth_date_that_the_identity_source_guesses_is_no_whole_day() -> None:
    known = replace(KNOWN, birth_date=None)
    guessed = replace(HERS, birth_date_estimated=True)
    graded = found(known, guessed, UNNUMBERED).resolution.by_source["police"]
    assert "birth_date" not in graded[0].grade.agreed
    assert (
        "birth_date"
        in found(known, HERS, UNNUMBERED).resolution.by_source["police"][0].grade.agreed
    )


def test_among_few_children_a_name_and_a_birth_date_say_more_once_the_operator_believes_it() -> (
    None
):
    names = ("Olivia", "Rose")
    known = replace(KNOWN, given_names=names, family_name="Khan")
    hers, file = (replace(each, names=(Name(names, "Khan"),)) for each in (HERS, UNNUMBERED))
    few = "population = 4000"
    granted = frozenset({Claim.POPULATION})
    assert not found(known, hers, file, says=few).resolution.certain("police")
    believed = found(known, hers, file, says=few, granted=granted)
    assert believed.resolution.certain("police") == (file,)


def test_two_records_of_one_source_are_both_hers_only_where_duplicates_are_granted() -> None:
    known, older = living_at(HOME), Address(postcode="AB1 2CD", current=False)
    homes = (*UNNUMBERED.addresses, older)
    twice = (UNNUMBERED, replace(UNNUMBERED, record_id="p-2", addresses=homes))
    says = "population = 4000\nduplicates = true"
    few, both = frozenset({Claim.POPULATION}), frozenset({Claim.POPULATION, Claim.DUPLICATES})
    assert not found(known, HERS, *twice, says=says, granted=few).resolution.certain("police")
    repeating = found(known, HERS, *twice, says=says, granted=both)
    assert repeating.resolution.certain("police") == twice


def without_the_rest(whole: bool) -> Findings:  # noqa: FBT001 - the two cases
    answers = {
        "spine": SourceAnswer("spine", Records((HERS,)), by_identifier={NHS_NUMBER: MIRA["nhs"]}),
        "police": SourceAnswer("police", Records((UNNUMBERED,), whole=whole)),
    }
    known = living_at(HOME)
    return find(stated_reference(known, SOURCES.values()), answers, Resolver(SOURCES))


def test_a_namesake_may_stand_on_a_page_that_was_not_read() -> None:
    assert without_the_rest(whole=True).resolution.certain("police")
    assert not without_the_rest(whole=False).resolution.certain("police")


def test_a_number_makes_a_record_hers_though_a_page_was_not_read() -> None:
    answers = {"spine": SourceAnswer("spine", Records((HERS,), whole=False))}
    found_so = find(stated_reference(KNOWN, SOURCES.values()), answers, Resolver(SOURCES))
    assert found_so.resolution.certain("spine")


def test_an_authority_that_was_not_read_to_its_end_clears_nobody() -> None:
    unread = SourceAnswer(
        "spine", Records((HERS,), whole=False), by_identifier={NHS_NUMBER: MIRA["nhs"]}
    )
    found_so = find(stated_reference(KNOWN, SOURCES.values()), {"spine": unread}, Resolver(SOURCES))
    assert found_so.restriction is Restriction.UNKNOWN


def at_school(known: Known, *, home: str | None) -> Findings:
    """What is found where a school census has only a pupil of her name, birthday and sex."""
    file = file_of("census", claims=frozenset({Claim.SPINE, Claim.POPULATION}))
    census = registered(file.with_(where=f"{file.where}\npopulation = 900"), nobody_asks)
    sources = {"spine": SOURCES["spine"], "census": census}
    hers = replace(record(upn=False), sex=Sex.FEMALE, addresses=(Address(postcode=HOME),))
    pupil = replace(hers, record_id="pupil-1", identifiers=(Identifier(UPN, MIRA["upn"]),))
    held = replace(pupil, addresses=(Address(postcode=home),) if home else ())
    answers = {
        "spine": SourceAnswer("spine", Records((hers,)), by_identifier={NHS_NUMBER: MIRA["nhs"]}),
        "census": SourceAnswer("census", Records((held,))),
    }
    return find(stated_reference(known, sources.values()), answers, Resolver(sources))


@pytest.mark.parametrize("home", ["AB1 2CD", None])
def test_a_pupil_of_her_name_and_birthday_who_lives_elsewhere_teaches_no_number(
    home: str | None,
) -> None:
    findings = at_school(living_at(HOME), home=home)
    assert findings.resolution.certain("spine")
    assert not findings.resolution.certain("census")
    assert {number.scheme for number in findings.certain_identifiers} == {NHS_NUMBER}


def test_a_pupil_of_her_name_and_birthday_at_her_home_is_her() -> None:
    findings = at_school(living_at(HOME), home=HOME)
    assert findings.resolution.certain("census")
    assert {number.scheme for number in findings.certain_identifiers} == {NHS_NUMBER, UPN}
