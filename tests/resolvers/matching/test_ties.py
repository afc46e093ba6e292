"""Whom and what a child has around supports a record, once the child is cleared and not before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.record import Carer, GpPractice, Record, School
from resolvers.matching.grade import MatchGrade
from resolvers.matching.hypotheses import ALL_CHILDREN
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reference import Reference, Surroundings
from tests.support.resolvers.people import AMARA, AMARA_UPN, KNOWN_BY_NAME, named
from tests.support.resolvers.strategies import REFERENCES, WORLDS

KHAN = replace(
    named(replace(AMARA, identifiers=()), "Muhammad", family="Khan"),
    carers=(Carer(name="Mrs Shazia Khan", telephone="020 7946 0018"),),
    schools=(School(name="Elm Park Primary School", urn="100123"),),
    gp_practice=GpPractice(name="The Elms Surgery", ods_code="Z99999"),
)
KNOWN = replace(KNOWN_BY_NAME, sex=Sex.FEMALE, stated_names=KHAN.names)
CARER = Surroundings(carers=("Shazia Khan",))
TOLD = st.builds(
    Surroundings,
    carers=st.sampled_from([(), ("Shazia Khan",)]),
    schools=st.sampled_from([(), ("Elm Park",)]),
)


def knowing(told: Surroundings) -> Reference:
    return replace(KNOWN, stated_surroundings=told).located()


@pytest.mark.parametrize(
    ("told", "tie"),
    [
        (CARER, "carers"),
        (Surroundings(schools=("Elm Park Primary",)), "schools"),
        (Surroundings(telephones=("+44 20 7946 0018",)), "telephone"),
    ],
)
def test_a_carer_a_school_or_a_telephone_makes_a_common_name_certain(
    told: Surroundings, tie: str
) -> None:
    assert grade(KNOWN, KHAN, 60_000).grade is MatchGrade.PROBABLE
    found = grade(knowing(told), KHAN, 60_000)
    assert found.grade is MatchGrade.CERTAIN
    assert tie in found.agreed


def test_a_practice_agrees_and_is_no_tie_by_itself() -> None:
    told = Surroundings(gp_practices=("Z99999",))
    unsexed = replace(KHAN, sex=None)
    assert grade(knowing(told), unsexed, 900).grade is MatchGrade.PROBABLE
    assert "gp_practice" in grade(knowing(told), unsexed, 900).agreed
    assert grade(knowing(CARER), unsexed, 900).grade is MatchGrade.CERTAIN


def test_in_a_file_of_all_children_the_practice_is_a_tie() -> None:
    told = Surroundings(gp_practices=("Z99999",))
    assert grade(KNOWN, KHAN, ALL_CHILDREN).grade is MatchGrade.PROBABLE
    assert grade(knowing(told), KHAN, ALL_CHILDREN).grade is MatchGrade.CERTAIN


OF_MANY = replace(
    KHAN,
    carers=(Carer(name="Foster Carer", telephone="07000 000000"),),
    schools=(School(name="Home educated", urn="999999"),),
    gp_practice=GpPractice(name="No GP", ods_code="V81997"),
)


@pytest.mark.parametrize(
    "told",
    [
        Surroundings(carers=("Foster Carer",)),
        Surroundings(schools=("Home educated", "999999")),
        Surroundings(gp_practices=("V81997", "No GP")),
        Surroundings(telephones=("07000 000000",)),
    ],
)
def test_what_forms_say_of_many_children_makes_no_namesake_certain(told: Surroundings) -> None:
    assert grade(knowing(told), OF_MANY, ALL_CHILDREN) == grade(
        knowing(Surroundings()), OF_MANY, ALL_CHILDREN
    )


def test_another_carer_or_school_counts_for_nothing() -> None:
    other = Surroundings(carers=("Nadia Malik",), schools=("Oak Park",))
    held = replace(KHAN, identifiers=(AMARA_UPN,))
    assert grade(knowing(other), held, 900).grade is MatchGrade.CERTAIN
    assert grade(knowing(other), held, 900) == grade(knowing(Surroundings()), held, 900)


def test_no_tie_lifts_a_given_name_one_letter_off() -> None:
    twin = replace(KHAN, names=named(KHAN, "Muhamma", family="Khan").names)
    assert grade(knowing(CARER), twin, 900).grade is not MatchGrade.CERTAIN


@given(REFERENCES, WORLDS, TOLD)
def test_before_the_child_is_cleared_nothing_around_changes_a_grade(
    reference: Reference, world: dict[str, tuple[Record, ...]], told: Surroundings
) -> None:
    uncleared = replace(reference, postcodes=None)
    around = {
        source: tuple(replace(r, carers=KHAN.carers, schools=KHAN.schools) for r in records)
        for source, records in world.items()
    }
    bare = resolve(uncleared, world)
    tied = resolve(replace(uncleared, stated_surroundings=told), around)
    for source in world:
        assert [g.grade for g in bare.by_source[source]] == [
            g.grade for g in tied.by_source[source]
        ]
