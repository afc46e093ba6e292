"""Break-glass and its review as one caller may have them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import strawberry

from gateway.break_glass import BreakGlass
from gateway.caller import Caller
from gateway.inquiry import refuse_too_few
from gateway.schema.break_glass import BreakGlassGrant
from gateway.schema.codes import ReviewVerdict
from gateway.schema.inputs import KnownDetails
from gateway.stated import known_of


@dataclass(frozen=True, slots=True)
class EmergencyDesk:
    """What one caller asks of break-glass."""

    break_glass: BreakGlass
    caller: Caller

    async def grant(self, known: KnownDetails, justification: str) -> BreakGlassGrant:
        """Leave for one child; AskDifferently, SignIn or NotAllowed says why not."""
        child = known_of(known)
        refuse_too_few(child)
        made = await self.break_glass.grant(self.caller, child, justification)
        return BreakGlassGrant(
            id=strawberry.ID(made.id),
            expires_at=datetime.fromtimestamp(made.expires_at, UTC),
            review_by=datetime.fromtimestamp(made.review_by, UTC),
        )

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> None:
        """Keep what this caller found of an entry."""
        await self.break_glass.review(self.caller, entry, verdict.value, note)
