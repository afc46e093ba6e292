"""What one caller may see and try of sources before they are in force."""

import asyncio
from dataclasses import dataclass, replace

from adapters.authoring.draft import Answers
from gateway.graphql.optional_inputs import given
from gateway.graphql.services.joining import (
    DraftAnswers,
    RecordedReply,
    SourceDraft,
    SourceTrial,
    SystemSample,
    TrialArgument,
    TrialStepType,
)
from gateway.graphql.services.source import ExampleReply, SourceType
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently
from gateway.registry.api import SourceApi, finding
from gateway.registry.inspection import Proposal
from gateway.registry.joining.described import described_at
from gateway.registry.joining.drafting import SampleText, drafted
from gateway.registry.joining.trials import LiveTrials, SourceTried, WantedTrial
from gateway.registry.registrar import ONLY_REGISTRARS


@dataclass(frozen=True, slots=True)
class JoiningApi:
    """Drafts, trials, and versions with their text."""

    sources: SourceApi
    trials: LiveTrials
    caller: Caller

    async def version(self, source: str, number: int) -> SourceType | None:
        """One version with its text; None if it is not there, or not for this caller."""
        return await self.sources.version(source, number)

    async def draft(self, answers: DraftAnswers, sample: SystemSample | None) -> SourceDraft:
        """A draft; NotAllowed unless the caller registers sources."""
        registrar = self.trials.registrar
        if not registrar.registers_any(self.caller):
            await registrar.refuse(self.caller, ONLY_REGISTRARS)
        read = None if sample is None else SampleText(sample.name, sample.content)
        return await self._drafted(answers, read)

    async def draft_at(self, answers: DraftAnswers, address: str) -> SourceDraft:
        """A draft from what a system says of itself there, as `described_at` reads it."""
        read = await described_at(self.trials, self.caller, str(answers.source), address.strip())
        return await self._drafted(answers, read)

    async def _drafted(self, answers: DraftAnswers, read: SampleText | None) -> SourceDraft:
        made = await asyncio.to_thread(drafted, self._answers(answers), read)
        files = {name: content.decode() for name, content in made.files.items()}
        return SourceDraft(
            manifest=made.text,
            replies=[RecordedReply(name=name, content=files[name]) for name in sorted(files)],
        )

    async def try_draft(
        self, manifest: str, rules: str | None, replies: list[ExampleReply], wanted: TrialArgument
    ) -> SourceTrial:
        """A manifest that was not proposed yet, tried without any secret."""
        sent = {reply.name: reply.content.encode() for reply in replies}
        proposal = Proposal(manifest, rules, sent)
        return _trial(await self.trials.draft(self.caller, proposal, _wanted(wanted)))

    async def try_version(self, source: str, number: int, wanted: TrialArgument) -> SourceTrial:
        """A version that is kept, tried with its secrets."""
        return _trial(await self.trials.version(self.caller, source, number, _wanted(wanted)))

    def _answers(self, said: DraftAnswers) -> Answers:
        answers = Answers(
            identifier=str(said.source),
            agency=said.agency,
            sector=said.sector,
            telephone=said.telephone,
            address=said.address,
            areas=tuple(given(said.areas) or ()),
        )
        operates = self.trials.registrar.is_operator(self.caller)
        return answers if operates else replace(answers, owner=self.caller.organisation)


def _wanted(said: TrialArgument) -> WantedTrial:
    details = {each.key.strip(): each.value.strip() for each in said.given}
    if len(details) < len(said.given):
        raise AskDifferently("VARIABLES_INVALID", "given: each key once")
    return WantedTrial(details, given(said.operation) or None, bool(given(said.rules)))


def _trial(tried: SourceTried) -> SourceTrial:
    return SourceTrial(
        read=tried.read,
        steps=[TrialStepType(title=one.title, lines=list(one.lines)) for one in tried.steps],
        outcome=list(tried.outcome),
        findings=[finding(one) for one in tried.findings],
    )
