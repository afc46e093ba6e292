"""What is logged of a question before it is asked, and of what is about to come into force."""

from collections.abc import Collection
from dataclasses import dataclass, field

from adapters.contract.frozen import plainly_made
from gateway.audit.entry.asker import AskerProfile
from gateway.audit.entry.entry import AuditedChange, Entry
from gateway.audit.entry.flags import AccessFlag
from gateway.audit.entry.kind import AuditKind


@plainly_made
@dataclass(frozen=True, slots=True)
class Intent:
    """A question's durable intent: the template of its later entries, and its index.

    `messages` are what its pseudonyms were made of, kept as long as the question. `until` is when
    the question's time is over, on the monotonic clock: its later entries wait no longer.
    """

    entry: Entry
    query_id: str
    index: int
    messages: frozenset[bytes] = field(default=frozenset(), repr=False)
    until: float | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a question is asked: the document's hash, the rules' version, who will be asked.

    `told` are agencies whose privacy officers are told that the question states harm.
    """

    document: str | None = None
    policy_version: str | None = None
    agencies: tuple[str, ...] = ()
    told: Collection[str] = ()
    risks: frozenset[AccessFlag] = frozenset()
    standing: AskerProfile | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Coming:
    """What is about to come into force; `detail` is a code, `reason` why, in somebody's words."""

    kind: AuditKind
    change: AuditedChange
    detail: str
    policy_version: str | None = None
    agency: str | None = None
    reason: str | None = field(default=None, repr=False)
