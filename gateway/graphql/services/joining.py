"""What an agency asks before it joins: a draft of a manifest, and a trial about a test child."""

from typing import Protocol

import strawberry

from adapters.contract.codes import Sector
from gateway.graphql.services.source import ExampleReply, FindingType, SourceType
from gateway.graphql.types.declare import entry, field, output


@entry
class DraftAnswers:
    """What a draft of a manifest begins with."""

    source: strawberry.ID = field("The id of the source: a-z, 0-9 and -.")
    agency: str = field("Your organisation's name.")
    sector: Sector = field("Its sector.")
    telephone: str = field("The telephone of its duty contact.")
    address: str = field("Where its system is, such as https://host/api. Nobody is contacted.")
    areas: list[str] | None = field("Codes of the areas that it serves.")


@entry
class SystemSample:
    """A reply of your system, or an OpenAPI document. Only its shape is used; nothing is kept."""

    name: str = field("The name of its file; CSV by its ending, JSON otherwise.")
    content: str = field("All of it, or the first line of a CSV file.")


@entry
class TestDetail:
    """One detail of a test child."""

    key: str = field('The key, as the manifest has it: "nhs_number", "family_name" and so on.')
    value: str = field("The value; a number must be kept for tests.")


@entry
class TrialArgument:
    """A trial: with which details of a test child, and how."""

    given: list[TestDetail] = field("The details of the test child.")
    operation: str | None = field("By which operation; left out, the first that takes these keys.")
    rules: bool | None = field(
        "Whether to ask also what the conformance kit asks: nobody's children, wrong addresses."
    )


@output
class RecordedReply:
    """A file beside a manifest: the reply that one of its examples replays."""

    name: str = field("The name by which the manifest's example calls it.")
    content: str = field("All of it.")


@output
class SourceDraft:
    """The beginning of a manifest. What a person has to look at is marked with CHANGE."""

    manifest: str = field("The manifest, as TOML.")
    replies: list[RecordedReply] = field("Replies about a child who does not exist.")


@output
class TrialStepType:
    """One part of an exchange, in the order in which it happened."""

    title: str = field("What it was.")
    lines: list[str] = field(
        "The request as it was sent, with secrets masked; the shape of what came; the record if"
        " it is a test child's."
    )


@output
class SourceTrial:
    """One exchange about a test child with the real system, step by step."""

    read: bool = field("Whether an answer came that could be read.")
    steps: list[TrialStepType] = field("What happened; none if nothing was asked.")
    outcome: list[str] = field("What a question would have got, and what to do about it.")
    findings: list[FindingType] = field("Every rule that was checked.")


class JoiningSources(Protocol):
    """What one caller may see and try of sources before they are in force."""

    async def version(self, source: str, number: int) -> SourceType | None:
        """One version with its text; None if the caller may not see it."""
        ...

    async def draft(self, answers: DraftAnswers, sample: SystemSample | None) -> SourceDraft:
        """A draft of a manifest; an error says why not."""
        ...

    async def draft_at(self, answers: DraftAnswers, address: str) -> SourceDraft:
        """A draft from what a system says of itself there; an error says why not."""
        ...

    async def try_draft(
        self, manifest: str, rules: str | None, replies: list[ExampleReply], wanted: TrialArgument
    ) -> SourceTrial:
        """A manifest tried that was not proposed yet; an error says why not."""
        ...

    async def try_version(self, source: str, number: int, wanted: TrialArgument) -> SourceTrial:
        """A version tried; an error says why not."""
        ...
