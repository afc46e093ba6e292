"""What keeps break-glass grants and notices for the gateway, wherever they are stored."""

from collections.abc import Collection, Iterable
from typing import Final, Protocol

from gateway.model.account import Account
from gateway.oversight.break_glass.store.grant import BreakGlassGrant, KeptGrant, Notice


class GrantsUnavailable(Exception):
    """What waits for review cannot be read or written now, so that nothing is given."""


class GrantsUnserved(GrantsUnavailable):
    """The store is there, and is not of this release: the message says what to do."""


CLAIMED_AT_ONCE: Final = 100
OVERDUE: Final = "overdue"


class GrantStore(Protocol):
    """Every method raises GrantsUnavailable where the store cannot be read or written now.

    What was written is durable on return. `now` is in Unix seconds by the gateway's clock; what
    is claimed runs by the store's own, which is the same for every gateway.
    """

    async def add(
        self, grant: BreakGlassGrant, pseudonyms: Iterable[str], places: Iterable[str], kind: str
    ) -> None:
        """Keep a grant with the child's pseudonyms, and whom to tell what of it."""
        ...

    async def pseudonyms(
        self, grant_id: str, account: Account, organisation: str, now: float
    ) -> frozenset[str]:
        """The child's pseudonyms of a grant that this user may use now; none of any other."""
        ...

    async def suspended(self, account: Account, now: float) -> bool:
        """Whether a review of this user's use is overdue."""
        ...

    async def unreviewed(self, entry: int) -> BreakGlassGrant | None:
        """The grant of this entry of the log, if nobody has reviewed it."""
        ...

    async def review(self, grant_id: str, reviewer: str, verdict: str) -> None:
        """Keep who reviewed the grant and what they found; the first review stays."""
        ...

    async def escalate(self, now: float, places: Iterable[str]) -> None:
        """Have every review that is overdue told to these places, once among all gateways."""
        ...

    async def notify(self, notices: Iterable[Notice]) -> None:
        """Have these told; one that was to be told before is not told again."""
        ...

    async def claim(self, seconds: float) -> tuple[Notice, ...]:
        """Up to CLAIMED_AT_ONCE notices that nobody took, for this gateway alone for so long."""
        ...

    async def sent(self, notice: Notice) -> None:
        """Keep that a notice was taken."""
        ...

    async def end(self, now: float) -> None:
        """Forget about whom an expired grant was: nothing asks for it any more."""
        ...

    async def entries(self) -> frozenset[int]:
        """The entries of the log that anything is kept about."""
        ...

    async def forget(self, entries: Collection[int]) -> None:
        """Keep nothing about these entries, which were pruned from the log."""
        ...

    async def kept(self) -> tuple[KeptGrant, ...]:
        """Everything that is kept of grants and stated harm."""
        ...

    async def mend(self, grants: Iterable[KeptGrant], unknown: Collection[str]) -> None:
        """Have these stand as they are given, and what has an `unknown` id not at all.

        GrantsUnavailable if this account may not change so much; then nothing is changed.
        """
        ...

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        ...
