"""Access in an emergency, granted for a while and reviewed afterwards."""

from datetime import datetime

import strawberry

from gateway.graphql.types.declare import field, output


@output
class BreakGlassGrantType:
    """Leave to ask about one child of whom it is not known whether they are shielded.

    It never lifts a shield.
    """

    id: strawberry.ID = field("Send it as `AccessReason.breakGlass`.")
    expires_at: datetime = field("Until when it may be used; thirty minutes.")
    review_by: datetime = field("By when somebody else reviews its use.")
