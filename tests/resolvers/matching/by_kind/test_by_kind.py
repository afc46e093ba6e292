"""Records that say the same of a child are weighed once, and nobody sees the difference."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, TypeVar

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Carer, Identifier, Name, Record
from resolvers.matching import details
from resolvers.matching.by_kind import by_kind
from resolvers.matching.by_kind.by_kind import resolved_by_kind
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference, Surroundings, named_record
from tests.support.resolvers.people import (
    AMARA,
    AMARA_NHS,
    AMARA_UPN,
    BORN,
    KNOWN_BY_NAME,
    KNOWN_BY_NUMBER,
    TWIN_NHS,
    TWIN_UPN,
)
from tests.support.samples import examples

World = dict[str, tuple[Record, ...]]
T = TypeVar("T")
SOURCES: Final = tuple(f"agency-{number}" for number in range(7))
POPULATIONS: Final[dict[str, int | None]] = {SOURCES[0]: 900, SOURCES[1]: 12_000_000}
NAMES: Final = (
    *(Name(("Amara", "Rose"), "O'Brien"), Name(("AMARA",), "OBrien"), Name(("Amara",), "Adeyemi")),
    *(Name(("Amara", "Rose"), "Adeyemi"), Name(("Amara", "Rose"), None)),
    *(Name(("Amara", "Lily"), "O'Brien"), Name(("Amira",), "O'Brien"), Name(("Chidi",), "O'Brien")),
    *(Name((), "O'Brien"), Name(("Rose", "Amara"), "O'Brien")),
)
MARKS: Final = (False, None, True)
DAYS: Final = tuple(map(PartialDate.parse, ("2015-03-09", "2015-09-03", "2015", "2012-11-27")))
PLACES: Final = ((Address(postcode="XX1 2YY"),), (), (Address(postcode="XX1 2YZ"),))


def mostly(chance: Random, usual: T, *others: T) -> T:
    """The usual value in nine of ten, else any."""
    return usual if chance.random() < 0.9 else chance.choice((usual, *others))


def record_of(chance: Random) -> Record:
    """A record as one of many agencies holds her, seldom of somebody else."""
    numbers = mostly(chance, (AMARA_NHS,), (), (TWIN_NHS,), (AMARA_NHS, TWIN_NHS))
    carer = Carer("Ngozi Okafor", telephone="01632 960001")
    return Record(
        record_id=chance.choice([None, "1", "2"]),
        identifiers=(*numbers, *mostly(chance, (), (AMARA_UPN,), (TWIN_UPN,))),
        names=(mostly(chance, *NAMES),),
        birth_date=mostly(chance, BORN, None, *DAYS),
        birth_date_estimated=chance.random() < 0.05,
        sex=mostly(chance, Sex.FEMALE, None, Sex.MALE),
        restricted=mostly(chance, *MARKS),
        addresses=mostly(chance, *PLACES),
        carers=mostly(chance, (), (carer,)),
    )


def world_of(chance: Random) -> World:
    """What up to seven agencies hold; in one of five worlds one holds two records."""
    world: World = {source: (record_of(chance),) for source in SOURCES[: chance.randint(1, 7)]}
    if chance.random() < 0.2:
        world[SOURCES[0]] = (*world[SOURCES[0]], record_of(chance))
    if chance.random() < 0.2:
        world["empty"] = ()
    return world


def reference_of(chance: Random) -> Reference:
    """What a caller told of her, and what identity sources may have added."""
    told = Surroundings(carers=("Ngozi Okafor",))
    hers = frozenset({AMARA_NHS})
    named = hers | {named_record(SOURCES[0], "1")}
    nobody = frozenset[Identifier]()
    return Reference(
        identifiers=mostly(chance, hers, named, nobody, frozenset({AMARA_UPN})),
        names=mostly(chance, (), (NAMES[0], NAMES[2])),
        birth_dates=frozenset(chance.sample(DAYS, chance.randint(0, 1))),
        sex=chance.choice((None, Sex.FEMALE)),
        stated_names=mostly(chance, (NAMES[1],), (), NAMES[:1], NAMES[5:6], NAMES[7:8]),
        stated_birth_date=mostly(chance, BORN, None, *DAYS),
        postcodes=chance.choice((None, frozenset[str](), frozenset({"XX1 2YY"}))),
        of_others=mostly(chance, nobody, frozenset({TWIN_NHS}), frozenset({AMARA_UPN})),
        surroundings=chance.choice((None, told)),
    )


def differing(worlds: int) -> Iterator[World]:
    """The worlds among so many in which the short way finds otherwise than the rounds do."""
    chance = Random(1)  # noqa: S311  no secret
    for _ in range(worlds):
        reference, world = reference_of(chance), world_of(chance)
        twice = frozenset(chance.sample(SOURCES, 2))
        ask = partial(resolve, populations=POPULATIONS, duplicates=twice, cut=twice)
        if ask(reference, world, read=ReadOnce()) != ask(reference, world):
            yield world


def test_a_child_is_found_by_kinds_as_by_rounds() -> None:
    assert list(differing(examples(500))) == []


def test_a_good_part_of_these_children_is_found_by_kinds() -> None:
    chance = Random(2)  # noqa: S311  no secret
    worlds = [(reference_of(chance), world_of(chance)) for _ in range(100)]
    short = [resolved_by_kind(r, w, POPULATIONS, ReadOnce()) for r, w in worlds]
    assert sum(found is not None for found in short) > 20


def leaving_out(place: int) -> Callable[[Details, Record], object]:
    """A kind that leaves out one of what is weighed."""
    kind_of = details.kind_of

    def kind_without(held: Details, record: Record) -> object:
        every = kind_of(held, record)
        assert isinstance(every, tuple)
        return every[:place] + every[place + 1 :]

    return kind_without


@pytest.mark.parametrize("place", range(7))
def test_the_law_finds_details_taken_from_a_record_that_says_otherwise(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said_by = details.said_by

    def said_without(record: Record) -> Hashable:
        every = said_by(record)
        return every[:place] + every[place + 1 :]

    monkeypatch.setattr(details, "said_by", said_without)
    assert next(differing(2_000), None)


@pytest.mark.parametrize("place", range(9))
def test_the_law_finds_a_kind_that_forgets_something(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(details, "kind_of", leaving_out(place))
    assert next(differing(2_000), None)


def test_the_law_finds_two_people_under_one_number_that_nobody_held_against_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(by_kind, "differ_as_people", lambda *_: False)
    assert next(differing(2_000), None)


def test_seven_agencies_that_say_the_same_are_weighed_once() -> None:
    world = {source: (replace(AMARA, record_id=source),) for source in SOURCES}
    found = resolved_by_kind(KNOWN_BY_NUMBER, world, {}, ReadOnce())
    assert found is not None
    grades = [graded.grade for every in found.by_source.values() for graded in every]
    assert {each.grade for each in grades} == {MatchGrade.CERTAIN}
    assert len({id(each) for each in grades}) == 1


def test_a_child_whose_number_nobody_told_is_found_by_rounds() -> None:
    assert resolved_by_kind(KNOWN_BY_NAME, {"gp": (AMARA,)}, {}, ReadOnce()) is None


def test_whose_record_may_be_restricted_is_found_by_rounds() -> None:
    marked = replace(AMARA, restricted=True)
    assert resolved_by_kind(KNOWN_BY_NUMBER, {"gp": (marked,)}, {}, ReadOnce()) is None
