"""The law of the ways: by what is compiled and by the exact way the gateway says the same.

Each question is asked of two gateways that differ in `Paths` alone, and twice of each: what is
compiled is made for who asks again. The same are: status, bytes and the moment of every part, what
each agency was asked, and the log, but for times, nonces and ids.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from hypothesis import strategies as st

from adapters.contract.paths import COMPILED, EXACT
from gateway.audit.entry.entry import Entry
from tests.support.laws.law import Law
from tests.support.laws.running.asking import Heard, heard
from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.question import ANSWER_FIELDS, LawQuestion
from tests.support.laws.town.questions import asked_about, asked_otherwise
from tests.support.laws.town.said import HOWS, Spoiling
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import worlds
from tests.support.laws.turns.documents import parted_documents
from tests.support.laws.ways.screens import SCREENS
from tests.support.laws.ways.spoken import KINDS, SpokenAgency

_ARGUMENTS: Final = "(known: $known, reason: $reason, scope: $scope)"
_VARIABLES: Final = "$known: LISTED, $reason: AccessReason!, $scope: Scope, "
_DECIMALS: Final = 6
_KEY: Final = re.compile(r'(?<="key":)"[^"]*"|Content-Length: [0-9]+')  # a candidate's sealed key
# Of each entry these differ between any two equal questions.
_OWN: Final = frozenset({"at", "nonce", "query_id", "justification", "case_reference"})
# What agencies write where something else belongs: of every JSON type, and texts that look right.
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 1.5, 9000000009, 10**400, [], {}, [None], [[]], {"a": None}),
    *("", " ", "-", "null", "N", "R", "Y", "  Mira  ", "MIRA", "mira\t", "Mir\u00e1", "Mira\u202e"),
    *("\u0000", "\U0001f600", "\ud83d", "x" * 5000, "9000000009", "900 000 0009", "9000000008"),
    *("\u0669\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0669", "H801200001001"),
    *("2015-03-09", "2015-03", "2015", "2015-02-30", "09/03/2015", "2015-01-01", "1800-01-01"),
    *("2015-03-09T00:00:00Z", "20150309", " 2015-03-09", "\uff12015-03-09", "female", "F", 2),
    *("ZE1 0AA", "ze10aa", "ZZ99 3VZ", "not known", "01632 960111", "a@b.example", "a@b"),
)


@dataclass(frozen=True, slots=True)
class BothWays:
    """What is asked, each question after the other, and then all of them once more."""

    world: LawWorld
    caller: LawCaller
    questions: tuple[LawQuestion, ...]


@st.composite
def asked_both_ways(draw: st.DrawFn, most: int) -> BothWays:
    """Any questions in a world of agencies of every kind over HTTP, some of them spoilt."""
    world = draw(worlds(most))
    changed = [draw(_changed(agency)) for agency in world.agencies]
    world = replace(world, agencies=tuple(changed))
    questions = draw(st.lists(_question(world), min_size=1, max_size=2))
    return BothWays(world, draw(callers()), tuple(questions))


@st.composite
def _changed(draw: st.DrawFn, agency: LawAgency) -> LawAgency:
    spoilt = draw(st.one_of(st.none(), st.none(), _spoilings()))
    if agency.place == 0 or draw(st.sampled_from([True, True, False])):
        return replace(agency, spoilt=spoilt)
    kind = draw(st.sampled_from([*KINDS]))
    return SpokenAgency(
        agency.place,
        role="own-row",
        proves=agency.proves,
        state=agency.state,
        seconds=agency.seconds,
        held=agency.held,
        spoilt=spoilt,
        kind=kind,
    )


def _spoilings() -> st.SearchStrategy[Spoiling]:
    return st.builds(Spoiling, st.sampled_from(HOWS), st.integers(0, 2000), st.sampled_from(ODD))


@st.composite
def _question(draw: st.DrawFn, world: LawWorld) -> LawQuestion:
    question = draw(asked_otherwise(world, draw(asked_about(world))))
    kind = draw(st.sampled_from(["as it is", "parted", "screen", "screen"]))
    if kind == "as it is":
        return question
    plain = replace(question, broke_glass=False, again=False, chosen=None)
    if kind == "screen":
        name = draw(st.sampled_from([*SCREENS]))
        return replace(plain, beside=(), drawn=SCREENS[name], takes_parts=draw(st.booleans()))
    document = draw(parted_documents(ANSWER_FIELDS, _ARGUMENTS, _VARIABLES))
    beside = world.children[:1] if document.in_bulk else ()
    found = replace(plain, beside=beside, drawn=document.text, by_id=draw(st.booleans()))
    # Of two children whose parts are ready in one moment either may be first.
    return replace(found, takes_parts=not beside)


def _broken(place: LawPlace, example: BothWays) -> list[str]:
    questions = [*example.questions, *example.questions]
    exact, compiled = (
        _plain(heard(place, example.world, example.caller, questions, paths))
        for paths in (EXACT, COMPILED)
    )
    return [
        f"{what}: {one!r} by the exact way, but {other!r}"
        for (what, one), (_, other) in zip(exact, compiled, strict=True)
        if one != other
    ]


def _plain(said: Heard) -> list[tuple[str, Any]]:
    """What must be the same, with each question's own id by its place among them."""
    ids = [entry.query_id for entry in said.entries if entry.query_id is not None]
    names = {own: f"query {at}" for at, own in enumerate(dict.fromkeys(ids))}

    def named(text: str) -> str:
        for own, name in names.items():
            text = text.replace(own, name)
        return _KEY.sub("", text)

    found: list[tuple[str, Any]] = []
    for told in said.told:
        parts = [(round(moment, _DECIMALS), named(part.decode())) for moment, part in told.parts]
        found += [("status", told.status), ("calls", told.calls), ("said", parts)]
    return [*found, ("log", [_entry(entry, named) for entry in said.entries])]


def _entry(entry: Entry, named: Callable[[str], str]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(named(entry.leaf().decode()))
    return {name: value for name, value in found.items() if name not in _OWN}


THE_SAME: Final = Law("both ways say the same", asked_both_ways, _broken)
