"""What was given or stated in an emergency, and one thing that somebody is still to be told."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.model.account import Account

LASTS: Final = timedelta(minutes=30)
CLOCKS_DIFFER_S: Final = 600.0  # those of several gateways


@dataclass(frozen=True, slots=True)
class BreakGlassGrant:
    """What one user was given or stated, and somebody else reviews.

    `issuer` vouched for the user, and names their manager; "" where it was not kept yet. `entry` is
    its index in the log, times are Unix seconds. It may be used until `expires_at`;
    where that is past from the beginning, as for stated harm, it may never be used.
    """

    id: str
    entry: int
    user: str
    issuer: str
    organisation: str
    manager: str | None
    expires_at: float
    review_by: float

    @property
    def near(self) -> tuple[Account, ...]:
        """Who may not review it: the user and their manager."""
        names = [self.user, *([self.manager] if self.manager else [])]
        return tuple(Account(self.issuer, name) for name in names)


@dataclass(frozen=True, slots=True)
class KeptGrant:
    """All that a store has of a grant: who reviewed it with which verdict, and the child's."""

    grant: BreakGlassGrant
    reviewer: str | None
    verdict: str | None
    pseudonyms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What one place is to be told: `kind` says what, `about` the id that the log has it by.

    `entry` is the entry of the log that it is about, with which it goes.
    """

    about: str
    entry: int
    place: str
    kind: str
