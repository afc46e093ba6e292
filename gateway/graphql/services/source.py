"""Registered sources, their state, and what registering one found."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

from gateway.graphql.types.agency import Agency
from gateway.graphql.types.codes import QualityLevel, SourceState
from gateway.graphql.types.declare import code_list, entry, field, output
from gateway.model.agency import AgencyCard
from resolvers.outcome import Outcome

if TYPE_CHECKING:  # whoever prints the schema asks no source
    from gateway.fanout.failures import SourceFailure

code_list(
    SourceState,
    "The step of a source between proposed and asked.",
    {
        SourceState.PROPOSED: "Registered and not yet approved; never asked.",
        SourceState.APPROVED: "Approved by the owning agency; asked.",
        SourceState.SUSPENDED: "Stopped; not asked until it is approved again.",
    },
)
code_list(
    QualityLevel,
    "How well a source keeps the rules of the conformance kit.",
    {
        QualityLevel.CONNECTS: "It answers, and its answers can be read.",
        QualityLevel.DEPENDABLE: "It also says no record, too many and failure in clearly"
        " different ways.",
        QualityLevel.EXEMPLARY: "It keeps every rule.",
    },
)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A registered source as this caller may see it; `version` counts its manifests from 1.

    `reachable` is None until the first probe; `breaker` is "closed", "open" or "half-open";
    `p50_ms` and `p99_ms` are milliseconds over the recent answers, None before the first. They,
    `decision`, `answered_at` and `failures` are None for whoever is of another agency: a question
    moves them, and by how much depends on what the source found.
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
    answered_at: datetime | None = None
    failures: "tuple[SourceFailure, ...] | None" = None
    decision: "SourceDecision | None" = None
    proposed: "SourceDecision | None" = None
    text: "SourceText | None" = None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A version as it was proposed: its manifest, its Cedar if any, and what was found of it."""

    manifest: str
    rules: str | None
    findings: tuple["FindingType", ...]


@output
class SourceFailureType:
    """One way in which a source's answers failed recently; never what was in an answer."""

    outcome: Outcome = field("The outcome of such an answer.")
    rule: str = field(
        "The rule that the answer broke, or what prevented the call. The documentation says what"
        " to do about each."
    )
    place: str = field("The key of the manifest that asked or could not be read; may be empty.")
    shape: str = field(
        "What came the last time: types, sizes and the manifest's own names; may be empty."
    )
    at: datetime = field("When it last happened.")
    count: int = field("How often it has happened since it was first kept.")


@output
class SourceHealthType:
    """How a source is doing, from its probe and its recent answers."""

    reachable: bool | None = field("Whether the last probe got through; null before the first.")
    breaker: str = field(
        '"closed" while it is asked as usual, "open" while it is not asked, "half-open"'
        " while one question tries it."
    )
    p50_ms: float | None = field(
        "Half of the recent answers came within so many milliseconds. Only its agency and operators"
        " see it."
    )
    p99_ms: float | None = field(
        "99 of 100 recent answers came within so many milliseconds. Only its agency and operators"
        " see it."
    )
    checked_at: datetime | None = field("When the probe last ran; null before the first.")
    answered_at: datetime | None = field(
        "When it last answered a question about a child; null before the first. Only its agency"
        " and operators see it."
    )
    failures: list[SourceFailureType] | None = field(
        "Why calls failed recently: the newest first, at most ten, each rule and place once. Only"
        " its agency and operators see it. Kept only in memory of this gateway."
    )


@output
class SourceDecision:
    """Who brought a source into force, or took it out."""

    user: str = field('Who decided; "operator" if the operator\'s files did.')
    issuer: str | None = field("Who vouched for them; null if nobody did or it is not known.")
    organisation: str = field('For which organisation; "operator" if the operator\'s files did.')
    at: datetime | None = field("When; null if the operator's files did.")


@output
class FindingType:
    """One rule, checked against a manifest or a source."""

    rule: str = field("The rule's name; the documentation explains each.")
    passed: bool = field("Whether it was kept.")
    message: str = field("What was found and what to change; never quotes an agency's reply.")


@output
class SourceType:
    """A system of an agency that is registered with the gateway."""

    id: strawberry.ID = field("The source's id.")
    agency: Agency = field("The agency that owns it.")
    kind: str = field('How the gateway speaks to it: "fhir", "rest", "sql" and so on.')
    version: int = field("The version of its manifest, counted from 1.")
    state: SourceState = field("Whether it is asked.")
    level: QualityLevel | None = field("The level it was found to keep; null if never measured.")
    health: SourceHealthType = field("How it is doing.")
    decision: SourceDecision | None = field(
        "Who approved or suspended it; null for a proposal. Only its agency and operators see it."
    )

    proposed: SourceDecision | None = field(
        "Who proposed this version; null if the operator's files brought it. Only its agency and"
        " operators see it."
    )
    manifest: str | None = field(
        "The text of its manifest, which holds no secret. Only `source` gives it, to its agency"
        " and to operators."
    )
    rules: str | None = field("The Cedar that goes with it, if any; seen as `manifest` is.")
    findings: list[FindingType] | None = field(
        "Every rule that was checked when it was proposed; seen as `manifest` is."
    )

    @classmethod
    def of(cls, view: SourceView) -> Self:
        """The source as GraphQL has it."""
        text = view.text
        return cls(
            id=strawberry.ID(view.id),
            agency=Agency.of(view.agency),
            kind=view.kind,
            version=view.version,
            state=view.state,
            level=view.level,
            health=SourceHealthType(
                reachable=view.reachable,
                breaker=view.breaker,
                p50_ms=view.p50_ms,
                p99_ms=view.p99_ms,
                checked_at=view.checked_at,
                answered_at=view.answered_at,
                failures=_failures(view),
            ),
            decision=view.decision,
            proposed=view.proposed,
            manifest=text.manifest if text else None,
            rules=text.rules if text else None,
            findings=[*text.findings] if text else None,
        )


def _failures(view: SourceView) -> list[SourceFailureType] | None:
    if view.failures is None:
        return None
    return [
        SourceFailureType(
            outcome=one.outcome,
            rule=one.rule,
            place=one.place,
            shape=one.shape,
            at=one.at,
            count=one.count,
        )
        for one in view.failures
    ]


@output
class Registration:
    """What came of registering, approving or suspending a source."""

    source: SourceType | None = field(
        "The source as it is now; null if it was refused: the findings say why."
    )
    findings: list[FindingType] = field("Every rule that was checked.")


@output
class Reload:
    """What came of reading the operator's files and the sources' secrets again."""

    generation: int = field("The number of the generation that is in force at every gateway.")
    new_secrets: list[str] = field(
        "Ids of the sources with changed secrets, which are now asked with the new ones."
    )
    kept_secrets: list[str] = field(
        "Ids of the sources whose secrets cannot be read or used now; they keep the old ones."
    )
    new_certificates: list[str] = field(
        "Settings whose changed certificates, keys or authorities new connections use from now on."
    )
    kept_certificates: list[str] = field(
        "Settings whose files cannot be used now, so that what was read before stays in use."
    )
    ending_certificates: list[str] = field(
        "Settings and sources whose own certificate has ended, or soon does."
    )


@entry
class ExampleReply:
    """What a manifest's example replays: a recorded reply, read again now and not kept."""

    name: str = field("The name by which the manifest's example calls it.")
    content: str = field("All of it; numbers published for tests only.")
