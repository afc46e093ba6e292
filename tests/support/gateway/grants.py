"""A break-glass grant as a store keeps it."""

from typing import Final

from gateway.model.account import Account
from gateway.oversight.break_glass.store.grant import BreakGlassGrant

WORKER: Final = Account("https://council.example", "s.worker")
GIVEN: Final = BreakGlassGrant(
    id="q1",
    entry=7,
    user=WORKER.user,
    issuer=WORKER.issuer,
    organisation="northbrook",
    manager="m.anager",
    expires_at=1800.0,
    review_by=9000.0,
)
