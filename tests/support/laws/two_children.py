"""The third law: no answer's Child holds facts of two children, told by the world's truth."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import orjson
from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER
from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.tells_no_more import AskedAllWays, asked_all_ways
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import unmarked


@st.composite
def asked_unmarked(draw: st.DrawFn, most: int) -> AskedAllWays:
    """Two children or more, mostly where nobody restricts anybody: a shield hides a mistake."""
    asked = draw(asked_all_ways(most, least=2))
    plain = draw(st.sampled_from([True, True, True, False]))
    return replace(asked, world=unmarked(asked.world)) if plain else asked


def broken(place: LawPlace, asked: AskedAllWays) -> list[str]:
    """Every Child that holds facts of two, though the answers that it rests on told them apart."""
    told = answers(place, asked.world, asked.caller, list(asked.questions))
    return [
        wrong
        for question, said in zip(asked.questions, told, strict=True)
        for wrong in _mixed(asked.world, question, said)
    ]


def _mixed(world: LawWorld, question: LawQuestion, said: Told) -> Iterator[str]:
    # Of several questions at once nobody can say here which of them a record answered.
    served = () if question.beside else said.served
    for child in said.children:
        text = orjson.dumps(child).decode()
        records = [record for record in world.records if record.told_in(text)]
        owners = {record.child for record in records}
        owners |= {each for each in world.children if each.numbers[NHS_NUMBER] in text}
        if any(
            _told_apart(one, other, question, served)
            for one in owners
            for other in owners
            if one.place < other.place
        ):
            yield f"{sorted(r.mark for r in records)} in one Child, by {question}"


def _told_apart(
    one: LawChild, other: LawChild, question: LawQuestion, served: tuple[HeldRecord, ...]
) -> bool:
    """Whether anything that was answered says that these are two.

    Of children of one name and birthday only numbers do: two of one scheme, on plain records, or
    one that was asked by.
    """
    if one.as_named != other.as_named:
        return True
    seen = [(c, scheme) for c in (one, other) for scheme in _schemes(c, question, served)]
    schemes = {scheme for _, scheme in seen}
    return any((one, scheme) in seen and (other, scheme) in seen for scheme in schemes)


def _schemes(
    child: LawChild, question: LawQuestion, served: tuple[HeldRecord, ...]
) -> frozenset[str]:
    """The schemes in which a number of this child was seen."""
    asked = question.numbers if child == question.child else {}
    plain = [r for r in served if r.child == child and r.plain and r.pupil_of is None]
    return frozenset(asked).union(*(record.numbers for record in plain))


TWO_CHILDREN: Final = Law("no Child holds facts of two", asked_unmarked, broken)
