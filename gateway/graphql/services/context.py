"""What a request brings to the resolvers: questions already under way, and who is connected."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gateway.graphql.services.access import AccessReading
from gateway.graphql.services.alerts import AlertReading
from gateway.graphql.services.audit import AuditReading
from gateway.graphql.services.break_glass import BreakGlassGrantType
from gateway.graphql.services.joining import JoiningSources
from gateway.graphql.services.operations import OperationsReading
from gateway.graphql.services.source import ExampleReply, Registration, Reload, SourceType
from gateway.graphql.types.codes import ReviewVerdict
from gateway.graphql.types.inputs import AccountInput, KnownDetails
from gateway.model.agency import AgencyCard
from gateway.model.answer import Answering
from gateway.model.caller import Caller

if TYPE_CHECKING:  # whoever prints the schema counts nothing
    from gateway.identity.quotas import LimitLeft


class Sources(Protocol):
    """The registered sources for one caller; each change is logged before it is in force."""

    async def seen(self) -> list[SourceType]:
        """The sources that this caller may see."""
        ...

    async def register(
        self, manifest: str, rules: str | None, replies: list[ExampleReply]
    ) -> Registration:
        """Propose a source; an error says why not."""
        ...

    async def approve(self, source: str, version: int) -> Registration:
        """Bring a version into force; an error says why not."""
        ...

    async def suspend(self, source: str, reason: str) -> Registration:
        """Take a source out of force; an error says why not."""
        ...

    async def reload(self) -> Reload:
        """Bring the operator's files into force; an error says why not."""
        ...


class Emergency(Protocol):
    """Break-glass and its review for one caller; each is logged before it counts."""

    async def grant(self, known: KnownDetails, justification: str) -> BreakGlassGrantType:
        """A break-glass grant for one child; an error says why not."""
        ...

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> None:
        """Keep what was found of an entry; an error says why not."""
        ...


class AccountLinking(Protocol):
    """Links of accounts for one caller; each step is logged before it counts."""

    async def propose(self, first: AccountInput, second: AccountInput, reason: str) -> None:
        """Propose that two accounts are one person's; an error says why not."""
        ...

    async def confirm(self, first: AccountInput, second: AccountInput, reason: str) -> None:
        """Confirm what somebody else proposed; an error says why not."""
        ...


async def _none_left() -> "Sequence[LimitLeft]":
    return ()


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `answerings` has one item for `child`, one a child in order for `children`.

    An item is None where its question was refused. `agencies` are those visible to this caller,
    by id, and `areas` the names of areas by their codes. `audit` is the log as this caller may read
    it, `emergency` what they may ask of it, `sources` the sources as they may see and change them,
    `joining` what they may see and try of sources before they are in force,
    `accesses` who looked at their own record or their child's, `alerts` what auditors should look
    into, `accounts` what they may say of whose accounts are one person's,
    `operations` how the gateway stands. `caller` is who asks, and
    `limits` tells how much they may still ask.
    """

    answerings: tuple[Answering | None, ...] = ()
    agencies: Mapping[str, AgencyCard] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    audit: AuditReading | None = None
    emergency: Emergency | None = None
    sources: Sources | None = None
    joining: JoiningSources | None = None
    accesses: AccessReading | None = None
    alerts: AlertReading | None = None
    accounts: AccountLinking | None = None
    operations: OperationsReading | None = None
    caller: Caller | None = None
    limits: "Callable[[], Awaitable[Sequence[LimitLeft]]]" = _none_left
