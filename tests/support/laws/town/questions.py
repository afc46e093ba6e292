"""Any way to ask about the children of a world."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from gateway.fanout.sources import SENSITIVE_SERVICES
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.law_agency import AREAS
from tests.support.laws.town.question import LawQuestion
from tests.support.laws.town.world import LawWorld

DETAILS: Final = (
    (NHS_NUMBER, "born"),
    (NHS_NUMBER, "born"),
    (NHS_NUMBER, "name", "born"),
    (NHS_NUMBER, UPN, "name", "born"),
    (UPN, "born"),
    (UPN, "name", "born", "sex"),
    ("name", "born"),
    ("name", "born", "sex"),
)
_SELDOM: Final = st.sampled_from([False] * 5 + [True])
_SCOPED: Final = ("default", "area", "area", "areas", "agency", "agency", "agencies")
_AT_TIMES: Final = st.sampled_from([False, False, True])


@st.composite
def asked_about(draw: st.DrawFn, world: LawWorld) -> LawQuestion:
    """Whom a caller means and by what, asked where the caller works."""
    return LawQuestion(_child(draw, world), draw(st.sampled_from(DETAILS)))


@st.composite
def asked_otherwise(draw: st.DrawFn, world: LawWorld, first: LawQuestion) -> LawQuestion:
    """The same, asked of others, in another form or with more leave."""
    areas, agencies = draw(scopes(world))
    others = st.lists(st.sampled_from(world.children), max_size=1)
    beside = tuple(draw(others)) if draw(_SELDOM) else ()
    question = LawQuestion(
        first.child,
        first.by,
        areas=areas,
        agencies=agencies,
        cause=draw(st.sampled_from([True, True, True, False])),
        harm=draw(_SELDOM),
        broke_glass=draw(_AT_TIMES),
        chosen=draw(st.sampled_from([None, None, None, 0, 1])),
        streamed=draw(st.booleans()),
        beside=beside,
    )
    # No draw of its own, so that the seeds of planted faults stay what they were.
    again = bool(agencies) and not beside and len(agencies or ()) % 2 == question.streamed
    return replace(question, again=again)


@st.composite
def scopes(
    draw: st.DrawFn, world: LawWorld
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Areas and agencies of a scope: neither, either or both."""
    what = draw(st.sampled_from(_SCOPED))
    if what == "default":
        return None, None
    if what == "area":
        return (draw(st.sampled_from(AREAS)),), None
    if what == "areas":
        return tuple(draw(st.lists(st.sampled_from(AREAS), min_size=1, unique=True))), None
    shown = sorted({SENSITIVE_SERVICES if a.sensitive else a.id for a in world.agencies})
    most = 1 if what == "agency" else 3
    named = st.lists(st.sampled_from(shown), min_size=1, max_size=most, unique=True)
    return None, tuple(draw(named))


def widest(question: LawQuestion) -> LawQuestion:
    """The same child by the same details, asked everywhere and with a cause."""
    return LawQuestion(question.child, question.by, areas=AREAS)


def _child(draw: st.DrawFn, world: LawWorld) -> LawChild:
    return draw(st.sampled_from((world.children[0], *world.children)))
