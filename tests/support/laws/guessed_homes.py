"""No guess of a home tells anything of a child who is or may be restricted.

The same is asked again and again with another postcode, school, practice, telephone or carer, or
none. Of a restricted child, or one of
whom a source of the set did not speak, bytes, times and calls are the same whatever was guessed. Of
any child a guess can do one thing only: clear her.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.held_record import NUMBERS, HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.questions import scopes
from tests.support.laws.town.truth import restricted, shield_set
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import unmarked, worlds

NOBODYS: Final = ("postcode", "BX1 9QQ")
_BY: Final = (
    *(("name", "born", "sex"), ("name", "born", "sex"), ("name", "born")),
    *((UPN, "name", "born"), (NHS_NUMBER, "name", "born")),
)
_DIFFERED_AT_HOME: Final = re.compile(r'"differed":\[[^]]*"postcode"')
_ASKED_FOR: Final = re.compile(r'"details":\[[^]]*\]')
_TOLD: Final = re.compile(r'"(postcode|former_postcodes|schools|gp_practice|telephone|carers)",?')
_CHANGES: Final = ("none", "none", "mark", "mark", "mark", "silent")


@dataclass(frozen=True, slots=True)
class GuessedHomes:
    """One question in a world, once for each guess; the first guess is nobody's home."""

    world: LawWorld
    caller: LawCaller
    question: LawQuestion
    guesses: tuple[tuple[str, str] | None, ...]

    @property
    def questions(self) -> list[LawQuestion]:
        """The question with each guess."""
        return [replace(self.question, place=guess) for guess in self.guesses]


@st.composite
def guessed_homes(draw: st.DrawFn, most: int) -> GuessedHomes:
    """A world whose shield set would clear the child, but for one member, and every home in it."""
    world = unmarked(draw(worlds(most)))
    world = world.with_(*(draw(_sound(agency, world)) for agency in world.agencies))
    world = draw(_changed(world))
    if draw(st.booleans()):
        world = draw(_beside_a_namesake(world))
    areas, agencies = draw(scopes(world))
    question = LawQuestion(
        world.children[0],
        draw(st.sampled_from(_BY)),
        areas=areas,
        agencies=agencies,
        streamed=draw(st.booleans()),
    )
    homes = sorted({record.places[0] for record in world.records})
    guesses = draw(st.lists(st.sampled_from([*homes, None]), max_size=2, unique=True))
    hers = world.agencies[0].held[0].places[0]
    near = ("postcode", hers[1][:-1] + "B")
    return GuessedHomes(
        world, draw(callers(cleared=False)), question, (NOBODYS, hers, *guesses, near)
    )


def guessed_places(most: int) -> st.SearchStrategy[GuessedHomes]:
    """The same worlds, with everything else that demographics has of where she is."""
    return guessed_homes(most).map(_around)


def _around(asked: GuessedHomes) -> GuessedHomes:
    _, *around = asked.world.agencies[0].held[0].places
    return replace(asked, guesses=(NOBODYS, *around))


@st.composite
def _sound(draw: st.DrawFn, agency: LawAgency, world: LawWorld) -> LawAgency:
    """The agency, up; if it counts for the shield, with the child as she is or without her.

    Demographics holds as many as there are, and the child under her NHS number.
    """
    child = world.children[0]
    if agency.role == "spine":
        record = HeldRecord(agency.id, 0, child, draw(st.sampled_from(["nhs", "both"])))
        return replace(agency, state="up", population=None, held=(record,))
    if not agency.in_set:
        by = draw(st.sampled_from([agency.by, (*agency.by, "home")]))
        return agency if agency.role == "own-row" else replace(agency, by=by)
    numbered = draw(st.sampled_from(_numberings(agency)))
    holds = draw(st.booleans()) or (agency.role == "authority" and not agency.proves)
    held = (HeldRecord(agency.id, 0, child, numbered),) if holds else ()
    return replace(agency, state="up", held=held)


def _numberings(agency: LawAgency) -> list[str]:
    """The numbers that a record here may have: who proves absence by a number has it on each."""
    needed = {name for name in agency.by if agency.proves} & {NHS_NUMBER, UPN}
    return [name for name, schemes in NUMBERS.items() if needed <= {*schemes}]


@st.composite
def _changed(draw: st.DrawFn, world: LawWorld) -> LawWorld:
    """The world as it is, or with a member that restricts the child, or does not answer."""
    change = draw(st.sampled_from(_CHANGES))
    members = [agency for agency in world.agencies if agency.in_set]
    member = draw(st.sampled_from((*members[1:], *members)))
    if change == "silent":
        return world.with_(replace(member, state=draw(st.sampled_from(["down", "hung"]))))
    if change == "mark":
        return world.with_(draw(_marking(member, world)))
    return world


@st.composite
def _beside_a_namesake(draw: st.DrawFn, world: LawWorld) -> LawWorld:
    """The world with another of her name and birthday, whom a member may mark."""
    spine, *others = world.agencies
    namesake = replace(world.children[0], place=len(world.children))
    there = HeldRecord(spine.id, len(spine.held), namesake, "nhs")
    world = replace(world, children=(*world.children, namesake))
    world = world.with_(replace(spine, held=(*spine.held, there)))
    members = [agency for agency in others if agency.in_set and agency.answers]
    if not members or draw(st.booleans()):
        return world
    member = draw(st.sampled_from(members))
    numbered = draw(st.sampled_from(_numberings(member)))
    mark = HeldRecord(member.id, len(member.held), namesake, numbered, code="R")
    return world.with_(replace(member, held=(*member.held, mark)))


@st.composite
def _marking(draw: st.DrawFn, member: LawAgency, world: LawWorld) -> LawAgency:
    """The member with one more record of the child, restricted and spelt in any way."""
    numbered = draw(st.sampled_from(_numberings(member)))
    named = draw(st.sampled_from(["same", "same", "other"]))
    mark = HeldRecord(member.id, 1, world.children[0], numbered, named, code="R")
    alone = draw(st.booleans()) and member.role != "spine"
    held = () if alone else member.held[:1]
    return replace(member, held=(*held, mark))


def broken(place: LawPlace, asked: GuessedHomes) -> list[str]:
    """Which guess tells something."""
    told = [answers(place, asked.world, asked.caller, [each])[0] for each in asked.questions]
    silent = not asked.question.numbers and _silent(asked)
    marked = asked.question.child in restricted(asked.world, asked.caller, asked.question)
    marked = marked or _namesake_marked(asked)
    shielded = silent or marked or any(map(_restricted, told))
    if not shielded and _cleared_anyhow(told[0]):
        return []
    return [
        f"{what} for {question.place}, by {question}"
        for question, said in zip(asked.questions, told, strict=True)
        for what in _differences(told[0], said, shielded=shielded)
    ]


def _differences(nobodys: Told, said: Told, *, shielded: bool) -> Iterator[str]:
    if not shielded and _cleared(said):
        return
    if nobodys.status != said.status or _plain(nobodys) != _plain(said):
        at = [tuple(moment for moment, _ in told.plain) for told in (nobodys, said)]
        yield "bytes differ" if at[0] == at[1] else f"told at {at[0]} and {at[1]}"
    if nobodys.calls != said.calls:
        yield f"asked {[*{*said.calls} ^ {*nobodys.calls}]}"


def _plain(said: Told) -> list[tuple[float, str]]:
    """What was said at each moment, whatever of places the caller could still tell."""
    return [(moment, _ASKED_FOR.sub(_untold, text)) for moment, text in said.plain]


def _untold(details: re.Match[str]) -> str:
    return _TOLD.sub("", details.group())


def _silent(asked: GuessedHomes) -> bool:
    """Whether a member that is asked gives no answer."""
    members = shield_set(asked.world, asked.caller, asked.question)
    return any(not member.answers for member in members)


def _namesake_marked(asked: GuessedHomes) -> bool:
    """Whether a member restricts another of her name and birthday whom demographics has too.

    Her number leads the gateway there, as name and birthday do.
    """
    known = {record.child for record in asked.world.agencies[0].held}
    return any(
        record.restricted and record.child in known and _found(record, member)
        for member in shield_set(asked.world, asked.caller, asked.question)
        for record in member.held
        if member.answers and record.child != asked.question.child
    )


def _found(record: HeldRecord, member: LawAgency) -> bool:
    by_name = "name" in member.by and record.plain
    return by_name or (NHS_NUMBER in member.by and NHS_NUMBER in record.numbers)


def _cleared(said: Told) -> bool:
    return any(child["restriction"] == "NONE_KNOWN" for child in said.children)


def _cleared_anyhow(nobodys: Told) -> bool:
    """Whether she is cleared whatever home was told, so that agencies are searched by it or differ.

    Who is certain by name, date and sex alone is not shown then, as nothing ties her to the caller.
    """
    said = any(_DIFFERED_AT_HOME.search(text) for _, text in nobodys.plain)
    return said or any("'home'" in call for call in nobodys.calls)


def _restricted(said: Told) -> bool:
    return any(child["restriction"] == "RESTRICTED" for child in said.children)


GUESSED_HOMES: Final = Law("no guess of a home tells of a shielded child", guessed_homes, broken)
GUESSED_PLACES: Final = Law(
    "no guess of a school, practice, telephone or carer tells of a shielded child",
    guessed_places,
    broken,
)
