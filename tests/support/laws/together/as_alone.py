"""The law of the batch: what `children` says of a child, `child` says of her too.

Each child is asked about among others, and by another gateway alone. Outcomes, grades, restriction,
what is asked for, completeness and the log are the same, whatever is wrong with an agency's answer
about several. Where the answer itself fails for a child, her row may say so. How long and how often
an agency was asked is its own, and so is the practice: of two, the one that was said last is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER
from gateway.audit.entry.entry import Entry
from tests.support.agencies import HOME
from tests.support.laws.law import Law
from tests.support.laws.running.asking import Heard, heard
from tests.support.laws.running.place import LawPlace
from tests.support.laws.together.batching_agency import FAILS, WRONGS, BatchingAgency
from tests.support.laws.together.speech import SPEECHES
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.children import LawChild, children
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld

_MOST: Final = 20  # children of one request
_BY: Final = (
    *((NHS_NUMBER, "born"), (NHS_NUMBER, "name"), (NHS_NUMBER, "name", "born", "sex")),
    ("name", "born", "sex"),
)
_NO_ANSWER: Final = frozenset({"INVALID_RESPONSE", "UNAVAILABLE"})
_OWN: Final = frozenset({"id", "key", "receipt", "attempts", "latencyMs", "asOf", "gpPractice"})
# Of each entry these differ between any two questions; the document is another one.
_OWN_IN_LOG: Final = frozenset(
    {"at", "nonce", "query_id", "justification", "case_reference", "document", "risks"}
)


@dataclass(frozen=True, slots=True)
class AskedTogether:
    """Children of a world about whom one request asks, some of them twice."""

    world: LawWorld
    caller: LawCaller
    asked: tuple[LawChild, ...]
    by: tuple[str, ...]

    @property
    def together(self) -> LawQuestion:
        """The one question about all of them."""
        return replace(self.alone(self.asked[0]), beside=self.asked[1:])

    def alone(self, child: LawChild) -> LawQuestion:
        """The question about one of them."""
        return LawQuestion(child, self.by)


@st.composite
def asked_together(draw: st.DrawFn, most: int) -> AskedTogether:
    """One to twenty children, twins and namesakes among them, one of them shielded at times."""
    people = draw(children(2, 7))
    stranger, known = people[-1], people[:-1]
    count = min(most, 2)
    agencies = tuple(draw(_batching(place + 1, known, stranger)) for place in range(count))
    world = LawWorld(people, (draw(_demographics(known)), *agencies))
    asked = draw(st.lists(st.sampled_from(known), min_size=2, max_size=_MOST))
    return AskedTogether(world, draw(callers()), tuple(asked), draw(st.sampled_from(_BY)))


@st.composite
def _batching(
    draw: st.DrawFn, place: int, people: tuple[LawChild, ...], stranger: LawChild
) -> BatchingAgency:
    held = [child for child in people if draw(st.booleans())]
    return BatchingAgency(
        place,
        areas=draw(st.sampled_from([(), (HOME,)])),
        proves=draw(st.sampled_from([True, True, True, False])),
        seconds=0.01 + 0.003 * place,
        held=tuple(HeldRecord(f"a{place}", at, child) for at, child in enumerate(held)),
        speech=draw(st.sampled_from(SPEECHES)),
        wrong=draw(st.sampled_from(WRONGS)),
        at=draw(st.integers(0, _MOST)),
        stranger=stranger,
        crowd=draw(st.sampled_from([None, None, *people])),
    )


@st.composite
def _demographics(draw: st.DrawFn, people: tuple[LawChild, ...]) -> LawAgency:
    shielded = draw(st.sampled_from([None, *people]))
    held = tuple(
        HeldRecord("a0", child.place, child, "nhs", code="R" if child == shielded else "U")
        for child in people
    )
    return LawAgency(0, "spine", by=(NHS_NUMBER, "name"), held=held)


def _broken(place: LawPlace, example: AskedTogether) -> list[str]:
    world, caller = example.world, example.caller
    together = heard(place, world, caller, [example.together])
    items = together.told[0].payloads[0]["data"]["children"]
    alone = {
        child: heard(place, world, caller, [example.alone(child)])
        for child in dict.fromkeys(example.asked)
    }
    return [
        wrong
        for child, item in zip(example.asked, items, strict=True)
        for wrong in _differing(world, child, (together, item), _only(alone[child]))
    ]


def _only(alone: Heard) -> tuple[Heard, Any]:
    return alone, alone.told[0].payloads[0]["data"]["child"]


def _differing(
    world: LawWorld, child: LawChild, among: tuple[Heard, Any], alone: tuple[Heard, Any]
) -> Iterator[str]:
    rows = zip(among[1]["answers"], alone[1]["answers"], strict=True)
    apart = [(row, other) for row, other in rows if _plain(row) != _plain(other)]
    failed = [row for row, _ in apart if _may_fail(world, row)]
    for row, other in apart:
        if row not in failed:
            yield (f"{row['agency']['id']} of child {child.place}: {_shortly(row, other)}")
    if failed:
        return  # what is made of a row that failed is another answer
    if _plain(among[1]) != _plain(alone[1]) and not apart:
        yield f"child {child.place}: {_shortly(among[1], alone[1])}"
    if _logged(*among) != _logged(*alone):
        yield f"the log of child {child.place}: {_shortly(_logged(*among), _logged(*alone))}"


def _may_fail(world: LawWorld, row: Mapping[str, Any]) -> bool:
    agency = world.agency(row["agency"]["id"])
    fails = isinstance(agency, BatchingAgency) and agency.wrong in FAILS
    return fails and row["outcome"] in _NO_ANSWER


def _shortly(one: Any, other: Any) -> str:
    return "; ".join(f"{at} is {said}, alone {told}" for at, said, told in _apart(one, other))[:600]


def _apart(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two answers differ, and what each says there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one.keys() - _OWN:
            yield from _apart(one[name], other[name], f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from _apart(mine, theirs, f"{at}.{place}")
    elif one != other:
        yield at, one, other


def _plain(value: Any) -> Any:
    """The same without what differs between any two equal questions."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name not in _OWN}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _logged(said: Heard, item: Mapping[str, Any]) -> list[Any]:
    """What the log has of this question."""
    own = item["receipt"]["queryId"]
    return [_entry(entry) for entry in said.entries if entry.query_id == own]


def _entry(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(entry.leaf())
    found["agencies"] = {
        own: {name: value for name, value in each.items() if name not in ("ids", "through")}
        for each in found.get("agencies", ())
        for own in each["ids"]
    }
    return {name: value for name, value in found.items() if name not in _OWN_IN_LOG}


AS_ALONE: Final = Law("several at once are told what each is alone", asked_together, _broken)
