"""What a ledger is to the rest of the gateway, wherever it is stored."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gateway.model.account import AccountLink
from gateway.registry.ledger.record import LedgerHead, RolloutRecord, Version


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now, so that nothing changes."""


class LedgerUnserved(LedgerUnavailable):
    """The ledger is there, and is not of this release: the message says what to do."""


class LedgerCorrupt(Exception):
    """What is stored is not what was written; the message says what is wrong."""


TURN_SECONDS = 30.0


class Ledger(Protocol):
    """Every method raises LedgerUnavailable where the store cannot be read or written now."""

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open the store once for all that is done in here, as a start does."""
        ...

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Change one at a time, among all gateways; LedgerUnavailable if no turn comes in time."""
        ...

    async def head(self) -> LedgerHead:
        """The newest generation, and the last rollout of each source."""
        ...

    async def generation(self) -> int:
        """The newest generation; 0 before the first."""
        ...

    async def version(self, source: str, number: int) -> Version | None:
        """One version as it was written; LedgerCorrupt if it is not so any more."""
        ...

    async def newest(self) -> tuple[Version, ...]:
        """The newest version of every source, by source id."""
        ...

    async def numbered(self, source: str, manifest: str, rules: str | None) -> int | None:
        """The number of the source's version with exactly these texts, or None."""
        ...

    async def next_number(self, source: str) -> int:
        """The number of the source's next version."""
        ...

    async def propose(self, version: Version) -> None:
        """Keep a version, durable on return; LedgerUnavailable unless its number is the next."""
        ...

    async def record_rollout(self, record: RolloutRecord) -> None:
        """Begin a generation, durable on return; LedgerUnavailable unless it is the next one."""
        ...

    async def link(self, link: AccountLink) -> None:
        """Keep a step of a link, durable on return; LedgerUnavailable if it was taken before."""
        ...

    async def links(self) -> tuple[AccountLink, ...]:
        """Every step of every link, in the order of their entries."""
        ...

    async def hold(self, replica: str, generation: int, seconds: float) -> int:
        """Renew a replica's lease if `generation` is the newest; the newest generation."""
        ...

    async def let_go(self, replica: str) -> None:
        """End a replica's lease."""
        ...

    async def leases(self) -> Mapping[str, object]:
        """Until when each replica holds a lease, by the store's own clock: only to be compared."""
        ...

    async def behind(self, generation: int) -> int:
        """How many replicas hold a lease under an earlier generation."""
        ...

    async def aclose(self) -> None:
        """Give the store back. Twice does no harm."""
        ...
