"""Many sources may bring hundreds of records; what is held against each other does not square."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from itertools import combinations, count
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching import contest, identify
from resolvers.matching.by_kind import crowd
from resolvers.matching.contest import any_apart
from resolvers.matching.details import Details
from resolvers.matching.evidence import weigh
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
LETTERS: Final = "abcdefghijklmn"
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


SLIPS: Final = ((3, 8), (3, 19), (3, 29), (9, 3))


def slip_of_its_own(place: int) -> Record:
    """Her number, with a surname and a birth date that no other source has so."""
    family = f"O'Bri{LETTERS[place % 14]}{LETTERS[place // 14 % 14]}n"
    month, day = SLIPS[place % 4]
    return replace(
        AMARA, names=(Name(("Amara",), family),), birth_date=PartialDate(2015, month, day)
    )


def each_in_its_own_way(sources: int) -> dict[str, tuple[Record, ...]]:
    return {f"gp-{place}": (slip_of_its_own(place),) for place in range(sources)}


def persons_compared(sources: int, patch: pytest.MonkeyPatch) -> int:
    """How often one person is held against another, for so many sources."""
    compared, differ = count(), contest.differ_as_people

    def counted(*of: Any) -> bool:
        next(compared)
        return differ(*of)

    patch.setattr(identify, "differ_as_people", counted)
    resolve(KNOWN_BY_NUMBER, each_in_its_own_way(sources))
    return next(compared)


def test_hundreds_of_sources_that_each_misspell_her_otherwise_are_not_all_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = 2 * crowd.MOST_PERSONS
    assert persons_compared(many, monkeypatch) < 1_000
    monkeypatch.setattr(identify, "persons_beyond", lambda _: frozenset())  # a planted fault
    assert persons_compared(many, monkeypatch) > 5_000


def test_who_says_her_as_others_do_is_believed_beside_those_that_each_misspell_her() -> None:
    many = crowd.MOST_PERSONS + 20
    alike = {f"school-{place}": (AMARA,) for place in range(3)}
    found = resolve(KNOWN_BY_NUMBER, alike | each_in_its_own_way(many))
    assert all(found.certain(source) for source in alike)
    assert not any(found.certain(source) for source in each_in_its_own_way(many))


CALLED: Final = ("amara", "amara rose", "a", "rose", "zoe")
GIVENS: Final = st.frozensets(st.sampled_from(CALLED), max_size=2)
FAMILIES: Final = st.frozensets(st.sampled_from(("obrien", "obriem", "khan", "amara")), max_size=2)
BORN: Final = st.frozensets(
    st.sampled_from((PartialDate(2015, 3, 9), PartialDate(2015, 9, 3), PartialDate(2011, 5, 1))),
    max_size=1,
)
PERSONS: Final = st.builds(
    partial(replace, Details.of_record("gp", AMARA)),
    givens=GIVENS,
    families=FAMILIES,
    birth_dates=BORN,
    estimates=BORN,
    sex=st.sampled_from((*Sex, None)),
)


@given(PERSONS, PERSONS)
def test_who_is_called_alike_differs_as_a_person_where_all_of_both_is_weighed_so(
    one: Details, other: Details
) -> None:
    weighed = weigh(one, other).contradicted or weigh(other, one).contradicted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contest, "_called_alike", lambda *_: False)
        assert contest.differ_as_people(one, other) == weighed
    assert contest.differ_as_people(one, other) == weighed


def two_of_three_and_one_more(sets: int) -> list[frozenset[str]]:
    """Sets of which each two share something, and all together nothing."""
    three = ("ab", "bc", "ac")
    return [frozenset((*three[place % 3], f"{place // 2}")) for place in range(sets)]


def test_numbers_that_each_two_of_thousands_share_are_not_each_held_against_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert any_apart(two_of_three_and_one_more(30)) is False
    crowded = two_of_three_and_one_more(400)
    assert any_apart(crowded) is True
    assert calls(lambda: any_apart(crowded)) < 10_000
    monkeypatch.setattr(contest, "MOST_WAYS", 1 << 30)  # a planted fault
    assert calls(lambda: any_apart(crowded)) > 10_000


def test_of_records_that_clash_one_after_the_other_without_end_none_joins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = count()

    def one_more(members: Collection[tuple[str, int]], *_: object) -> frozenset[tuple[str, int]]:
        next(rounds)
        return frozenset(sorted(members)[:1])

    monkeypatch.setattr(identify, "_clashing", one_more)
    held = {f"gp-{place}": (AMARA,) for place in range(200)}
    found = resolve(KNOWN_BY_NUMBER, held)
    assert not any(found.certain(source) for source in held)
    assert next(rounds) <= 20
