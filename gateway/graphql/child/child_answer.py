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
from gateway.model.answer import Answering
from resolvers.child.child import Restriction

Info = strawberry.Info[Context, None]
Part = Callable[[Answering], Awaitable[Any]]


async def _child(answering: Answering) -> ChildType | None:
    released = (await answering.whole()).child
    return ChildType.of(released) if released else None


async def _answers(answering: Answering) -> list[AgencyAnswer]:
    name = answering.receipt.query_id
    return [AgencyAnswer.of(row, name) async for row in answering.rows(as_they_arrive=False)]


async def _unresolved(answering: Answering) -> list[CandidateRecord]:
    return [CandidateRecord.of(candidate) for candidate in (await answering.whole()).unresolved]


async def _ask(answering: Answering) -> list[ChildNeedType]:
    return [ChildNeedType.of(need) for need in (await answering.whole()).ask]


async def _completeness(answering: Answering) -> CompletenessType:
    return CompletenessType.of((await answering.whole()).completeness)


async def _restriction(answering: Answering) -> Restriction:
    return await answering.restriction()


async def _receipt(answering: Answering) -> ReceiptType:
    return ReceiptType.of(answering.receipt)


async def _asked(answering: Answering) -> list[AskedAgency]:
    return [AskedAgency.of(each) for each in answering.in_scope]


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
        return await _child(self.answering)

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
        return await _unresolved(self.answering)

    @resolved
    async def ask(self) -> list[ChildNeedType]:
        """What you could tell or check so that a second question finds more; empty if nothing.

        Waits for every agency or the deadline.
        """
        return await _ask(self.answering)

    @resolved
    async def completeness(self) -> CompletenessType:
        """What was asked, what was not, and who cannot be asked.

        Waits for every agency or the deadline.
        """
        return await _completeness(self.answering)

    @resolved
    def receipt(self) -> ReceiptType:
        """Where this question is on record. Known immediately."""
        return ReceiptType.of(self.answering.receipt)
