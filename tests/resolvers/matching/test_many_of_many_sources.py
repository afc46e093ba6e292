"""Many sources may bring hundreds of records; what is held against each other does not square."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations, count
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching.contest import any_apart
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.calls import calls
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    KNOWN_IN_FULL,
)

FILES, FEW, MANY = 20, 3, 12
AT_HOME: Final = replace(KNOWN_IN_FULL, postcodes=frozenset({"AB1 2CD"}))
HOME: Final = (Address(("1 High Street",), "AB1 2CD"),)
NUMBERS: Final = st.frozensets(st.sampled_from("abcdef"), max_size=3)


def number_of_its_own(place: int) -> Record:
    return replace(AMARA, identifiers=(AMARA_NHS, Identifier(UPN, f"H{place:012}")))


def two_numbers(place: int) -> Record:
    own = (Identifier(NHS_NUMBER, f"{place + each:09}1") for each in (0, 1))
    return replace(AMARA, identifiers=tuple(own))


def number_of_a_stranger_too(place: int) -> Record:
    names = (Name(("Jordan",), "Mistry"),) if place % 2 else AMARA.names
    return replace(AMARA, names=names, addresses=HOME)


def another_day(place: int) -> Record:
    born = PartialDate(2013 + place % 5, 1 + place % 12, 1 + place % 28)
    return replace(AMARA, birth_date=born, sex=(Sex.FEMALE, Sex.MALE)[place % 2])


def held_by(sources: int, record_of: Callable[[int], Record]) -> dict[str, tuple[Record, ...]]:
    places = count()
    return {
        f"gp-{source}": tuple(
            replace(record_of(next(places)), record_id=str(file)) for file in range(FILES)
        )
        for source in range(sources)
    }


@pytest.mark.parametrize(
    "record_of", [number_of_its_own, two_numbers, number_of_a_stranger_too, another_day]
)
@pytest.mark.parametrize("reference", [KNOWN_BY_NUMBER, KNOWN_BY_NAME, AT_HOME])
def test_four_times_the_sources_cost_about_four_times_the_work(
    reference: Reference, record_of: Callable[[int], Record]
) -> None:
    held = [held_by(sources, record_of) for sources in (FEW, MANY)]
    few, many = (calls(partial(resolve, reference, each)) for each in held)
    assert many <= 6 * few


@pytest.mark.parametrize("own", [("hers", "hers"), ("hers", "another")])
def test_thousands_of_numbers_are_not_each_held_against_each(own: tuple[str, str]) -> None:
    numbers = [frozenset((own[place % 2], f"{place}")) for place in range(2000)]
    assert any_apart(numbers) is (own[0] != own[1])
    assert calls(lambda: any_apart(numbers)) < 10_000


@given(st.lists(NUMBERS, max_size=6))
def test_two_have_nothing_in_common_as_if_each_two_were_compared(
    numbers: list[frozenset[str]],
) -> None:
    said = [each for each in numbers if each]
    assert any_apart(numbers) == any(one.isdisjoint(other) for one, other in combinations(said, 2))
