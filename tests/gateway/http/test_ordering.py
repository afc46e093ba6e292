"""Whenever the fields of an answer are ready, a screen is shown them in their turn."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Final

import pytest
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, build_schema, parse
from graphql.execution import experimental_execute_incrementally
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.graphql.selection import AnswerKeys, undelivered
from gateway.http.delivery import Patches
from gateway.http.ordering import OrderedParts
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.turns.documents import (
    PartedDocument,
    parted_documents,
    usual_documents,
)
from tests.support.laws.turns.kept_back import kept_back
from tests.support.laws.turns.screen import out_of_turn
from tests.support.virtual_time import run, sleep

SCHEMA: Final[GraphQLSchema] = build_schema(
    """
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
    type Query { child: ChildAnswer children: [ChildAnswer]! }
    type ChildAnswer {
      id: ID! receipt: Receipt! asked: [Row!]! restriction: Restriction!
      answers: [Row!]! child: Child unresolved: [Row!]! ask: [Row!]! completeness: Completeness!
    }
    enum Restriction { NONE_KNOWN UNKNOWN }
    type Receipt { queryId: ID! }
    type Agency { id: ID! }
    type Row { agency: Agency! outcome: String detail: String grade: String code: String }
    type Child { restriction: Restriction! names: [Name!]! }
    type Name { family: String }
    type Completeness { complete: Boolean inScope: Int }
    """
)
FIELDS: Final = tuple(SCHEMA.type_map["ChildAnswer"].fields)  # type: ignore[attr-defined]
_DELAYS: Final = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0])


@dataclass(frozen=True)
class Answer:
    """One child's answer, of which every field is ready when it likes to be."""

    delays: Mapping[str, float]
    rows: tuple[float, ...]

    async def _ready(self, name: str, value: Any) -> Any:
        await sleep(self.delays[name])
        return value

    def id(self, _: Any) -> Any:
        return "q/answer"

    def receipt(self, _: Any) -> Any:
        return {"queryId": "q"}

    def asked(self, _: Any) -> Any:
        return [{"agency": {"id": f"a{at}"}} for at in range(len(self.rows))]

    async def restriction(self, _: Any) -> Any:
        return await self._ready("restriction", "UNKNOWN")

    async def answers(self, _: Any) -> AsyncIterator[Any]:
        for at, delay in enumerate(self.rows):
            await sleep(delay)
            yield {"agency": {"id": f"a{at}"}, "outcome": "TIMEOUT", "detail": self._detail}

    async def _detail(self, _: Any) -> Any:
        return await self._ready("detail", "no answer")

    async def child(self, _: Any) -> Any:
        names = [{"family": "Ashdown"}, {"family": "Wren"}]
        return await self._ready("child", {"restriction": "UNKNOWN", "names": names})

    async def unresolved(self, _: Any) -> Any:
        return await self._ready("unresolved", [{"grade": "POSSIBLE", "agency": {"id": "a0"}}])

    async def ask(self, _: Any) -> Any:
        return await self._ready("ask", [])

    async def completeness(self, _: Any) -> Any:
        return await self._ready("completeness", {"complete": False, "inScope": len(self.rows)})


ANSWERS: Final = st.builds(
    Answer,
    st.fixed_dictionaries(
        dict.fromkeys(
            ("restriction", "detail", "child", "unresolved", "ask", "completeness"), _DELAYS
        )
    ),
    st.lists(_DELAYS, max_size=4).map(tuple),
)
MANY: Final = int(os.environ.get("ARRIVALS", "100"))  # `make laws` tries a thousand
TRIED: Final = settings(max_examples=MANY, deadline=None, database=None, phases=[Phase.generate])
DOCUMENTS: Final = st.one_of(parted_documents(FIELDS), parted_documents(FIELDS), usual_documents())
ARRIVALS: Final = st.tuples(DOCUMENTS, st.lists(ANSWERS, min_size=2, max_size=2))


async def executed(document: DocumentNode, answers: list[Answer]) -> Any:
    root = {"child": answers[0], "children": answers}
    result = experimental_execute_incrementally(SCHEMA, document, root)
    return result if not isawaitable(result) else await result


async def whole(document: PartedDocument, answers: list[Answer]) -> dict[str, Any]:
    """The answer as it comes at once."""
    return dict((await executed(undelivered(parse(document.text)), answers)).formatted)


Steps = list[tuple[dict[str, Any], dict[str, Any] | None]]


async def told(document: PartedDocument, answers: list[Answer]) -> Steps:
    """What comes, by id, and what leaves with it; the whole, where it may not leave in parts."""
    result = await executed(parse(document.text), answers)
    if isinstance(result, ExecutionResult):
        return [(dict(result.formatted),) * 2]
    root = "children" if document.in_bulk else "child"
    ordered = OrderedParts(AnswerKeys(root, document.keys, document.in_bulk))
    first = dict(result.initial_result.formatted)
    in_parts = ordered.first(first)
    coming = [dict(later.formatted) async for later in result.subsequent_results]
    steps: Steps = [(first, first), *((each, ordered.next(each)) for each in coming)]
    return steps if in_parts else [(await whole(document, answers),) * 2]


def wrong_with(document: PartedDocument, answers: list[Answer]) -> list[str]:
    """What a screen would show too soon, too late or not at all, in either shape."""
    expected, steps = run(whole(document, answers))["data"], run(told(document, answers))
    by_id, patches = [left for _, left in steps if left is not None], Patches()
    by_path = [patches.of(each) for each in by_id]
    found = [out_of_turn(parts, document) for parts in (by_id, by_path)]
    lost = ["the parts are not the whole" for _, data in found if data != expected]
    late = kept_back(steps, document)
    return [*lost, *(problem for wrong, _ in found for problem in wrong), *late]


@TRIED
@given(ARRIVALS)
def test_in_whatever_order_fields_are_ready_each_is_told_in_its_turn(
    arrival: tuple[PartedDocument, list[Answer]],
) -> None:
    assert wrong_with(*arrival) == []


def in_one_round(free: Any) -> Any:
    """Only what may leave at first leaves, and not what may leave with it."""

    def freed(self: OrderedParts) -> Any:
        if self.__dict__.pop("went", False):
            return []
        leaving = free(self)
        self.__dict__["went"] = bool(leaving)
        return leaving

    return freed


ORDERED: Final = "gateway.http.ordering:OrderedParts"
FAULTS: Final = (
    PlantedFault(
        "parts leave as they are ready",
        "",
        ((f"{ORDERED}.next", lambda _: lambda _, payload: dict(payload)),),
    ),
    PlantedFault(
        "the first part leaves whatever it says",
        "",
        ((f"{ORDERED}.first", lambda first: lambda *said: first(*said) or True),),
    ),
    PlantedFault(
        "what is announced is taken to have come",
        "",
        ((f"{ORDERED}._may_come", lambda _: lambda *_: False),),
    ),
    PlantedFault(
        "a row does not wait for the restriction",
        "",
        (
            (
                f"{ORDERED}._too_soon",
                lambda soon: (
                    lambda self, a, turn, held: turn.name != "ROWS" and soon(self, a, turn, held)
                ),
            ),
        ),
    ),
    PlantedFault(
        "rows that come with the restriction wait for another part",
        "",
        ((f"{ORDERED}._free", in_one_round),),
    ),
    PlantedFault(
        "what lies within a held part is told before it",
        "",
        (("gateway.http.ordering:_Event.covers", lambda _: lambda *_: False),),
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_is_planted_is_found(fault: PlantedFault) -> None:
    @settings(TRIED, max_examples=400, derandomize=True)
    @given(ARRIVALS)
    def tried(arrival: tuple[PartedDocument, list[Answer]]) -> None:
        assert wrong_with(*arrival) == []

    with fault.planted(), pytest.raises(Exception, match=r"."):
        tried()
