"""Years of a log, made up: one busy user, areas whose agencies never meet, rare purposes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.audit.entry.entry import AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.flags import AccessFlag
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.pseudonym import Pseudonym
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome

BEGUN: Final = datetime(2024, 1, 1, tzinfo=UTC)
EVERY: Final = timedelta(seconds=2)
CHUNK: Final = 2000
AREAS: Final = 150
USERS: Final = 20_000
CHILDREN: Final = 2_000_000

BUSY: Final = "intake"  # who asks half of all questions, in the first area alone
BUSY_ORGANISATION: Final = "org-0-0"
RARE_AGENCY: Final = "archive"  # asked about once in half a million questions
OTHERS_AGENCY: Final = "national-others"  # asked with every question that the busy user has not
RARE_PURPOSE: Final = Purpose.EMERGENCY  # about one question in a hundred thousand
UNUSED_PURPOSE: Final = Purpose.SUBJECT_ACCESS

_PURPOSES: Final = (Purpose.SAFEGUARDING, Purpose.EARLY_HELP, Purpose.STATUTORY_ASSESSMENT)
_KEPT: Final = (AuditedWithholding(ReleaseClass.LOCATION, WithheldReason.POLICY, "default deny"),)
_OTHER_KINDS: Final = (
    *(AuditKind.REFUSAL,) * 60,
    *(AuditKind.AUTHENTICATION_FAILURE,) * 25,
    *(AuditKind.AUDIT_SEARCH,) * 14,
    AuditKind.REVIEW,
)


def chunk(number: int) -> Iterator[Entry]:
    """The entries of one chunk in the order of the log, the same every time."""
    dice = random.Random(number)
    for first in range(number * CHUNK, (number + 1) * CHUNK, 2):
        if dice.random() < 0.04:
            yield from (_other(dice, first), _other(dice, first + 1))
        else:
            yield from _question(dice, first)


def child_names(child: int) -> tuple[Pseudonym, ...]:
    """The pseudonyms of one of the made-up children."""
    return tuple(Pseudonym(f"2024:{n}{child * 0x9E3779B97F4A7C15:063x}") for n in "ab")


def agency_of(area: int, number: int) -> str:
    """One of the twelve agencies of an area."""
    return f"area-{area}-agency-{number}"


def _question(dice: random.Random, first: int) -> Iterator[Entry]:
    busy = dice.random() < 0.5
    person = int(USERS * dice.random() ** 2)
    area = 0 if busy else person % AREAS
    agencies = [agency_of(area, dice.randrange(12)), agency_of(area, 12), "national-all"]
    agencies += [] if busy else [OTHERS_AGENCY]
    agencies += [agency_of(area, 13 + n) for n in range(4)]
    agencies += [RARE_AGENCY] if dice.random() < 2e-6 else []
    purpose = RARE_PURPOSE if dice.random() < 1e-5 else _PURPOSES[0 if busy else dice.randrange(3)]
    glass = dice.random() < 0.0005
    names = child_names(int(CHILDREN * dice.random() ** 2))
    for index, kind in enumerate((AuditKind.INTENT, AuditKind.RELEASE), first):
        yield Entry(
            kind=kind,
            at=_moment(dice, index),
            query_id=f"query-{first:012}",
            user=BUSY if busy else f"user-{person}",
            organisation=BUSY_ORGANISATION if busy else f"org-{area}-{person % 6}",
            role="practitioner",
            purpose=purpose,
            child_pseudonyms=names,
            document="ab" * 32,
            policy_version="p7",
            agencies=tuple(_said(name, kind) for name in agencies),
            risks=(AccessFlag.BREAK_GLASS,) if glass else (),
        )


def _said(name: str, kind: AuditKind) -> AuditedAgency:
    if kind is AuditKind.INTENT:
        return AuditedAgency(name)
    return AuditedAgency(name, Outcome.HAS_RECORD, ("names", "involvements"), _KEPT)


def _other(dice: random.Random, index: int) -> Entry:
    kind = dice.choice(_OTHER_KINDS)
    person = dice.randrange(USERS)
    known = kind is not AuditKind.AUTHENTICATION_FAILURE
    return Entry(
        kind=kind,
        at=_moment(dice, index),
        user=f"user-{person}" if known else None,
        organisation=f"org-{person % AREAS}-{person % 6}" if known else None,
        detail="PURPOSE_NOT_ENTITLED" if kind is AuditKind.REFUSAL else None,
    )


def _moment(dice: random.Random, index: int) -> datetime:
    # Several gateways write one log, each by its own clock: neighbours are often out of order.
    return BEGUN + index * EVERY - timedelta(microseconds=dice.randrange(5_000_000))
