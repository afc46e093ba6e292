"""The answer to one question; each field waits only for what it needs."""

from collections.abc import AsyncGenerator, AsyncIterator

import strawberry

from gateway.answer import Answering
from gateway.schema.agency_answer import AgencyAnswer
from gateway.schema.candidate import CandidateRecord
from gateway.schema.child import Child
from gateway.schema.completeness import Completeness, Receipt
from gateway.schema.context import Context
from gateway.schema.declare import output, resolved

Info = strawberry.Info[Context, None]


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
    async def child(self) -> Child | None:
        """The child as the agencies describe them together; null when no record is certain.

        Waits for every agency or the deadline.
        """
        released = (await self.answering.whole()).child
        return Child.of(released) if released else None

    @resolved
    async def answers(self, info: Info) -> strawberry.Streamable[AgencyAnswer]:
        """Exactly one for each agency in scope, in the order of the agencies' ids.

        With `@stream` each comes as soon as it is settled, and in that order.
        """
        rows = self.answering.rows(as_they_arrive=_streams(info))
        try:
            async for row in rows:
                yield AgencyAnswer.of(row)
        finally:
            await _closed(rows)

    @resolved
    async def unresolved(self) -> list[CandidateRecord]:
        """Records that may be this child's and are not certain.

        Show them apart from the child. Waits for every agency or the deadline.
        """
        whole = await self.answering.whole()
        return [CandidateRecord.of(candidate) for candidate in whole.unresolved]

    @resolved
    async def completeness(self) -> Completeness:
        """What was asked, what was not, and who cannot be asked.

        Waits for every agency or the deadline.
        """
        return Completeness.of((await self.answering.whole()).completeness)

    @resolved
    def receipt(self) -> Receipt:
        """Where this question is on record. Known at once."""
        return Receipt.of(self.answering.receipt)
