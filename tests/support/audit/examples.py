"""One question about one made-up child, as the log sees it."""

from datetime import UTC, datetime
from pathlib import Path

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.audit.entry.entry import AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.pseudonym import Pseudonym
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MAYA = Pseudonym("2026:" + "5a" * 32)
OMAR = Pseudonym("2026:" + "0c" * 32)


def asked(query_id: str = "q1", *pseudonyms: Pseudonym) -> Entry:
    return Entry(
        kind=AuditKind.INTENT,
        at=NOON,
        query_id=query_id,
        user="j.okafor",
        organisation="anywhere-council",
        role="practitioner",
        purpose=Purpose.SAFEGUARDING,
        child_pseudonyms=pseudonyms,
        document="ab" * 32,
        policy_version="p7",
        agencies=(AuditedAgency("anywhere-schools"),),
    )


def released(query_id: str = "q1") -> Entry:
    kept = AuditedWithholding(ReleaseClass.LOCATION, WithheldReason.SHIELD, "shield")
    school = AuditedAgency("anywhere-schools", Outcome.HAS_RECORD, ("names", "schools"), (kept,))
    gp = AuditedAgency("anywhere-gp", Outcome.TIMEOUT)
    return Entry(kind=AuditKind.RELEASE, at=NOON, query_id=query_id, agencies=(school, gp))


def everything_in(place: Path) -> bytes:
    """The bytes of a file, or of every file in a folder."""
    files = [place, *sorted(place.rglob("*"))]
    return b"".join(file.read_bytes() for file in files if file.is_file())
