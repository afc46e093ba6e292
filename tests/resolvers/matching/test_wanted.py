"""What would tell whose a record is: what it holds and nobody has said, in words and no value."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Carer, Record
from resolvers.matching.identify import grade
from resolvers.matching.reference import Reference, Surroundings
from tests.support.resolvers.people import AMARA, AMARA_UPN, KNOWN_BY_NAME, amara, born, named

PLAIN = replace(amara(), sex=None)
ONE_NAME = named(PLAIN, "Amara")


@pytest.mark.parametrize(
    ("record", "would_tell"),
    [
        (ONE_NAME, ()),
        (PLAIN, ("given_name",)),
        (replace(ONE_NAME, sex=Sex.FEMALE), ("sex",)),
        (replace(ONE_NAME, identifiers=(AMARA_UPN,)), ("upn",)),
        (replace(ONE_NAME, addresses=(Address(postcode="ZE1 0AA"),)), ()),
        (replace(ONE_NAME, birth_date=None), ()),
    ],
)
def test_what_a_record_holds_and_nobody_told_would_tell(
    record: Record, would_tell: tuple[str, ...]
) -> None:
    assert grade(KNOWN_BY_NAME, record).wanted == would_tell


def test_her_home_would_tell_once_she_is_cleared() -> None:
    at_home = replace(ONE_NAME, addresses=(Address(postcode="ZE1 0AA"),))
    cleared = replace(KNOWN_BY_NAME, postcodes=frozenset())
    assert grade(cleared, at_home).wanted == ("postcode",)


def test_a_carer_would_tell_once_she_is_cleared_and_none_was_told() -> None:
    with_mother = replace(ONE_NAME, carers=(Carer(name="Grace Obi"),))
    cleared = replace(KNOWN_BY_NAME, postcodes=frozenset())
    told = replace(cleared, surroundings=Surroundings(carers=("Ada Obi",)))
    assert grade(KNOWN_BY_NAME, with_mother).wanted == ()
    assert grade(cleared, with_mother).wanted == ("carers",)
    assert grade(told, with_mother).wanted == ()


def test_who_knows_a_year_or_an_initial_is_asked_for_the_rest() -> None:
    in_part = Reference(
        stated_names=named(AMARA, "A").names, stated_birth_date=PartialDate.parse("2015")
    )
    assert grade(in_part, ONE_NAME).wanted == ("birth_date", "given_name")
    assert grade(in_part, named(born(PLAIN, "2015"), "A")).wanted == ()
