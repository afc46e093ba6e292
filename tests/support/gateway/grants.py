"""A break-glass grant as a store keeps it."""

from typing import Final

from gateway.oversight.break_glass.store.grant import BreakGlassGrant

GIVEN: Final = BreakGlassGrant("q1", 7, "s.worker", "northbrook", "m.anager", 1800.0, 9000.0)
