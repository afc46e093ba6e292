"""Grants and stated harm held to the log: what was edited beside it is made again, and told."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LeafUnreadable, LogCorrupt, LogUnavailable
from gateway.audit.store.contract import Log
from gateway.audit.store.pace import Pace
from gateway.config.working_days import WorkingDays
from gateway.model import events
from gateway.model.clock import Clock
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grant import (
    CLOCKS_DIFFER_S,
    LASTS,
    BreakGlassGrant,
    KeptGrant,
)

REVIEWED_IN: Final = 3  # working days
COPY: Final = "break-glass"
_MINUTE_S: Final = 60.0
# The operator's closed days may have changed since the day for the review was reckoned.
_DAYS_OPEN_TO_CHANGE_S: Final = 7 * 86_400.0


class GrantsDiffer(Exception):
    """What waits for review is not what the log says, and cannot be made again from here."""


@dataclass(slots=True)
class _Differing:
    count: int = 0


@dataclass(frozen=True, slots=True)
class GrantGuard:
    """Holds the store to the log, every half minute and at the start."""

    store: GrantStore
    log: Log
    clock: Clock
    working_days: WorkingDays
    _differing: _Differing = field(default_factory=_Differing)

    def refuse_differing(self) -> None:
        """GrantsDiffer while a difference could not be mended."""
        if self._differing.count:
            raise GrantsDiffer

    async def keep_holding(self) -> None:
        """Hold it again and again, until cancelled."""
        pace = Pace()
        while True:
            try:
                with pace.round():
                    await self.hold()
            except (LogUnavailable, LogCorrupt, LeafUnreadable, GrantsUnavailable) as error:
                events.reviews_unavailable(error)
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)
            await asyncio.sleep(pace.left_s)

    async def hold(self) -> None:
        """Make again what is not as the log says; told, and GrantsDiffer-ing where it cannot be.

        LogUnavailable or GrantsUnavailable if either cannot be read.
        """
        pruned, now = await self.log.pruned(), self.clock.now().timestamp()
        # The store first: what is written meanwhile is in the log before it is in the store.
        kept = {each.grant.id: each for each in await self.store.kept()}
        said = await self._said()
        wanted = {each.grant.id: each for each in _differing(said, kept, now)}
        unknown = {
            name
            for name, each in kept.items()
            if name not in said and not pruned.covers(each.grant.entry)
        }
        if not wanted and not unknown:
            self._differing.count = 0
            return
        try:
            await self.store.mend(wanted.values(), unknown)
        except GrantsUnavailable:
            self._differing.count = len(wanted) + len(unknown)
            events.copy_differs(COPY, self._differing.count)
        else:
            self._differing.count = 0
            events.copy_altered(COPY)

    async def _said(self) -> Mapping[str, "_Said"]:
        """What the log says of each grant and each stated harm, by its id."""
        said = dict[str, _Said]()
        for search in (Search(kind=AuditKind.BREAK_GLASS), Search(stated_harm=True)):
            async for logged in self._found(search):
                entry = logged.entry
                if entry.query_id and entry.kind in {AuditKind.BREAK_GLASS, AuditKind.INTENT}:
                    said[entry.query_id] = _Said(logged.index, entry, self._due(entry))
        async for logged in self._found(Search(kind=AuditKind.REVIEW)):
            entry = logged.entry
            if entry.query_id in said:
                said[entry.query_id].reviews.append(entry)
        return said

    def _due(self, entry: Entry) -> float:
        return self.working_days.after(entry.at, REVIEWED_IN).timestamp()

    async def _found(self, search: Search) -> AsyncIterator[Logged]:
        after: EntryPosition | None = None
        while page := await self.log.search(search, after=after):
            for logged in page:
                yield logged
            after = page[-1].place


@dataclass(frozen=True, slots=True)
class _Said:
    """What the log says of one grant or stated harm; `reviews` are newest first."""

    index: int
    entry: Entry
    due: float
    reviews: list[Entry] = field(default_factory=list)

    @property
    def at(self) -> float:
        return self.entry.at.timestamp()

    @property
    def expires(self) -> float:
        grants = self.entry.kind is AuditKind.BREAK_GLASS
        return self.at + LASTS.total_seconds() if grants else 0.0

    def settled(self, now: float) -> bool:
        """Whether the store must have all of it: it is written after the log."""
        newest = max([self.at, *(each.at.timestamp() for each in self.reviews)])
        return now - newest > _MINUTE_S

    def grant(self, manager: str | None) -> BreakGlassGrant:
        entry = self.entry
        return BreakGlassGrant(
            id=str(entry.query_id),
            entry=self.index,
            user=entry.user or "",
            issuer=entry.issuer or "",
            organisation=entry.organisation or "",
            manager=entry.manager or manager,
            expires_at=self.expires,
            review_by=self.due,
        )

    def kept(self, before: KeptGrant | None, now: float) -> KeptGrant:
        """What the store should have."""
        first = self.reviews[-1] if self.reviews else None
        reviewer = f"{first.user} {first.issuer}" if first else None
        usable = now < self.expires
        return KeptGrant(
            self.grant(before.grant.manager if before else None),
            reviewer,
            first.detail if first else None,
            frozenset(self.entry.child_pseudonyms) if usable else frozenset(),
        )


def _differing(
    said: Mapping[str, _Said], kept: Mapping[str, KeptGrant], now: float
) -> Iterator[KeptGrant]:
    for name, each in said.items():
        before = kept.get(name)
        if each.settled(now) and (before is None or not _agree(each, before, now)):
            yield each.kept(before, now)


def _agree(said: _Said, kept: KeptGrant, now: float) -> bool:
    grant, wanted = kept.grant, said.kept(kept, now)
    alike = replace(
        wanted.grant, expires_at=grant.expires_at, review_by=grant.review_by, issuer=grant.issuer
    )
    return (
        grant == alike
        and grant.issuer in {wanted.grant.issuer, ""}  # of before issuers were kept
        and abs(grant.expires_at - said.expires) <= _MINUTE_S
        and said.at <= grant.review_by <= said.due + _DAYS_OPEN_TO_CHANGE_S
        and _is_reviewed_so(kept, said.reviews)
        and kept.pseudonyms <= frozenset(said.entry.child_pseudonyms)
        and (now >= said.expires - CLOCKS_DIFFER_S or kept.pseudonyms == wanted.pseudonyms)
    )


def _is_reviewed_so(kept: KeptGrant, reviews: Iterable[Entry]) -> bool:
    if kept.reviewer is None:
        return not list(reviews) and kept.verdict is None
    return any(
        kept.verdict == each.detail and kept.reviewer in {each.user, f"{each.user} {each.issuer}"}
        for each in reviews
    )
