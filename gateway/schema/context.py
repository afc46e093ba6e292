"""What a request brings to the resolvers: questions already under way, and who is connected."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.agency import AgencyCard
from gateway.answer import Answering
from gateway.schema.access import AccessReading
from gateway.schema.audit import AlertReading, AuditReading
from gateway.schema.break_glass import BreakGlassGrant
from gateway.schema.codes import QualityLevel, ReviewVerdict, SourceState
from gateway.schema.inputs import KnownDetails


@dataclass(frozen=True, slots=True)
class SourceView:
    """A registered source as this caller may see it; `version` counts its manifests from 1.

    `reachable` is None until the first probe; `breaker` is "closed", "open" or "half-open";
    `p50_ms` and `p99_ms` are milliseconds over the recent answers, None before the first.
    """

    id: str
    agency: AgencyCard
    kind: str
    version: int
    state: SourceState
    level: QualityLevel | None = None
    reachable: bool | None = None
    breaker: str = "closed"
    p50_ms: float | None = None
    p99_ms: float | None = None
    checked_at: datetime | None = None


SourcesSeen = Callable[[], Awaitable[tuple[SourceView, ...]]]


class Emergency(Protocol):
    """Break-glass and its review for one caller; each is logged before it counts."""

    async def grant(self, known: KnownDetails, justification: str) -> BreakGlassGrant:
        """Leave to ask about one child; an error says why not."""
        ...

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> None:
        """Keep what was found of an entry; an error says why not."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `answerings` has one item for `child`, one a child in order for `children`.

    An item is None where its question was refused. `agencies` are those visible to this caller,
    by id; `sources` says how the registered sources are doing. `audit` is the log as this caller
    may read it, `emergency` what they may ask of it, `accesses` who looked at their own record
    or their child's, `alerts` what auditors should look into.
    """

    answerings: tuple[Answering | None, ...] = ()
    agencies: Mapping[str, AgencyCard] = field(default_factory=dict)
    sources: SourcesSeen | None = None
    audit: AuditReading | None = None
    emergency: Emergency | None = None
    accesses: AccessReading | None = None
    alerts: AlertReading | None = None
