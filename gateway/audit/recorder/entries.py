"""Entries of what callers do, and of what is refused to them."""

from datetime import datetime
from typing import Any

from gateway.audit.entry.entry import AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.recorder.intent import Grounds
from gateway.audit.recorder.refusal_counter import RefusalKey
from gateway.model.answer import AgencyRow
from gateway.model.caller import Caller
from resolvers.outcome import Outcome


def entry_of(kind: AuditKind, caller: Caller, at: datetime, **said: Any) -> Entry:
    """An entry about what this caller does; `said` are its other fields."""
    return Entry(
        kind=kind,
        at=at,
        user=caller.user,
        organisation=caller.organisation,
        role=" ".join(sorted(caller.roles)),
        issuer=caller.issuer,
        **said,
    )


def named_in(grounds: Grounds) -> tuple[AuditedAgency, ...]:
    """The agencies of an intent; NOT_ASKED are those whose officers are only told of it."""
    asked = [AuditedAgency(agency) for agency in grounds.agencies]
    told = {*grounds.told}.difference(grounds.agencies) if grounds.told else ()
    return (*asked, *[AuditedAgency(agency, Outcome.NOT_ASKED) for agency in told])


def refusal_of(refused: RefusalKey, at: datetime) -> Entry:
    """An entry about a request that was refused."""
    nobody = refused.user is None
    return Entry(
        kind=AuditKind.AUTHENTICATION_FAILURE if nobody else AuditKind.REFUSAL,
        at=at,
        user=refused.user,
        organisation=refused.organisation,
        role=refused.role,
        issuer=refused.issuer,
        detail=refused.code,
    )


def audited(row: AgencyRow) -> AuditedAgency:
    """What an agency's row is about to tell, by the names of its fields."""
    return AuditedAgency(
        agency=row.agency.id,
        outcome=row.outcome,
        released=tuple(sorted(row.released)),
        withheld=tuple(
            [AuditedWithholding(w.release_class, w.reason, w.rule) for w in row.withheld]
        ),
        through=tuple(sorted(row.through)),
    )
