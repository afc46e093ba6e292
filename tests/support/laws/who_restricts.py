"""The second law: nobody who is not cleared learns who restricts, in bytes or in time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import assume
from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.questions import asked_otherwise
from tests.support.laws.town.truth import gives_nothing, restricted, shield_set, silenced
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import unmarked, worlds

_EVERY_DETAIL: Final = (NHS_NUMBER, UPN, "name", "born")


@dataclass(frozen=True, slots=True)
class TwoWorlds:
    """Two worlds that nobody may tell apart, and one caller who asks the same in both."""

    one: LawWorld
    other: LawWorld
    caller: LawCaller
    questions: tuple[LawQuestion, ...]


@st.composite
def restricted_by_either(draw: st.DrawFn, most: int) -> TwoWorlds:
    """Worlds that differ in which member of the set restricts the child, and in nothing else."""
    world = unmarked(draw(worlds(most)))
    by = draw(st.sampled_from([(NHS_NUMBER, "born"), _EVERY_DETAIL]))
    first = LawQuestion(world.children[0], by)
    caller, question = draw(callers(cleared=False)), draw(asked_otherwise(world, first))
    members = [
        agency
        for agency in shield_set(world, caller, question)
        if agency.answers and NHS_NUMBER in agency.by
    ]
    assume(len(members) > 1)
    one, other = draw(st.permutations(members))[:2]
    both = world.with_(_holding(one, first), _holding(other, first))
    return TwoWorlds(
        both.with_(_marking(both.agency(one.id))),
        both.with_(_marking(both.agency(other.id))),
        caller,
        _whole_and_streamed(question),
    )


@st.composite
def held_out_of_sight(draw: st.DrawFn, most: int) -> TwoWorlds:
    """Worlds that differ in what an agency holds of which this caller may learn nothing.

    It serves one area and the child is or may be restricted; or it gives this caller nothing. It
    takes longer for a child whom it holds. It teaches nothing that the caller did not say.
    """
    world = draw(worlds(most))
    first = LawQuestion(world.children[0], _EVERY_DETAIL)
    caller, question = draw(callers(cleared=False)), draw(asked_otherwise(world, first))
    assume(question.chosen is None)
    hidden = [a for a in world.agencies if _out_of_sight(world, caller, question, a)]
    assume(bool(hidden))
    agency = draw(st.sampled_from(hidden))
    slow = draw(st.sampled_from([0.05, 1.5, 2.5]))
    empty = replace(agency, held=())
    held = replace(_holding(empty, first), seconds=slow)
    questions = _whole_and_streamed(question)
    return TwoWorlds(world.with_(held), world.with_(empty), caller, questions)


def told_apart(place: LawPlace, worlds_: TwoWorlds) -> list[str]:
    """At which question the two worlds differ, and how."""
    one, other = (
        answers(place, world, worlds_.caller, list(worlds_.questions))
        for world in (worlds_.one, worlds_.other)
    )
    return [
        difference
        for question, a, b in zip(worlds_.questions, one, other, strict=True)
        for difference in _differences(question, a, b)
    ]


def _whole_and_streamed(question: LawQuestion) -> tuple[LawQuestion, ...]:
    """The question in every form that its answer may have."""
    if question.beside:
        return (question,)
    whole, streamed = (replace(question, streamed=each) for each in (False, True))
    return whole, streamed, replace(streamed, by_id=True)


def _differences(question: LawQuestion, one: Told, other: Told) -> Iterator[str]:
    if one.status != other.status:
        yield f"{one.status} and {other.status}, by {question}"
    elif one.plain != other.plain:
        at = [tuple(moment for moment, _ in told.plain) for told in (one, other)]
        what = "bytes differ" if at[0] == at[1] else f"told at {at[0]} and {at[1]}"
        yield f"{what}, by {question}"


def _out_of_sight(
    world: LawWorld, caller: LawCaller, question: LawQuestion, agency: LawAgency
) -> bool:
    if agency.in_set or agency.role == "own-row" or not agency.answers or agency.sensitive:
        return False
    if gives_nothing(agency, caller):
        return True
    hides = question.child in restricted(world, caller, question)
    hides |= silenced(world, caller, question) and not question.broke_glass
    return hides and not agency.national and not question.beside


def _holding(agency: LawAgency, question: LawQuestion) -> LawAgency:
    """The agency with one record of the child as she is, and those of the others."""
    others = [record for record in agency.held if record.child != question.child]
    held = [*others, HeldRecord(agency.id, 0, question.child)]
    return replace(agency, held=tuple(replace(r, place=at) for at, r in enumerate(held)))


def _marking(agency: LawAgency) -> LawAgency:
    return replace(agency, held=(*agency.held[:-1], replace(agency.held[-1], code="R")))


WHO_RESTRICTS: Final = Law("nobody learns which agency restricts", restricted_by_either, told_apart)
OUT_OF_SIGHT: Final = Law(
    "nobody learns what an agency holds that tells them nothing", held_out_of_sight, told_apart
)
