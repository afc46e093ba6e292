"""The log as one caller may read it: auditors all, privacy officers what concerns their agency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import strawberry

from gateway import events
from gateway.audit import entry as logged
from gateway.audit.entry import Entry
from gateway.audit.failures import LogCorrupt, LogUnavailable
from gateway.audit.logged import Logged
from gateway.audit.page import Kept, refuse_edited
from gateway.audit.publication import Publication
from gateway.audit.sealing import Sealed
from gateway.audit.search import Place, Search
from gateway.caller import Caller
from gateway.errors import AskDifferently, NotAllowed, TryLater
from gateway.inquiry import Known
from gateway.policy_case import Asker, owners
from gateway.policy_explanation import explained
from gateway.recording import Recorder
from gateway.rules.book import RuleBook
from gateway.schema.audit import (
    AuditedAgency,
    AuditedChange,
    AuditEntry,
    AuditEntryConnection,
    AuditEntryEdge,
    AuditFilter,
    Checkpoint,
)
from gateway.schema.explained import ExplainedClass, PolicyAsker
from gateway.schema.inputs import KnownDetails
from gateway.schema.page import PageInfo
from gateway.schema.scalars import LogIndex
from gateway.schema.withheld import Withheld

AUDITOR: Final = "auditor"
PRIVACY_OFFICER: Final = "privacy-officer"
LONGEST_PAGE: Final = 200
MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class AuditDesk:
    """One caller's reading of the log; a privacy officer's organisation is their agency's id."""

    publication: Publication
    recorder: Recorder
    caller: Caller
    book: RuleBook

    @property
    def _all(self) -> bool:
        return AUDITOR in self.caller.roles

    async def admit(self) -> None:
        """NotAllowed, and logged, if the caller may read nothing of the log."""
        if not self.caller.roles & {AUDITOR, PRIVACY_OFFICER}:
            await self.recorder.refuse("AUDIT_NOT_ALLOWED", self.caller)
            raise NotAllowed(
                "AUDIT_NOT_ALLOWED", "the log is for auditors and agencies' privacy officers"
            )

    async def entries(
        self, wanted: AuditFilter | None, first: int | None, after: str | None
    ) -> AuditEntryConnection:
        """A page of entries, newest first, once the search itself is in the log."""
        count, place = _count(first), _place(after)
        search = await self._search(wanted)
        await self._record(search.named, search)
        found = await self._read(search, place, count + 1)
        edges = [self._edge(each) for each in found[:count]]

        async def counted() -> int | None:
            fitting = len(await self._read(search, None, MOST_COUNTED + 1))
            return fitting if fitting <= MOST_COUNTED else None

        info = PageInfo(
            has_next_page=len(found) > count,
            has_previous_page=place is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return AuditEntryConnection(edges=edges, page_info=info, count=counted)

    async def entry(self, index: int) -> AuditEntry | None:
        """The entry at `index`, if the caller may see it, once the look is in the log."""
        await self._record("ENTRY", Search())
        log = self.publication.log
        try:
            found = await log.entries(index, 1) if index >= 0 else ()
            pruned = await log.pruned()
            await self._refuse_edited([each for each in found if each.index == index])
        except (LogUnavailable, LogCorrupt) as error:
            raise _unreadable(error) from None
        if pruned.covers(index):
            raise AskDifferently(
                "ENTRY_PRUNED", "index: the entry was pruned; the log's PRUNING entries say why"
            )
        shown = [each for each in found if each.index == index and self._may_see(each.entry)]
        return self._shown(shown[0]) if shown else None

    async def explain(self, asker: PolicyAsker) -> list[ExplainedClass]:
        """How the rules in force decide for such an asker, once the look is in the log."""
        source = str(asker.source)
        agency = owners(self.book).get(source)
        if not self._all and agency != self.caller.organisation:
            await self.recorder.refuse("AUDIT_NOT_ALLOWED", self.caller)
            raise NotAllowed("AUDIT_NOT_ALLOWED", "asker.source: you may look at your agency's own")
        if agency is None:
            raise AskDifferently("VARIABLES_INVALID", "asker.source: there is no such source")
        await self.recorder.searched(self.caller, "EXPLAIN", agency=agency)
        today = self.recorder.clock.now().date()
        return [
            ExplainedClass(
                release_class=each.release_class,
                fields=list(each.fields),
                ruling=each.ruling,
                rules=list(each.rules),
                needed=list(each.needed),
            )
            for each in explained(_asker(asker), self.book, today)
        ]

    async def checkpoint(self) -> Checkpoint:
        """The log's state now, signed."""
        try:
            newest = await self.publication.newest()
        except (LogUnavailable, LogCorrupt) as error:
            raise _unreadable(error) from None
        return Checkpoint(
            origin=newest.origin,
            size=LogIndex(newest.size),
            note=newest.note,
            at=newest.at,
            witnessed_by=list(newest.cosigners),
        )

    async def _search(self, wanted: AuditFilter | None) -> Search:
        search = await self._filtered(wanted) if wanted else Search()
        if self._all:
            return search
        if search.agency not in {None, self.caller.organisation}:
            raise NotAllowed("AUDIT_NOT_ALLOWED", "filter.agency: you may read your own agency's")
        return replace(search, agency=self.caller.organisation)

    async def _filtered(self, wanted: AuditFilter) -> Search:
        return Search(
            user=_given(wanted.user),
            organisation=_given(wanted.organisation),
            agency=_given(wanted.agency),
            purpose=_given(wanted.purpose),
            kind=_given(wanted.kind),
            query_id=_given(wanted.query_id),
            pseudonyms=await self._pseudonyms(_given(wanted.child)),
            since=_given(wanted.since),
            before=_given(wanted.to),
            break_glass=_given(wanted.break_glass),
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

    async def _record(self, detail: str, search: Search) -> None:
        await self.recorder.searched(
            self.caller, detail, agency=search.agency, pseudonyms=search.pseudonyms or ()
        )

    async def _read(self, search: Search, after: Place | None, count: int) -> tuple[Logged, ...]:
        try:
            return await self.publication.log.search(search, after=after, count=count)
        except (LogUnavailable, LogCorrupt) as error:
            raise _unreadable(error) from None

    async def _refuse_edited(self, found: Sequence[Logged]) -> None:
        for each in found:
            node = await self.publication.log.nodes([each.index], each.index + 1)
            refuse_edited([Kept(each.index, each.leaf, node(0, each.index))])

    def _may_see(self, entry: Entry) -> bool:
        return self._all or any(a.agency == self.caller.organisation for a in entry.agencies)

    def _edge(self, found: Logged) -> AuditEntryEdge:
        return AuditEntryEdge(node=self._shown(found), cursor=found.place.cursor)

    def _shown(self, found: Logged) -> AuditEntry:
        entry = found.entry

        async def justification() -> str | None:
            return await self._opened(entry.justification, entry.query_id)

        async def case_reference() -> str | None:
            return await self._opened(entry.case_reference, entry.query_id)

        async def proof() -> str:
            # The entry's bytes name other agencies, so only an auditor's proof brings them along.
            leaf = found.leaf if self._all else None
            try:
                return await self.publication.proof(found.index, leaf=leaf, cosigned_by=1)
            except (LogUnavailable, LogCorrupt) as error:
                raise _unreadable(error) from None

        return AuditEntry(
            index=LogIndex(found.index),
            at=entry.at,
            kind=entry.kind,
            query_id=_id(entry.query_id),
            user=entry.user,
            organisation=entry.organisation,
            role=entry.role,
            purpose=entry.purpose,
            child_pseudonyms=list(entry.child_pseudonyms) if self._all else [],
            document=entry.document,
            policy_version=entry.policy_version,
            agencies=[_agency(each) for each in self._concerned(entry)],
            count=entry.count or 1,
            change=_change(entry.change),
            # That a surname is the user's own would tell an agency the child's.
            risks=[risk.value for risk in entry.risks] if self._all else [],
            read_justification=justification,
            read_case_reference=case_reference,
            prove=proof,
        )

    def _concerned(self, entry: Entry) -> Iterable[logged.AuditedAgency]:
        return (a for a in entry.agencies if self._all or a.agency == self.caller.organisation)

    async def _opened(self, sealed: Sealed | None, query_id: str | None) -> str | None:
        if sealed is None or query_id is None or not self._all:
            return None
        return await self.recorder.opened(sealed, query_id)


def _asker(asked: PolicyAsker) -> Asker:
    """An asker of whom what was left out is as harmless as can be."""
    said = {
        **{name: _given(getattr(asked, name)) for name in _CIRCUMSTANCES},
        "accreditation": frozenset() if _given(asked.accredited) is False else None,
    }
    return Asker(
        source=str(asked.source),
        sector=asked.sector,
        roles=frozenset(asked.roles),
        purpose=asked.purpose,
        **{name: value for name, value in said.items() if value is not None},
    )


_CIRCUMSTANCES: Final = (
    *("organisation", "in_area", "out_of_area_cause", "case_reference", "significant_harm"),
    *("consent", "restricted", "shield_cleared"),
)


def refuse_unless_auditor(caller: Caller) -> None:
    """NotAllowed for anybody but an auditor."""
    if AUDITOR not in caller.roles:
        raise NotAllowed("AUDIT_NOT_ALLOWED", "the published log is for auditors alone")


def _agency(said: logged.AuditedAgency) -> AuditedAgency:
    kept = [
        Withheld(release_class=w.release_class, reason=w.reason, message=f"Rule: {w.rule}")
        for w in said.withheld
    ]
    return AuditedAgency(
        agency=strawberry.ID(said.agency),
        outcome=said.outcome,
        released=list(said.released),
        through=list(said.through),
        withheld=kept,
    )


def _change(change: logged.AuditedChange | None) -> AuditedChange | None:
    if change is None:
        return None
    return AuditedChange(subject=change.subject, version=change.version, sha256=change.sha256)


def known_of(child: KnownDetails) -> Known:
    """What a client says of a child outside a question."""
    record = _given(child.agency_record)
    return Known(
        nhs_number=_given(child.nhs_number),
        upn=_given(child.upn),
        agency_record=(str(record.agency), record.record_id) if record else None,
        given_names=tuple(_given(child.given_names) or ()),
        family_name=_given(child.family_name),
        birth_date=_given(child.birth_date),
        sex=_given(child.sex),
        postcode=_given(child.postcode),
    )


def _given(value: Any) -> Any:
    return None if value is strawberry.UNSET else value


def _count(first: int | None) -> int:
    count = LONGEST_PAGE if first is None else first
    if not 0 <= count <= LONGEST_PAGE:
        raise AskDifferently("VARIABLES_INVALID", f"first: from 0 to {LONGEST_PAGE}")
    return count


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    place = Place.read(after)
    if place is None:
        raise AskDifferently("VARIABLES_INVALID", "after: is no cursor of this list")
    return place


def _id(text: str | None) -> strawberry.ID | None:
    return None if text is None else strawberry.ID(text)


def _unreadable(error: LogUnavailable | LogCorrupt) -> TryLater:
    if isinstance(error, LogUnavailable):
        return TryLater("LOG_UNAVAILABLE", "the log cannot be read now; ask again")
    events.log_corrupt()
    where = "" if error.entry is None else f" at entry {error.entry}"
    said = f"the log was changed behind the gateway{where}; `teamaround audit verify` says more"
    return TryLater("LOG_UNAVAILABLE", said)
