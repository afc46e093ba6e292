"""The log as auditors read it: who asked what about whom and why, never a value."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

import strawberry

from adapters.contract.codes import Purpose
from gateway.audit.entry.kind import AuditKind
from gateway.graphql.services.alerts import AlertConnection, AlertReading
from gateway.graphql.services.explained import ExplainedClass, PolicyAsker
from gateway.graphql.types.codes import AlertState
from gateway.graphql.types.declare import (
    PageInfo,
    argument,
    code_list,
    entry,
    field,
    output,
    resolved,
)
from gateway.graphql.types.inputs import KnownDetails
from gateway.graphql.types.scalars import LogIndex
from gateway.graphql.types.withheld import WithheldType
from resolvers.outcome import Outcome

T = TypeVar("T")
ReadLog = Callable[[], Awaitable[T]]

code_list(
    AuditKind,
    "What an entry of the log records.",
    {
        AuditKind.INTENT: "A question, written before any agency was asked.",
        AuditKind.RELEASE: "What was released, written before it left.",
        AuditKind.REFUSAL: "A question that was refused.",
        AuditKind.AUTHENTICATION_FAILURE: "A token that was not accepted.",
        AuditKind.POLICY_CHANGE: "A change of release policy.",
        AuditKind.SOURCE_CHANGE: "A source registered, tried, approved or suspended.",
        AuditKind.CONFIGURATION_CHANGE: "A change of the gateway's settings.",
        AuditKind.AUDIT_SEARCH: "A search in the log itself.",
        AuditKind.BREAK_GLASS: "Access in an emergency.",
        AuditKind.REVIEW: "The review of an access.",
        AuditKind.ACCOUNT_LINK: "A step that makes two accounts one person's.",
        AuditKind.LOG_LOSS: "The first entry of a log that succeeds a lost one.",
        AuditKind.PRUNING: "Old entries declared pruned under a policy, before their bytes were"
        " removed.",
    },
)


@entry
class AuditFilter:
    """Which entries to show; every part that is given must fit."""

    user: str | None = field("The user who asked.")
    issuer: str | None = field("The issuer that vouched for the user.")
    organisation: str | None = field("The organisation that asked.")
    agency: strawberry.ID | None = field("An agency that was asked.")
    purpose: Purpose | None = field("The purpose that was stated.")
    kind: AuditKind | None = field("What the entry records.")
    child: KnownDetails | None = field(
        "The child concerned. The gateway turns this into pseudonyms and never stores it readable."
    )
    query_id: strawberry.ID | None = field("The question's id, as on its receipt.")
    since: datetime | None = field("From this moment on.", name="from")
    to: datetime | None = field("Before this moment.")
    break_glass: bool | None = field("Only entries with break-glass, or only those without.")


@output
class AuditedAgencyType:
    """What was logged of one agency's answer: names of fields, never values."""

    agency: strawberry.ID = field("The agency's id.")
    outcome: Outcome | None = field(
        "How it answered; null in an entry written before it could, and of break-glass."
    )
    released: list[str] = field("Names of the fields that were released.")
    through: list[int] = field(
        "Intents, by index, whose calls brought the answer; empty if this question's own did."
    )
    withheld: list[WithheldType] = field("What was kept back, and why.")


@output
class AuditedChangeType:
    """What came into force; its text is never in the log."""

    subject: str = field(
        'A source\'s id, "policies", "configuration", "settings." and a name, or "settings".'
    )
    version: int | None = field("The version of a source's manifest; null for anything else.")
    sha256: str = field("A hash of what came into force; of a setting, a keyed one.")


@output
class AuditedAccount:
    """A person's sign-in with one issuer."""

    issuer: str = field("The issuer.")
    user: str = field("The user, as the issuer names them.")


@output
class AuditedLookType:
    """What a look into the log was for; null is what it did not name."""

    user: str | None = field("The user whose entries were looked for.")
    issuer: str | None = field("The issuer whose users were looked for.")
    organisation: str | None = field("The organisation that was looked for.")
    purpose: Purpose | None = field("The purpose that was looked for.")
    kind: AuditKind | None = field("The kind of entries that was looked for.")
    query_id: strawberry.ID | None = field("The question that was looked for.")
    break_glass: bool | None = field("Whether break-glass was looked for.")
    since: datetime | None = field("From which moment on, if the look named one.", name="from")
    before: datetime | None = field("Before which moment, if the look named one.", name="to")
    first_entry: LogIndex | None = field("The first of the entries that were read by their place.")
    last_entry: LogIndex | None = field("The last of the entries that were read by their place.")
    given: int | None = field("How many entries or alerts were given.")
    export: str | None = field("The form in which entries left the log; null on a screen.")


@output
class LostLogType:
    """The log that was lost before this one began, as far as its last known state tells."""

    origin: str = field("Its name.")
    size: LogIndex = field("How many entries it surely had; later ones are lost.")
    root: str = field("The root of its tree at that size, in hexadecimal.")
    found: LogIndex | None = field("How many entries of it could still be read; null if none.")
    witnesses: list[str] = field("The witnesses that had signed that state.")
    reason: str = field("Why it was given up, in the words of who decided.")
    decided_by: str = field("Who decided.")


@output
class AuditEntry:
    """One entry of the log, which nobody can change unnoticed."""

    index: LogIndex = field("The entry's place in the log.")
    at: datetime = field("When it was written.")
    kind: AuditKind = field("What it records.")
    query_id: strawberry.ID | None = field("The question it belongs to; null if to none.")
    user: str | None = field("Who asked; null if not known.")
    issuer: str | None = field(
        "Who vouched for the user. Users of one name at two issuers are two people. Null if not"
        " known."
    )
    organisation: str | None = field("The organisation that asked; null if not known.")
    role: str | None = field("In which role; null if not known.")
    purpose: Purpose | None = field("The stated purpose; null if there was none.")
    child_pseudonyms: list[str] = field(
        "Pseudonyms of the child; compare them only with each other."
    )
    document: str | None = field("A hash of the GraphQL document; null without one.")
    policy_version: str | None = field("The version of the policy that decided, or null.")
    agencies: list[AuditedAgencyType] = field(
        "What each agency was asked for and gave. Of break-glass: whose privacy officer is told."
    )
    count: int = field("How many identical refusals it counts; 1 in any other entry.")
    change: AuditedChangeType | None = field("What came into force; null if nothing did.")
    accounts: list[AuditedAccount] = field("The accounts that were linked; otherwise empty.")
    look: AuditedLookType | None = field(
        "What a look into the log was for; null if it was none or you may not read it."
    )
    succeeds: LostLogType | None = field("The log that was lost before this one; or null.")
    risks: list[str] = field("Names of the rules that found the access unusual.")
    read_justification: strawberry.Private[ReadLog[str | None]]
    read_case_reference: strawberry.Private[ReadLog[str | None]]
    prove: strawberry.Private[ReadLog[str]]

    @resolved
    def id(self) -> strawberry.ID:
        """Names this entry and no other: in a longer log it is at another place of a list."""
        return strawberry.ID(f"entries/{self.index}")

    @resolved
    async def justification(self) -> str | None:
        """The stated justification, encrypted in the log; null if you may not read it."""
        return await self.read_justification()

    @resolved
    async def case_reference(self) -> str | None:
        """The case's reference, encrypted in the log; null if none or you may not read it."""
        return await self.read_case_reference()

    @resolved
    async def proof(self) -> str:
        """Proves that the entry is in the log (c2sp.org/tlog-proof)."""
        return await self.prove()


@output
class AuditEntryEdge:
    """An entry with its place in the list."""

    node: AuditEntry = field("The entry.")
    cursor: str = field("Pass as `after` to continue from here.")


@output
class AuditEntryConnection:
    """A page of entries, newest first."""

    edges: list[AuditEntryEdge] = field("The entries of this page.")
    page_info: PageInfo = field("Whether there is more.")
    epochs_not_searched: list[str] = field(
        "Epochs under whose keys the child could not be looked for, because they are not there any"
        " more. Entries about the child may be in them. Empty if the filter names no child."
    )
    count: strawberry.Private[ReadLog[int | None]]

    @resolved
    async def total_count(self) -> int | None:
        """How many fit in total; null if counting would cost too much."""
        return await self.count()


@output
class CheckpointType:
    """The log's signed state at one time. Keep it: any later change of the log then shows."""

    origin: str = field("The log's name.")
    size: LogIndex = field("How many entries it had.")
    note: str = field("The signed note (c2sp.org/tlog-checkpoint), to verify elsewhere.")
    at: datetime = field("When it was signed.")
    witnessed_by: list[str] = field("Names of the witnesses that signed it too.")


class AuditReading(Protocol):
    """The log as one caller may read it; each reading is itself logged before it is given."""

    async def admit(self) -> None:
        """NotAllowed if the caller may read nothing of it."""
        ...

    async def entries(
        self, wanted: AuditFilter | None, first: int | None, after: str | None
    ) -> AuditEntryConnection:
        """A page of entries; AskDifferently if the page or the child cannot be found so."""
        ...

    async def entry(self, index: int) -> AuditEntry | None:
        """The entry at `index`, if there is one that the caller may see."""
        ...

    async def explain(self, asker: PolicyAsker) -> list[ExplainedClass]:
        """How the rules in force decide for such an asker."""
        ...

    async def checkpoint(self) -> CheckpointType:
        """The log's state now, signed."""
        ...


First = Annotated[int | None, argument("How many at most.", name="first")]
After = Annotated[str | None, argument("The cursor after which to continue.", name="after")]


@output
class Audit:
    """The log, for auditors, and for agencies as far as it concerns them."""

    reading: strawberry.Private[AuditReading]
    alerting: strawberry.Private[AlertReading]

    @resolved
    async def entries(
        self,
        wanted: Annotated[
            AuditFilter | None, argument("Which entries; left out, all of them.", name="filter")
        ] = strawberry.UNSET,
        first: First = 50,
        after: After = strawberry.UNSET,
    ) -> AuditEntryConnection:
        """Entries of the log, newest first."""
        return await self.reading.entries(wanted or None, first, after or None)

    @resolved
    async def entry(
        self, index: Annotated[LogIndex, argument("The entry's place.", name="index")]
    ) -> AuditEntry | None:
        """One entry; null if there is none at this place that you may see."""
        return await self.reading.entry(index)

    @resolved
    async def explain(
        self, asker: Annotated[PolicyAsker, argument("Who might ask, and why.", name="asker")]
    ) -> list[ExplainedClass]:
        """Which rules in force give or keep back each class, and what would change it.

        Auditors may ask about every source, privacy officers about their own agency's.
        """
        return await self.reading.explain(asker)

    @resolved
    async def checkpoint(self) -> CheckpointType:
        """The log's newest signed state."""
        return await self.reading.checkpoint()

    @resolved
    async def alerts(
        self,
        state: Annotated[
            AlertState | None, argument("Open or reviewed ones; left out, both.", name="state")
        ] = strawberry.UNSET,
        first: First = 50,
        after: After = strawberry.UNSET,
    ) -> AlertConnection:
        """Accesses that were found unusual, the most unusual first; for auditors only."""
        return await self.alerting.alerts(state or None, first, after or None)
