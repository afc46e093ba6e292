"""The log as one caller may read it: pages, entries and states, each look in the log first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.audit.entry.logged import Logged
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.range import EntryRange
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.recorder.recorder import Recorder
from gateway.audit.search.page import Kept, refuse_edited
from gateway.graphql.optional_inputs import given, known_of
from gateway.graphql.services.audit import (
    AuditEntry,
    AuditEntryConnection,
    AuditFilter,
    CheckpointType,
)
from gateway.graphql.services.explained import ExplainedClass, PolicyAsker
from gateway.graphql.types.declare import PageInfo
from gateway.graphql.types.inputs import KnownDetails
from gateway.graphql.types.scalars import LogIndex
from gateway.graphql.types.taking_turns import TakingTurns
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, NotAllowed
from gateway.oversight.auditors.access import AuditReader
from gateway.oversight.auditors.entry_view import ShownEntries, unreadable
from gateway.oversight.auditors.explain import ExplainApi
from gateway.policy.rules.rule_set import RuleSet

LONGEST_PAGE: Final = 200
MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class AuditApi:
    """One caller's reading of the log; `own_roles` may see how their agency's rules decide."""

    publication: Publication
    recorder: Recorder
    caller: Caller
    rule_set: RuleSet
    own_roles: frozenset[str] = frozenset()

    @property
    def _reader(self) -> AuditReader:
        return AuditReader(self.caller)

    @property
    def _own_agency(self) -> str | None:
        return None if self._reader.reads_all else self._reader.agency

    @property
    def _entries(self) -> ShownEntries:
        return ShownEntries(self.publication, self.recorder, self._reader)

    async def admit(self) -> None:
        """NotAllowed, and logged, if the caller may read nothing of the log."""
        if not self._reader.reads:
            await self.recorder.refuse("AUDIT_NOT_ALLOWED", self.caller)
            raise NotAllowed(
                "AUDIT_NOT_ALLOWED", "the log is for auditors and agencies' privacy officers"
            )

    async def entries(
        self, wanted: AuditFilter | None, first: int | None, after: str | None
    ) -> AuditEntryConnection:
        """A page of entries, newest first, once the search itself is in the log.

        What it found is read first, so that the log says how much was given.
        """
        count, place = _count(first), _place(after)
        search = await self._search(wanted)
        found = await self._read(search, place, count + 1)
        await self._record(search, len(found[:count]))
        edges = TakingTurns([self._entries.edge(each) for each in found[:count]])

        async def counted() -> int | None:
            fitting = len(await self._read(search, None, MOST_COUNTED + 1))
            return fitting if fitting <= MOST_COUNTED else None

        info = PageInfo(
            has_next_page=len(found) > count,
            has_previous_page=place is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return AuditEntryConnection(
            edges=edges,
            page_info=info,
            epochs_not_searched=sorted(await self._not_searched(search)),
            count=counted,
        )

    async def entry(self, index: int) -> AuditEntry | None:
        """The entry at `index`, if the caller may see it, once the look is in the log."""
        looked = AuditedLook(entries=EntryRange(index, index))
        await self.recorder.searched(self.caller, "ENTRY", looked, agency=self._own_agency)
        log = self.publication.log
        try:
            found = await log.entries(index, 1) if index >= 0 else ()
            pruned = await log.pruned()
            await self._refuse_edited([each for each in found if each.index == index])
        except (LogUnavailable, LogCorrupt) as error:
            raise unreadable(self.publication, error) from None
        if pruned.covers(index):
            raise AskDifferently(
                "ENTRY_PRUNED", "index: the entry was pruned; the log's PRUNING entries say why"
            )
        seen = (each for each in found if each.index == index)
        shown = [each for each in seen if self._reader.may_see(each.entry)]
        return self._entries.of(shown[0]) if shown else None

    async def explain(self, asker: PolicyAsker) -> list[ExplainedClass]:
        """How the rules in force decide for such an asker, once the look is in the log."""
        looks = ExplainApi(self.recorder, self._reader, self.rule_set, self.own_roles)
        return await looks.explain(asker)

    async def checkpoint(self) -> CheckpointType:
        """The log's state now, signed."""
        try:
            newest = await self.publication.newest()
        except (LogUnavailable, LogCorrupt) as error:
            raise unreadable(self.publication, error) from None
        return CheckpointType(
            origin=newest.origin,
            size=LogIndex(newest.size),
            note=newest.note,
            at=newest.at,
            witnessed_by=list(newest.cosigners),
        )

    async def _search(self, wanted: AuditFilter | None) -> Search:
        search = await self._filtered(wanted) if wanted else Search()
        if self._reader.reads_all:
            return search
        if search.agency not in {None, self._reader.agency}:
            raise NotAllowed(
                "AUDIT_NOT_ALLOWED", "filter.agency: you may read only your own agency's entries"
            )
        return replace(search, agency=self._reader.agency)

    async def _filtered(self, wanted: AuditFilter) -> Search:
        return Search(
            user=given(wanted.user),
            issuer=given(wanted.issuer),
            organisation=given(wanted.organisation),
            agency=given(wanted.agency),
            purpose=given(wanted.purpose),
            kind=given(wanted.kind),
            query_id=given(wanted.query_id),
            pseudonyms=await self._pseudonyms(given(wanted.child)),
            since=given(wanted.since),
            before=given(wanted.to),
            break_glass=given(wanted.break_glass),
        )

    async def _pseudonyms(self, child: KnownDetails | None) -> frozenset[str] | None:
        if child is None:
            return None
        found = await self.recorder.pseudonyms_everywhere(known_of(child))
        if not found:
            raise AskDifferently(
                "KNOWN_DETAILS_TOO_FEW",
                "filter.child: give an identifier, or both names with a whole birthDate",
            )
        return frozenset(found)

    async def _not_searched(self, search: Search) -> frozenset[str]:
        """The epochs of the log under which no pseudonym of the child can be made any more."""
        if search.pseudonyms is None:
            return frozenset()
        searched = {name.partition(":")[0] for name in search.pseudonyms}
        try:
            return await self.publication.log.epochs() - searched
        except (LogUnavailable, LogCorrupt) as error:
            raise unreadable(self.publication, error) from None

    async def _record(self, search: Search, count: int) -> None:
        await self.recorder.searched(
            self.caller,
            search.named,
            AuditedLook.of(search, count=count),
            agency=search.agency,
            pseudonyms=search.pseudonyms or (),
        )

    async def _read(
        self, search: Search, after: EntryPosition | None, count: int
    ) -> tuple[Logged, ...]:
        try:
            return await self.publication.log.search(search, after=after, count=count)
        except (LogUnavailable, LogCorrupt) as error:
            raise unreadable(self.publication, error) from None

    async def _refuse_edited(self, found: Sequence[Logged]) -> None:
        for each in found:
            node = await self.publication.log.nodes([each.index], each.index + 1)
            refuse_edited([Kept(each.index, each.leaf, node(0, each.index))])


def _count(first: int | None) -> int:
    count = LONGEST_PAGE if first is None else first
    if not 0 <= count <= LONGEST_PAGE:
        raise AskDifferently("VARIABLES_INVALID", f"first: from 0 to {LONGEST_PAGE}")
    return count


def _place(after: str | None) -> EntryPosition | None:
    if after is None:
        return None
    place = EntryPosition.read(after)
    if place is None:
        raise AskDifferently("VARIABLES_INVALID", "after: is not a cursor of this list")
    return place
