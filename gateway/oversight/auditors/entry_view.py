"""One entry of the log as one reader may see it; sealed texts and proofs come when asked for."""

from dataclasses import dataclass

import strawberry

from gateway.audit.entry import entry as logged
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.lost_log import LostLog
from gateway.audit.errors import LogCorrupt, LogUnavailable
from gateway.audit.keys.sealing import Sealed
from gateway.audit.publish.publication import Publication
from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.services.audit import (
    AuditedAccount,
    AuditedAgencyType,
    AuditedChangeType,
    AuditedLookType,
    AuditEntry,
    AuditEntryEdge,
    LostLogType,
)
from gateway.graphql.types.scalars import LogIndex
from gateway.graphql.types.withheld import WithheldType
from gateway.model.errors import TryLater
from gateway.oversight.auditors.access import AuditReader


@dataclass(frozen=True, slots=True)
class ShownEntries:
    """Entries of one log as one reader may see them."""

    publication: Publication
    recorder: Recorder
    reader: AuditReader

    def edge(self, found: Logged) -> AuditEntryEdge:
        """The entry in its place of every list."""
        return AuditEntryEdge(node=self.of(found), cursor=found.place.cursor)

    def of(self, found: Logged) -> AuditEntry:
        """The entry; its texts and its proof are read when they are asked for."""
        entry, everything = found.entry, self.reader.reads_all

        async def justification() -> str | None:
            return await self._opened(entry.justification, entry.query_id)

        async def case_reference() -> str | None:
            return await self._opened(entry.case_reference, entry.query_id)

        async def proof() -> str:
            return await self._proof(found)

        return AuditEntry(
            index=LogIndex(found.index),
            at=entry.at,
            kind=entry.kind,
            query_id=None if entry.query_id is None else strawberry.ID(entry.query_id),
            user=entry.user,
            issuer=entry.issuer,
            organisation=entry.organisation,
            role=entry.role,
            purpose=entry.purpose,
            child_pseudonyms=list(entry.child_pseudonyms) if everything else [],
            document=entry.document,
            policy_version=entry.policy_version,
            agencies=[_agency(each) for each in self.reader.concerned(entry)],
            count=entry.count or 1,
            change=_change(entry.change),
            look=_look(entry.look) if everything else None,
            accounts=[AuditedAccount(issuer=a.issuer, user=a.user) for a in entry.accounts],
            succeeds=_lost(entry.succeeds) if everything else None,
            # That a surname is the user's own would tell an agency the child's.
            risks=[risk.value for risk in entry.risks] if everything else [],
            read_justification=justification,
            read_case_reference=case_reference,
            prove=proof,
        )

    async def _opened(self, sealed: Sealed | None, query_id: str | None) -> str | None:
        if sealed is None or query_id is None or not self.reader.reads_all:
            return None
        return await self.recorder.opened(sealed, query_id)

    async def _proof(self, found: Logged) -> str:
        # The entry's bytes name other agencies, so only an auditor's proof brings them along.
        leaf = found.leaf if self.reader.reads_all else None
        try:
            return await self.publication.proof(found.index, leaf=leaf, cosigned_by=1)
        except (LogUnavailable, LogCorrupt) as error:
            raise unreadable(self.publication, error) from None


def unreadable(publication: Publication, error: LogUnavailable | LogCorrupt) -> TryLater:
    """That the log cannot be read now, or is not as it was written: then nothing more is served."""
    if isinstance(error, LogUnavailable):
        return TryLater("LOG_UNAVAILABLE", "the log cannot be read now; ask again")
    publication.halt_altered(error)
    where = "" if error.entry is None else f" at entry {error.entry}"
    said = f"the log was changed behind the gateway{where}; `teamaround audit verify` says more"
    return TryLater("LOG_UNAVAILABLE", said)


def _agency(said: logged.AuditedAgency) -> AuditedAgencyType:
    kept = [
        WithheldType(release_class=w.release_class, reason=w.reason, message=f"Rule: {w.rule}")
        for w in said.withheld
    ]
    return AuditedAgencyType(
        agency=strawberry.ID(said.agency),
        outcome=said.outcome,
        released=list(said.released),
        through=list(said.through),
        withheld=kept,
    )


def _change(change: logged.AuditedChange | None) -> AuditedChangeType | None:
    if change is None:
        return None
    return AuditedChangeType(subject=change.subject, version=change.version, sha256=change.sha256)


def _look(look: AuditedLook | None) -> AuditedLookType | None:
    if look is None:
        return None
    first, last = look.entries or (None, None)
    return AuditedLookType(
        user=look.user,
        issuer=look.issuer,
        organisation=look.organisation,
        purpose=look.purpose,
        kind=look.kind,
        query_id=None if look.query_id is None else strawberry.ID(look.query_id),
        break_glass=look.break_glass,
        since=look.since,
        before=look.before,
        first_entry=None if first is None else LogIndex(first),
        last_entry=None if last is None else LogIndex(last),
        given=look.count,
        export=look.export,
    )


def _lost(lost: LostLog | None) -> LostLogType | None:
    if lost is None:
        return None
    return LostLogType(
        origin=lost.origin,
        size=LogIndex(lost.size),
        root=lost.root,
        found=None if lost.found is None else LogIndex(lost.found),
        witnesses=list(lost.witnesses),
        reason=lost.reason,
        decided_by=lost.decided_by,
    )
