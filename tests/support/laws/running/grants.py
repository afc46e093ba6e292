"""Break-glass grants in memory: as the stores keep them, without a file that takes real time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.model.account import Account
from gateway.oversight.break_glass.store.grant import BreakGlassGrant


@dataclass(slots=True)
class GrantsInMemory:
    """What a question needs of a store of grants; nobody is told, and nothing is overdue."""

    kept: dict[str, tuple[BreakGlassGrant, frozenset[str]]] = field(default_factory=dict)

    async def add(
        self, grant: BreakGlassGrant, pseudonyms: Iterable[str], places: Iterable[str], kind: str
    ) -> None:
        """Keep a grant."""
        del places, kind
        self.kept[grant.id] = grant, frozenset(pseudonyms)

    async def pseudonyms(
        self, grant_id: str, account: Account, organisation: str, now: float
    ) -> frozenset[str]:
        """The child's pseudonyms of a grant that this user may use now."""
        grant, pseudonyms = self.kept.get(grant_id, (None, frozenset[str]()))
        if grant is None or now >= grant.expires_at or grant.organisation != organisation:
            return frozenset()
        return pseudonyms if account == Account(grant.issuer, grant.user) else frozenset()

    async def suspended(self, account: Account, now: float) -> bool:
        """Nothing is overdue."""
        del account, now
        return False
