"""Break-glass and its review as one caller may have them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import strawberry

from gateway.graphql.optional_inputs import known_of
from gateway.graphql.services.break_glass import BreakGlassGrantType
from gateway.graphql.types.codes import ReviewVerdict
from gateway.graphql.types.inputs import KnownDetails
from gateway.model.caller import Caller
from gateway.model.inquiry import refuse_too_few
from gateway.oversight.break_glass.service import BreakGlass


@dataclass(frozen=True, slots=True)
class BreakGlassApi:
    """What one caller asks of break-glass."""

    break_glass: BreakGlass
    caller: Caller

    async def grant(self, known: KnownDetails, justification: str) -> BreakGlassGrantType:
        """A grant for one child; AskDifferently, SignIn or NotAllowed says why not."""
        child = known_of(known)
        refuse_too_few(child)
        made = await self.break_glass.grant(self.caller, child, justification)
        return BreakGlassGrantType(
            id=strawberry.ID(made.id),
            expires_at=datetime.fromtimestamp(made.expires_at, UTC),
            review_by=datetime.fromtimestamp(made.review_by, UTC),
        )

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> None:
        """Keep what this caller found of an entry."""
        await self.break_glass.review(self.caller, entry, verdict.value, note)
