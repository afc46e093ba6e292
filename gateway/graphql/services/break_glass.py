"""Access in an emergency, granted for a while and reviewed afterwards."""

from datetime import datetime

import strawberry

from gateway.graphql.types.declare import field, output


@output
class BreakGlassGrantType:
    """A break-glass grant: one user may ask about one child whose shield is not known.

    It never lifts a shield.
    """

    id: strawberry.ID = field("Send it as `AccessReason.breakGlass`.")
    expires_at: datetime = field("Until when it may be used; thirty minutes.")
    review_by: datetime = field("By when another person must review its use.")
