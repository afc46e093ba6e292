"""Pairs that differ by a date, a sex, a home or a number, each with a person's answer and why.

A line has the told child, the record, and J (joins), S (is shown to a person) or L (left out).
What a side does not say of birth, sex and home is the same on both. The agency holds 60,000
children, or so many as `of` says.
"""

from pathlib import Path
from typing import Final, NamedTuple

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade
from resolvers.matching.reference import Reference

ANSWER: Final = {
    MatchGrade.CERTAIN: "J",
    MatchGrade.PROBABLE: "S",
    MatchGrade.POSSIBLE: "S",
    MatchGrade.CERTAINLY_NOT: "L",
}
SAME: Final = {"born": "2014-05-17", "sex": "female", "home": "XX1 2YY", "nhs": "-", "of": "60000"}
FILES: Final = sorted((Path(__file__).parent / "details").glob("*.txt"))


class Side(NamedTuple):
    """One child, as the caller or as the file says it."""

    name: Name
    said: dict[str, str]

    @classmethod
    def read(cls, text: str) -> "Side":
        """A name, and after it what differs: "Ava, Cole; born 2014; nhs 9990000018"."""
        named, *details = text.split("; ")
        said = dict(detail.split(" ", 1) for detail in details)
        assert said.keys() <= SAME.keys(), text
        given, _, family = named.partition(", ")
        return cls(Name(tuple(given.split()), family), {**SAME, **said})

    @property
    def born(self) -> PartialDate | None:
        return None if self.said["born"] == "-" else PartialDate.parse(self.said["born"])

    @property
    def sex(self) -> Sex:
        return Sex(self.said["sex"].upper())

    @property
    def homes(self) -> list[str]:
        return [home for home in [self.said["home"]] if home != "-"]

    @property
    def numbers(self) -> list[Identifier]:
        return [Identifier(NHS_NUMBER, n) for n in [self.said["nhs"]] if n != "-"]


LINES: Final = [
    (file.stem, *line.split(" | "))
    for file in FILES
    for line in file.read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("told", "held", "right", "why"),
    [pytest.param(*line, id=f"{kind}-{n}") for n, (kind, *line) in enumerate(LINES)],
)
def test_a_detail_that_differs_weighs_as_a_person_would_say(
    told: str, held: str, right: str, why: str
) -> None:
    child, file = Side.read(told), Side.read(held)
    known = Reference(
        identifiers=frozenset(child.numbers),
        stated_names=(child.name,),
        stated_birth_date=child.born,
        sex=child.sex,
        postcodes=frozenset(child.homes),
    )
    record = Record(
        identifiers=tuple(file.numbers),
        names=(file.name,),
        birth_date=file.born,
        sex=file.sex,
        addresses=tuple(Address(postcode=home) for home in file.homes),
    )
    assert ANSWER[grade(known, record, population=int(file.said["of"])).grade] == right, why


def test_every_detail_has_its_pairs_each_with_a_reason() -> None:
    assert {kind for kind, *_ in LINES} == {"dates", "homes_and_sex", "numbers"}
    assert all(why.endswith(".") for *_, why in LINES)
