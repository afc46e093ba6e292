"""Whoever is restricted under a number to which files of the set lead is shielded.

A member finds her by what the caller told, and its file bears a number that nobody told. She may be
restricted under that one alone: there, or at another member that may be told it. So one file leads
to the next. Wherever on this way the mark stands, the answer is the same; and a member that falls
silent on the way clears nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import takes_s

_BY: Final = ((NHS_NUMBER, "born"), (UPN, "name", "born"), ("name", "born", "sex"))
_SEARCHES: Final = (
    *((NHS_NUMBER, UPN), (NHS_NUMBER, UPN), (NHS_NUMBER, UPN, "name")),
    *((UPN, "name"), (UPN,), (NHS_NUMBER,)),
)
_STATES: Final = ("up", "up", "up", "up", "tired", "cut")
_NUMBERED: Final = ("both", "both", "nhs", "upn")


@dataclass(frozen=True, slots=True)
class LedOn:
    """One question in a world in which one file of the set is marked."""

    world: LawWorld
    caller: LawCaller
    question: LawQuestion

    @property
    def elsewhere(self) -> list[LawWorld]:
        """The worlds that differ in which file of the set is the marked one."""
        places = [(a, r) for a in self.world.agencies[1:] if a.in_set for r in a.held]
        return [_marked(self.world, agency.id, record.place) for agency, record in places]


@st.composite
def led_on(draw: st.DrawFn, most: int) -> LedOn:
    """An authority, up to `most` members, and a school that tells where she is."""
    held = (HeldRecord("a0", 0, MIRA, "nhs"),)
    spine = LawAgency(0, "spine", by=(NHS_NUMBER, "name"), held=draw(st.sampled_from([held, ()])))
    council = draw(_member(1, "authority"))
    many = draw(st.integers(1, most - 1))
    members = [draw(_member(at, "member")) for at in range(2, 2 + many)]
    school = LawAgency(2 + many, "none", (HOME,), sector="EDUCATION", seconds=0.03)
    school = replace(school, held=(HeldRecord(school.id, 0, MIRA),))
    at = draw(st.sampled_from([council, *members]))
    mark = HeldRecord(at.id, len(at.held), MIRA, draw(st.sampled_from(["nhs", "upn"])), "other")
    world = LawWorld((MIRA,), (spine, council, *members, school))
    world = world.with_(replace(at, held=(*at.held, mark)))
    world = _marked(world, at.id, mark.place)
    question = LawQuestion(MIRA, draw(st.sampled_from(_BY)), streamed=draw(st.booleans()))
    return LedOn(world, draw(callers(cleared=False)), question)


@st.composite
def _member(draw: st.DrawFn, place: int, role: str) -> LawAgency:
    by = draw(st.sampled_from(_SEARCHES))
    found = LawAgency(
        place,
        role,
        (HOME,),
        by=(*by, "name") if role == "authority" and "name" not in by else by,
        proves=draw(st.booleans()),
        onward=draw(st.booleans()),
        state=draw(st.sampled_from(_STATES)),
        seconds=takes_s(place, "up"),
    )
    holds = role == "authority" or draw(st.sampled_from([True, True, False]))
    record = HeldRecord(found.id, 0, MIRA, draw(st.sampled_from(_NUMBERED)))
    return replace(found, held=(record,) if holds else ())


def _marked(world: LawWorld, agency: str, place: int) -> LawWorld:
    """The world with this record restricted and no other."""
    return world.with_(
        *(
            replace(
                each,
                held=tuple(
                    replace(r, code="R" if (each.id, r.place) == (agency, place) else "U")
                    for r in each.held
                ),
            )
            for each in world.agencies
        )
    )


def broken(place: LawPlace, asked: LedOn) -> list[str]:
    """What is told of a child whom the set restricts, or where the mark shows in what is told."""
    told = _told(place, asked, asked.world)
    if not _leads_to_the_mark(asked.world, asked):
        return []
    wrong = [f"{each}, by {asked.question}" for each in _shown(told, asked)]
    if any(agency.state != "up" for agency in asked.world.agencies):
        return wrong
    others = [world for world in asked.elsewhere if _leads_to_the_mark(world, asked)]
    return wrong + [
        f"which file is marked shows, by {asked.question}"
        for world in others
        if _told(place, asked, world).plain != told.plain
    ]


def _told(place: LawPlace, asked: LedOn, world: LawWorld) -> Told:
    return answers(place, world, asked.caller, [asked.question])[0]


def _shown(told: Told, asked: LedOn) -> Iterator[str]:
    yield from (r.mark for r in asked.world.records if r.told_in(told.text))
    if any(child["restriction"] == "NONE_KNOWN" for child in told.children):
        yield "cleared"


def _leads_to_the_mark(world: LawWorld, asked: LedOn) -> bool:
    """Whether the numbers told, and those on what is found by them, lead a member to its mark.

    Without a number it starts from what members find by her name.
    """
    members = [a for a in world.agencies if a.in_set and not a.national]
    if HOME not in asked.caller.areas:
        return False
    told: dict[str, set[str]] = {m.id: {*asked.question.numbers} for m in members}
    while True:
        found = {m.id: _found(m, told[m.id], asked.question) for m in members}
        if any(record.restricted for every in found.values() for record in every):
            return True
        more = {
            m.id: told[m.id].union(
                *(
                    r.numbers
                    for other in members
                    for r in found[other.id]
                    if other == m or other.onward
                )
            )
            for m in members
        }
        if more == told:
            return False
        told = more


def _found(member: LawAgency, by: set[str], question: LawQuestion) -> list[HeldRecord]:
    by_name = "name" in member.by and "name" in question.by and not question.numbers
    return [
        record
        for record in member.held
        if not {*record.numbers}.isdisjoint(by & {*member.by}) or (by_name and record.plain)
    ]


LED_ON: Final = Law("a number on a file of the set leads to its mark", led_on, broken)
