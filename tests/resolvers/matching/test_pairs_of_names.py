"""Pairs of names of England, each with the answer that a person would give and why.

Birth date, sex and postcode are the same on both, and the agency holds 60,000 children. J joins, S
is shown to a person, L is left out.
"""

from pathlib import Path
from typing import Final, NamedTuple

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Name, Record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade
from resolvers.matching.reference import Reference

BORN: Final = PartialDate.parse("2014-05-17")
HOME: Final = "XX1 2YY"
ANSWER: Final = {
    MatchGrade.CERTAIN: "J",
    MatchGrade.PROBABLE: "S",
    MatchGrade.POSSIBLE: "S",
    MatchGrade.CERTAINLY_NOT: "L",
}
FILES: Final = sorted((Path(__file__).parent / "pairs").glob("*.txt"))


class Pair(NamedTuple):
    told: Name
    held: Name
    right: str


def read(file: Path) -> list[Pair]:
    rows = [line.split(" | ") for line in file.read_text("utf-8").splitlines()]
    assert all(len(row) == len(Pair._fields) + 1 and row[-1].endswith(".") for row in rows)
    return [Pair(name(told), name(held), right) for told, held, right, _ in rows]


def name(text: str) -> Name:
    given, _, family = text.partition(",")
    return Name(tuple(given.split()), family.strip() or None)


def answer(told: Name, held: Name) -> str:
    known = Reference(
        stated_names=(told,),
        stated_birth_date=BORN,
        sex=Sex.FEMALE,
        postcodes=frozenset({HOME}),
    )
    record = Record(
        names=(held,),
        birth_date=BORN,
        sex=Sex.FEMALE,
        addresses=(Address(postcode=HOME),),
    )
    return ANSWER[grade(known, record, population=60_000).grade]


PAIRS: Final = [(file.stem, pair) for file in FILES for pair in read(file)]


@pytest.mark.parametrize(
    "pair",
    [pytest.param(p, id=f"{g}-{' '.join(p.told.given)}-{n}") for n, (g, p) in enumerate(PAIRS)],
)
def test_two_names_are_judged_as_a_person_would_whichever_is_told(pair: Pair) -> None:
    assert answer(pair.told, pair.held) == pair.right
    assert answer(pair.held, pair.told) == pair.right


def test_there_are_pairs_enough_of_every_kind() -> None:
    assert len(PAIRS) >= 200
    assert {pair.right for _, pair in PAIRS} == {"J", "S", "L"}
