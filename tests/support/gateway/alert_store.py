"""Questions as alerts remember them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.pseudonym import Pseudonym

NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


def child(number: int, scheme: str = "a") -> Pseudonym:
    return Pseudonym(f"e1:{scheme}{number:063x}")


def question(name: str, number: int = 1, at: datetime = NOON, **said: Any) -> list[Entry]:
    """The intent and the release of one question."""
    intent = Entry(
        kind=AuditKind.INTENT,
        at=at,
        query_id=name,
        user="s.worker",
        organisation="northbrook",
        manager="m.anager",
        purpose=Purpose.SAFEGUARDING,
        child_pseudonyms=(child(number),),
    )
    release = replace(intent, kind=AuditKind.RELEASE, at=at + timedelta(seconds=1), **said)
    return [intent, release]
