"""The answer to one question; each field waits only for what it needs."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

import strawberry

from gateway.graphql.child.agency_answer import AgencyAnswer
from gateway.graphql.child.candidate import CandidateRecord
from gateway.graphql.child.child import ChildType
from gateway.graphql.child.child_need import ChildNeedType
from gateway.graphql.child.completeness import AskedAgency, CompletenessType, ReceiptType
from gateway.graphql.services.context import Context
from gateway.graphql.types.declare import output, resolved
from gateway.model.agency import AgencyCard
from gateway.model.answer import (
    AgencyInScope,
    AgencyRow,
    Answering,
    Candidate,
    Completeness,
    Receipt,
    ReleasedChild,
)
from resolvers.child.child import Restriction
from resolvers.child_need import ChildNeed

Info = strawberry.Info[Context, None]
Part = Callable[[Answering], Awaitable[Any]]
Cards = Mapping[str, AgencyCard]


async def _child(answering: Answering) -> ReleasedChild | None:
    return (await answering.whole()).child


async def _answers(answering: Answering) -> list[AgencyRow]:
    return [row async for row in answering.rows(as_they_arrive=False)]


async def _unresolved(answering: Answering) -> tuple[Candidate, ...]:
    return (await answering.whole()).unresolved


async def _ask(answering: Answering) -> tuple[ChildNeed, ...]:
    return (await answering.whole()).ask


async def _completeness(answering: Answering) -> Completeness:
    return (await answering.whole()).completeness


async def _restriction(answering: Answering) -> Restriction:
    return await answering.restriction()


async def _receipt(answering: Answering) -> Receipt:
    return answering.receipt


async def _asked(answering: Answering) -> tuple[AgencyInScope, ...]:
    return answering.in_scope


async def _id(answering: Answering) -> strawberry.ID:
    return strawberry.ID(f"{answering.receipt.query_id}/answer")


PARTS: Final[Mapping[str, Part]] = {
    "id": _id,
    "asked": _asked,
    "child": _child,
    "answers": _answers,
    "unresolved": _unresolved,
    "ask": _ask,
    "completeness": _completeness,
    "receipt": _receipt,
    "restriction": _restriction,
}
"""What each part of an answer is read from, once it may be."""


def tellers(part: Any) -> Cards:
    """The agencies by which a part names its tellers, by id."""
    match part:
        case ReleasedChild():
            return part.agencies
        case [AgencyRow(), *_]:
            return {row.agency.id: row.agency for row in part}
        case _:
            return {}


def _streams(info: Info) -> bool:
    """Whether this field is delivered in parts: asked for, and not switched off."""
    stream = info.selected_fields[0].directives.get("stream")
    return stream is not None and stream.get("if") is not False


async def _closed(rows: AsyncIterator[object]) -> None:
    if isinstance(rows, AsyncGenerator):
        await rows.aclose()


@output
class ChildAnswer:
    """Everything that the agencies in scope answered about one child."""

    answering: strawberry.Private[Answering]

    @resolved
    async def id(self) -> strawberry.ID:
        """Names this answer and no other: ask twice, and there are two."""
        return await _id(self.answering)

    @resolved
    def asked(self) -> list[AskedAgency]:
        """Every agency that has a row, by id: who a screen waits for. Known immediately."""
        return [AskedAgency.of(each) for each in self.answering.in_scope]

    @resolved
    async def restriction(self) -> Restriction:
        """Whether the child is shielded; show it first. The same as in `child`.

        Known once every agency that decides on it has answered, or at the deadline, and before
        any row that depends on it. UNKNOWN where `child` is null, whatever agencies hold.
        """
        return await _restriction(self.answering)

    @resolved
    async def child(self) -> ChildType | None:
        """The child as the agencies describe them together; null when no record is certain.

        Waits for every agency or the deadline.
        """
        released = await _child(self.answering)
        return ChildType.of(released) if released else None

    @resolved
    async def answers(self, info: Info) -> strawberry.Streamable[AgencyAnswer]:
        """Exactly one for each agency in scope, in the order of the agencies' ids.

        With `@stream` each comes as soon as it is settled, and in the order of settling.
        """
        rows = self.answering.rows(as_they_arrive=_streams(info))
        try:
            async for row in rows:
                yield AgencyAnswer.of(row, self.answering.receipt.query_id)
        finally:
            await _closed(rows)

    @resolved
    async def unresolved(self) -> list[CandidateRecord]:
        """Records that may be this child's and are not certain.

        Show them separately from the child. Waits for every agency or the deadline.
        """
        return [CandidateRecord.of(each) for each in await _unresolved(self.answering)]

    @resolved
    async def ask(self) -> list[ChildNeedType]:
        """What you could tell or check so that a second question finds more; empty if nothing.

        Waits for every agency or the deadline.
        """
        return [ChildNeedType.of(each) for each in await _ask(self.answering)]

    @resolved
    async def completeness(self) -> CompletenessType:
        """What was asked, what was not, and who cannot be asked.

        Waits for every agency or the deadline.
        """
        return CompletenessType.of(await _completeness(self.answering))

    @resolved
    def receipt(self) -> ReceiptType:
        """Where this question is on record. Known immediately."""
        return ReceiptType.of(self.answering.receipt)
