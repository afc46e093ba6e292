"""A seeded year of entries: the same every time."""

import random
from datetime import UTC, datetime, timedelta

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.audit.entry.entry import AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.pseudonym import Pseudonym
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
AGENCIES = [f"agency-{number:02}" for number in range(40)]


def entry(number: int) -> Entry:
    """One of a seeded year's entries: seven agencies, two pseudonyms."""
    dice = random.Random(number)
    kept = (AuditedWithholding(ReleaseClass.LOCATION, WithheldReason.POLICY, "default deny"),)
    said = (
        AuditedAgency(name, Outcome.HAS_RECORD, ("names", "involvements"), kept)
        for name in dice.sample(AGENCIES, 7)
    )
    child = dice.randrange(200_000)
    return Entry(
        kind=AuditKind.INTENT if number % 2 == 0 else AuditKind.RELEASE,
        at=BEGUN + timedelta(seconds=number),
        query_id=f"query-{number // 2}",
        user=f"user-{dice.randrange(5000)}",
        organisation=f"organisation-{dice.randrange(60)}",
        role="practitioner",
        purpose=dice.choice(list(Purpose)),
        child_pseudonyms=tuple(Pseudonym(f"2026:{n}{child:063x}") for n in "ab"),
        document="ab" * 32,
        policy_version="p7",
        agencies=tuple(said),
    )
