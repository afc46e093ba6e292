"""An answer that shows nobody says the same at the same moment, whatever the shield set holds.

Nobody who may be shown has the child. A member of the set has no file of hers, or some, by numbers
that were told or by others, marked or not. What is told is that nothing is known of a shield. Who
could tell these worlds apart would learn that somebody restricts her, or holds her near here. Some
agencies are so slow that one call in turn takes less than half the time, and two take longer.
"""

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.agencies import HOME
from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller
from tests.support.laws.town.children import MIRA
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import SECTORS, LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld

_BY: Final = (
    *((NHS_NUMBER, "born"), (NHS_NUMBER, "name", "born"), (UPN, "name", "born")),
    *((NHS_NUMBER, UPN, "name", "born"), ("name", "born", "sex")),
)
_SEARCHES: Final = (
    *((NHS_NUMBER, UPN), (NHS_NUMBER, UPN, "name"), (UPN, "name"), (NHS_NUMBER, "name")),
    *((NHS_NUMBER,), (UPN,)),
)
_NUMBERED: Final = ("nhs", "upn", "both", "none")
# However many calls in turn: all within half the time, or it is known that they may not be.
_SECONDS: Final = (0.01, 0.02, 0.3, 1.8, 3.0)
_File = tuple[str, str, str]  # its numbers, how it is spelt, its mark
FILES: Final[tuple[tuple[_File, ...], ...]] = (
    *(((numbered, "same", code),) for numbered in _NUMBERED for code in ("U", "R")),
    *((("both", "same", "U"), (second, "other", "R")) for second in ("nhs", "upn")),
    *((("both", "same", "U"), (second, "other", "U")) for second in ("nhs", "upn")),
)


@dataclass(frozen=True, slots=True)
class ShowsNobody:
    """One question in worlds that differ in the files which one member, `at`, has of the child."""

    world: LawWorld
    at: str
    held: tuple[tuple[_File, ...], ...]
    caller: LawCaller
    question: LawQuestion

    @property
    def worlds(self) -> list[LawWorld]:
        """The world where the member has none, and one for each choice of files."""
        member = self.world.agency(self.at)
        return [self.world.with_(_holding(member, files)) for files in ((), *self.held)]


@st.composite
def shows_nobody(draw: st.DrawFn, most: int) -> ShowsNobody:
    """Demographics, an authority, up to `most` members, a school, and what one of the set has."""
    held = (HeldRecord("a0", 0, MIRA, "nhs"),)
    spine = LawAgency(0, "spine", by=(NHS_NUMBER, "name"), seconds=0.01)
    spine = replace(spine, held=draw(st.sampled_from([(), (), (), held])))
    many = draw(st.integers(1, min(most, 4)))
    members = [draw(_member(at, "authority" if at == 1 else "member")) for at in range(1, 1 + many)]
    school = LawAgency(1 + many, "none", (HOME,), sector="EDUCATION", seconds=0.03)
    school = replace(school, held=(HeldRecord(school.id, 0, MIRA),) if draw(st.booleans()) else ())
    at = draw(st.sampled_from(members))
    world = LawWorld((MIRA,), (spine, *members, school))
    question = LawQuestion(
        MIRA,
        draw(st.sampled_from(_BY)),
        agencies=draw(st.sampled_from([None, None, (school.id,), (at.id, school.id)])),
        streamed=draw(st.booleans()),
        by_id=draw(st.booleans()),
    )
    files = st.lists(st.sampled_from(FILES), min_size=3, max_size=3, unique=True)
    caller = LawCaller(sector=draw(st.sampled_from(SECTORS)))
    return ShowsNobody(world, at.id, tuple(draw(files)), caller, question)


@st.composite
def _member(draw: st.DrawFn, place: int, role: str) -> LawAgency:
    found = LawAgency(
        place,
        role,
        (HOME,),
        by=draw(st.sampled_from(_SEARCHES)),
        proves=draw(st.booleans()),
        onward=draw(st.booleans()),
        state=draw(st.sampled_from(["up"] * 5 + ["down"])),
        seconds=draw(st.sampled_from(_SECONDS)),
    )
    return _holding(found, draw(st.sampled_from([(), (), *FILES])))


def _holding(agency: LawAgency, files: tuple[_File, ...]) -> LawAgency:
    held = [
        HeldRecord(agency.id, at, MIRA, numbered, named, code=code)
        for at, (numbered, named, code) in enumerate(files)
    ]
    return replace(agency, held=tuple(held))


def broken(place: LawPlace, asked: ShowsNobody) -> list[str]:
    """Which worlds differ, in bytes or in the moment, of those where nobody is shown."""
    every = [answers(place, world, asked.caller, [asked.question])[0] for world in asked.worlds]
    files = ((), *asked.held)
    silent = [(f, told) for f, told in zip(files, every, strict=True) if _shows_nobody(told, asked)]
    return [
        f"{held} is told from {silent[0][0]}: {_last(told)} and {_last(silent[0][1])},"
        f" by {asked.question}"
        for held, told in silent[1:]
        if told.plain != silent[0][1].plain
    ]


def _shows_nobody(told: Told, asked: ShowsNobody) -> bool:
    """Whether no child is shown, and local agencies say what they say of a shielded one."""
    school = asked.world.agencies[-1].id
    rows = [row for row in told.rows if row["agency"]["id"] == school]
    return not told.children and all(row["outcome"] == "NOTHING_TO_SHARE" for row in rows)


def _last(told: Told) -> float:
    return told.plain[-1][0]


SHOWS_NOBODY: Final = Law(
    "an answer that shows nobody says the same at the same moment", shows_nobody, broken
)
