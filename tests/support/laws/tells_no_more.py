"""The first law: asking less, elsewhere or otherwise tells no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.running.told import Told
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.questions import asked_about, asked_otherwise, widest
from tests.support.laws.town.truth import beyond, restricted, shield_set, silenced, told_of
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import worlds

_SAYS_NOTHING: Final = frozenset({"NOTHING_TO_SHARE", "NOT_PERMITTED", "NOT_ASKED"})


@dataclass(frozen=True, slots=True)
class AskedAllWays:
    """One caller who asks about one child in a world, again and again; the widest comes first."""

    world: LawWorld
    caller: LawCaller
    questions: tuple[LawQuestion, ...]


@st.composite
def asked_all_ways(draw: st.DrawFn, most: int, least: int = 1) -> AskedAllWays:
    """A world, a caller and four to eight questions: the more, the larger the world may be."""
    world = draw(worlds(most, least=least))
    first = draw(asked_about(world))
    more = draw(st.lists(asked_otherwise(world, first), min_size=2, max_size=most + 1))
    return AskedAllWays(world, draw(callers()), (widest(first), first, *more))


def broken(place: LawPlace, asked: AskedAllWays) -> list[str]:
    """What locates a restricted child, or is told here and not by the widest question."""
    world, caller = asked.world, asked.caller
    told = answers(place, world, caller, list(asked.questions))
    wrong: list[str] = []
    for question, said in zip(asked.questions, told, strict=True):
        if not caller.cleared:
            wrong += _located(world, caller, question, said)
        wrong += _told_beyond(world, caller, (question, said), (asked.questions[0], told[0]))
    return wrong


def _located(
    world: LawWorld, caller: LawCaller, question: LawQuestion, said: Told
) -> Iterator[str]:
    hidden = restricted(world, caller, question)
    if silenced(world, caller, question) and not question.broke_glass and not question.beside:
        hidden = [*{*hidden, question.child}]
    for child in hidden:
        for mark in told_of(world, child, said.text):
            yield f"{mark} of restricted child {child.place}, by {question}"
    if question.child in hidden and question.numbers and not question.beside:
        for row in _rows_that_tell(said):
            yield f"{row} of a restricted child, by {question}"


def _rows_that_tell(said: Told) -> Iterator[str]:
    """Rows and candidates of agencies that serve one area, where only silence may be told."""
    for row in said.rows:
        if not row["agency"]["national"] and row["outcome"] not in _SAYS_NOTHING:
            yield f"{row['agency']['id']} says {row['outcome']}"
    for candidate in said.unresolved:
        if not candidate["agency"]["national"]:
            yield f"{candidate['agency']['id']} has a candidate"


def _told_beyond(
    world: LawWorld,
    caller: LawCaller,
    narrow: tuple[LawQuestion, Told],
    wide: tuple[LawQuestion, Told],
) -> Iterator[str]:
    """What a question tells that the widest one does not, and nothing excuses.

    One more agency may make a certain record doubtful, and then says so. A member of the set that
    is asked only beyond one's own areas is the one bit of ADR 0014.
    """
    question, said = narrow
    if question.beside or question.harm or question.broke_glass or question.chosen is not None:
        return
    if _hides(wide[1]) and (_far(world, caller, question, wide[0]) or _led_further(said, wide[1])):
        return
    more = [
        record
        for record in world.records
        if record.told_in(said.text) and not record.told_in(wide[1].text)
    ]
    for record in more:
        if _hides(wide[1]) or not _doubtful(wide[1], record.agency):
            yield f"{record.mark} not told by the widest, by {question}"


def _hides(said: Told) -> bool:
    shown = any(child["restriction"] != "NONE_KNOWN" for child in said.children)
    return shown or any((row["detail"] or "").startswith("ring Shield team") for row in said.rows)


def _far(world: LawWorld, caller: LawCaller, narrow: LawQuestion, wide: LawQuestion) -> bool:
    if beyond(world, caller, narrow):
        return False
    near = {member.id for member in shield_set(world, caller, narrow)}
    return any(member.id not in near for member in shield_set(world, caller, wide))


def _led_further(narrow: Told, wide: Told) -> bool:
    """Whether what others taught led the set to a mark that this question never came to."""
    return any(record.restricted for record in {*wide.served} - {*narrow.served})


def _doubtful(wide: Told, agency: str) -> bool:
    rows = [row for row in wide.rows if row["agency"]["id"] == agency]
    candidates: list[Any] = [c for c in wide.unresolved if c["agency"]["id"] == agency]
    return bool(candidates) or any(row["outcome"] != "HAS_RECORD" for row in rows)


TELLS_NO_MORE: Final = Law(
    "asking less, elsewhere or otherwise tells no more", asked_all_ways, broken
)
