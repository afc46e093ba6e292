"""A source may bring hundreds of records; none of them costs more for the others beside it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any, Final

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching import contest, grading, identify
from resolvers.matching.details import Details
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
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

FEW, MANY = 25, 100
NAMES: Final = (
    *(Name(("Amara", "Rose"), "O'Brien"), Name(("Amara",), "O'Brien"), Name(("Amira",), "O'Brien")),
    *(Name(("Amara", "Lily"), "O'Brien"), Name((), "O'Brien"), Name(("Chidi",), "O'Brien")),
)


def numbered(place: int) -> Record:
    return replace(AMARA, record_id=str(place), addresses=(Address(postcode=f"XX{place} 1AA"),))


def namesake(place: int) -> Record:
    return Record(record_id=str(place), names=NAMES[1:2], birth_date=BORN)


def namesake_of_a_number(place: int) -> Record:
    return replace(namesake(place), identifiers=(Identifier("upn", f"A12345678901{place:03}1"),))


@pytest.mark.parametrize("record_of", [numbered, namesake, namesake_of_a_number])
@pytest.mark.parametrize("reference", [KNOWN_BY_NUMBER, KNOWN_BY_NAME])
def test_four_times_the_records_cost_about_four_times_the_weighing(
    record_of: Callable[[int], Record], reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighings = count()
    for room in (contest, grading, identify):
        weigh = room.weigh

        def counted(*two: Details, weigh: Callable[..., object] = weigh) -> object:
            next(weighings)
            return weigh(*two)

        monkeypatch.setattr(room, "weigh", counted)
    spent = []
    for files in (FEW, MANY):
        before = next(weighings)
        resolve(reference, {"gp": tuple(map(record_of, range(files)))})
        spent.append(next(weighings) - before)
    assert spent[1] <= 5 * spent[0]


def worlds(number: int) -> Iterator[tuple[Record, ...]]:
    """What one source holds: up to six records, most of them under her number."""
    chance = Random(3)  # noqa: S311  no secret
    for _ in range(number):
        yield tuple(
            Record(
                record_id=chance.choice((None, "1", "2")),
                identifiers=(
                    *chance.choice(((AMARA_NHS,), (AMARA_NHS,), (), (TWIN_NHS,))),
                    *chance.choice(((), (), (AMARA_UPN,), (TWIN_UPN,))),
                ),
                names=(chance.choice((*NAMES[:2], *NAMES)),),
                birth_date=chance.choice((BORN, BORN, None)),
                sex=chance.choice((None, Sex.FEMALE, Sex.MALE)),
                addresses=chance.choice(((), (Address(postcode="XX1 2YY"),))),
            )
            for _ in range(chance.randint(2, 6))
        )


def grown_otherwise(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The worlds of which `resolve` finds otherwise than when each two records are compared."""
    for records in worlds(number):
        for reference in (KNOWN_BY_NUMBER, KNOWN_BY_NAME):
            for twice in ((), ("gp",)):
                found = resolve(reference, {"gp": records}, duplicates=twice)
                with monkeypatch.context() as each:
                    each.setattr(Details, "as_compared", property(lambda self: self))
                    if found != resolve(reference, {"gp": records}, duplicates=twice):
                        yield records


def test_records_of_one_source_are_told_apart_as_if_each_two_were_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert list(grown_otherwise(examples(150), monkeypatch)) == []


@pytest.mark.parametrize("forgotten", ["givens", "upns", "sex"])
def test_the_law_finds_a_comparison_that_forgets_something(
    forgotten: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact: Callable[[Details], Details] = vars(Details)["as_compared"].fget
    nothing: Any = None if forgotten == "sex" else frozenset[str]()

    def without(held: Details) -> Details:
        return replace(exact(held), **{forgotten: nothing})

    found: list[object] = []
    for records in worlds(600):
        kept = resolve(KNOWN_BY_NUMBER, {"gp": records})
        with monkeypatch.context() as each:
            each.setattr(Details, "as_compared", property(without))
            if kept != resolve(KNOWN_BY_NUMBER, {"gp": records}):
                found.append(records)
                break
    assert found
