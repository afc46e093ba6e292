"""Twins whose names are short for one name, and the pet names that are really a child's own.

NHS demographics has one record, at exactly the told home. It is her own under another form of her
name, or her twin's while she is held nowhere.
"""

from itertools import combinations
from typing import Final

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.given_names import compare_given_names
from resolvers.comparison.nicknames import GROUPS, stands_for
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference

BORN: Final = PartialDate.parse("2014-05-17")
HOME: Final = "XX1 2YY"
TWINS: Final = (
    *(("Alfie", "Freddie"), ("Ellie", "Nora"), ("Theo", "Teddy"), ("Molly", "Polly")),
    *(("Elsie", "Betty"), ("Maisie", "Greta"), ("Edward", "Edmund"), ("Sean", "Shane")),
    *(("Ella", "Isabella"), ("Ella", "Gabriella"), ("Natalie", "Natasha"), ("Luke", "Luca")),
)
ONE_CHILD: Final = (
    *(("Freddie", "Frederick"), ("Nora", "Eleanor"), ("Teddy", "Theodore"), ("Bella", "Isabella")),
    *(("Libby", "Elizabeth"), ("Katie", "Katherine"), ("Lexi", "Alexandra"), ("Shaun", "Sean")),
    *(("Ayesha", "Aisha"), ("Gosia", "Malgorzata"), ("Seun", "Oluwaseun"), ("Steve", "Steven")),
)


def grade_of(told: str, held: str) -> MatchGrade:
    """The grade of the one record of NHS demographics, which says `held` for the told name."""
    known = Reference(
        names=(Name((told,), "Marlowe"),),
        stated_names=(Name((told,), "Marlowe"),),
        stated_birth_date=BORN,
        sex=Sex.FEMALE,
        stated_postcodes=frozenset({HOME}),
    ).located()
    record = Record(
        record_id="1",
        identifiers=(Identifier(NHS_NUMBER, "9990000018"),),
        names=(Name((held,), "Marlowe"),),
        birth_date=BORN,
        sex=Sex.FEMALE,
        addresses=(Address(postcode=HOME),),
    )
    found = resolve(known, {"pds": (record,)}, populations={"pds": 12_000_000})
    return next((g.grade.grade for g in found.by_source["pds"]), MatchGrade.CERTAINLY_NOT)


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_a_twin_is_not_the_child_because_both_names_are_short_for_one(one: str, other: str) -> None:
    grades = {grade_of(one, other), grade_of(other, one)}
    assert grades <= {MatchGrade.PROBABLE, MatchGrade.POSSIBLE}


@pytest.mark.parametrize(("short", "full"), ONE_CHILD)
def test_a_child_told_by_a_pet_name_is_found_by_her_name_in_full(short: str, full: str) -> None:
    assert {grade_of(short, full), grade_of(full, short)} == {MatchGrade.CERTAIN}


def test_no_two_pet_names_of_one_name_are_another_form_of_each_other() -> None:
    pairs = {tuple(sorted(pair)) for group in GROUPS for pair in combinations(group, 2)}
    apart = {pair for pair in pairs if not stands_for(*pair)}
    assert len(apart) > len(pairs) / 4
    forms = {pair for pair in apart if compare_given_names(*pair) is Agreement.FORM}
    assert forms == set()
