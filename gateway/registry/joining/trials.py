"""A source tried live about a test child: who may, with which secrets, and how much it may cost."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from adapters.conformance.kit import RuleVerdict
from adapters.conformance.online_check import check_online
from adapters.conformance.trial.masking import MaskedSecrets
from adapters.conformance.trial.nobodys import MayBeSomebodys, checked_given
from adapters.conformance.trial.step import TrialStep
from adapters.conformance.trial.trial import Trial, tried
from adapters.contract.contract import Adapter, Source
from adapters.manifest.auth import Secret
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Operation
from adapters.network.named_secrets import secrets_in
from adapters.network.secrets import SecretMissing, SecretTexts
from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.recorder.intent import Coming
from gateway.config.operator_file import SourceGrant
from gateway.fanout.throttle import Throttle
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, ConfigurationInvalid, TryLater
from gateway.registry.connect import SourceOpener
from gateway.registry.desired_state import SourceVersion, beside, grant_for
from gateway.registry.generations import ActiveGeneration
from gateway.registry.inspection import Proposal, read_proposal
from gateway.registry.joining.operation import chosen_operation
from gateway.registry.joining.outcome import in_words, is_read
from gateway.registry.joining.paced import paced
from gateway.registry.ledger.record import RuleResult, Version
from gateway.registry.registrar import GRANTED, ONLY_REGISTRARS, UNGRANTED, Registrar

TRIED: Final = "SOURCE_TRIED"
_PATIENCE_S: Final = 90.0
_MOST_LINES: Final = 400
_LONGEST_LINE: Final = 400
_HAS_SECRETS: Final = (
    "this manifest names secrets, and those are read for no draft: propose it, then your agency's"
    " information governance can try it"
)


@dataclass(frozen=True, slots=True)
class WantedTrial:
    """What is to be tried: an operation, or the first that takes what is `given`.

    With `rules`, the conformance kit's own questions to the system are asked as well.
    """

    given: Mapping[str, str] = field(repr=False)
    operation: str | None = None
    rules: bool = False


@dataclass(frozen=True, slots=True)
class SourceTried:
    """What came of it: nothing was asked where a finding of `findings` prevented it."""

    findings: tuple[RuleResult, ...] = ()
    steps: tuple[TrialStep, ...] = ()
    outcome: tuple[str, ...] = ()
    read: bool = False


@dataclass(frozen=True, slots=True)
class LiveTrials:
    """Trials of this gateway, one at a time of an agency, so that none waits for another's system.

    Each is in the log before a system is asked.
    """

    registrar: Registrar
    opener: SourceOpener
    _agencies: set[str] = field(default_factory=set)

    @property
    def _now(self) -> ActiveGeneration:
        """What is in force when it is looked at."""
        return self.registrar.generations.current

    def grant_of(self, source: str) -> SourceGrant | None:
        """What the operator grants to this source now, of whichever agency."""
        return next((one for one in self._now.operator.grant if one.source == source), None)

    async def draft(self, caller: Caller, proposal: Proposal, wanted: WantedTrial) -> SourceTried:
        """Try a manifest that nobody has proposed yet; no secret is read for it.

        NotAllowed unless the caller may propose it. AskDifferently if it needs secrets.
        """
        registrar = self.registrar
        if not registrar.registers_any(caller):
            await registrar.refuse(caller, ONLY_REGISTRARS)
        await registrar.admit(caller)
        found = await registrar.inspect(proposal)
        read = await asyncio.to_thread(read_proposal, proposal.manifest) if found.read else ()
        if isinstance(read, tuple):
            return SourceTried(read or found.findings)
        if not registrar.registers(caller, read.source.agency):
            await registrar.refuse(caller, "you may try the sources of your own agency")
        grant = grant_for(read, self._now.operator)
        if grant is None:
            return SourceTried((*found.findings, RuleResult(GRANTED, passed=False, what=UNGRANTED)))
        if next(secrets_in(read), None) is not None:
            raise AskDifferently("SOURCE_NEEDS_SECRETS", f"manifest: {_HAS_SECRETS}")
        held = SourceVersion(read, 0, proposal.manifest, proposal.rules, grant)
        trial = await self._tried(caller, held, wanted, _NoSecrets())
        return replace(trial, findings=(*found.findings, *trial.findings))

    async def version(
        self, caller: Caller, source: str, number: int, wanted: WantedTrial
    ) -> SourceTried:
        """Try a version that is kept. Its secrets are read, for two people stand behind it.

        They are the one who proposed it and the caller, who governs the agency's information. A
        version in force is tried by whoever may propose another, too. NotAllowed for others.
        """
        held = await self._version(caller, source, number)
        await self.registrar.admit(caller)
        return await self._tried(caller, held, wanted, self.opener.secrets(held))

    async def _version(self, caller: Caller, source: str, number: int) -> SourceVersion:
        registrar = self.registrar
        held_now = self._now.desired_state.held
        in_force = {(held.id, held.version): held for held in held_now}
        if held := in_force.get((source, number)):
            agency = held.grant.agency
            if not (registrar.registers(caller, agency) or registrar.governs(caller, agency)):
                await registrar.refuse(caller, "only its own agency, or an operator, may")
            return held
        version = await registrar.version(source, number)
        if version is None or not registrar.governs(caller, version.agency):
            await registrar.refuse(
                caller, "before it is approved, only its agency's information governance may"
            )
        if await registrar.persons.among(caller.account, [version.by.account]):
            await registrar.refuse(caller, "another person must try what you registered")
        return self._kept(version)

    def _kept(self, version: Version) -> SourceVersion:
        operator = self._now.operator
        read = read_proposal(version.manifest)
        if isinstance(read, tuple):
            raise AskDifferently("SOURCE_UNUSABLE", "version: this gateway cannot read it any more")
        grant = grant_for(read, operator)
        if grant is None:
            raise AskDifferently("SOURCE_NOT_GRANTED", f"id: {UNGRANTED}")
        held = SourceVersion(read, version.number, version.manifest, version.rules, grant)
        return beside(held, operator)

    async def _tried(
        self, caller: Caller, held: SourceVersion, wanted: WantedTrial, secrets: SecretTexts
    ) -> SourceTried:
        operation, given = _checked(held.manifest, wanted)
        masked = MaskedSecrets(secrets)
        with self.alone(held.manifest.source.agency):
            await self._log(caller, held)
            adapter = await self._opened(held, masked)
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    return await self._asked(held, adapter.source, operation, given, wanted, masked)
            except TimeoutError:
                raise TryLater("BUSY", "the system took too long; try again") from None
            finally:
                await adapter.aclose()

    @contextmanager
    def alone(self, agency: str) -> Iterator[None]:
        """One trial of an agency at a time; TryLater for another."""
        if agency in self._agencies:
            raise TryLater("BUSY", "another trial of your agency is under way; try again")
        self._agencies.add(agency)
        try:
            yield
        finally:
            self._agencies.discard(agency)

    async def _asked(  # noqa: PLR0913, PLR0917  what one trial is made of
        self,
        held: SourceVersion,
        source: Source,
        operation: Operation,
        given: Mapping[str, str],
        wanted: WantedTrial,
        masked: MaskedSecrets,
    ) -> SourceTried:
        manifest, clock = held.manifest, self.registrar.clock
        async with paced(source, self._throttle(held), clock.monotonic) as within:
            trial = await tried(manifest, within, operation, given)
            person = _person(held.grant) if wanted.rules else {}
            verdicts = await check_online(manifest, within, person) if wanted.rules else []
        lines = in_words(operation, given, held.grant.claims, trial.reply)
        return SourceTried(
            tuple(_finding(one, masked) for one in verdicts),
            tuple(_shown(trial, masked)),
            tuple(masked.masked(line) for line in lines),
            is_read(trial.reply),
        )

    def _throttle(self, held: SourceVersion) -> Throttle:
        """The turns of the system: those of the version in force, where there is one."""
        connection = self._now.connections.get(held.id)
        if connection is not None:
            return connection.connection.source_limits.throttle
        limits = held.manifest.limits
        return Throttle(limits.rate, limits.concurrency, self.registrar.clock.monotonic)

    async def _opened(self, held: SourceVersion, masked: MaskedSecrets) -> Adapter:
        try:
            return await self.opener.adapter(held, masked)
        except ConfigurationInvalid as error:
            raise AskDifferently(
                "SOURCE_NOT_OPENED", f"manifest: {masked.masked(str(error))}"
            ) from None

    async def _log(self, caller: Caller, held: SourceVersion) -> None:
        change = AuditedChange(held.id, held.sha256, held.version or None)
        agency = held.manifest.source.agency
        coming = Coming(AuditKind.SOURCE_CHANGE, change, TRIED, agency=agency)
        await self.registrar.recorder.changed(coming, caller)


class _NoSecrets:
    """Whoever asks for a secret of a draft finds none."""

    def text(self, _: Secret) -> str:
        """SecretMissing, always."""
        raise SecretMissing("no secret is read for a draft")


def _checked(manifest: Manifest, wanted: WantedTrial) -> tuple[Operation, dict[str, str]]:
    try:
        operation = chosen_operation(manifest, wanted.operation, wanted.given)
        return operation, checked_given(manifest, operation, wanted.given)
    except MayBeSomebodys as error:
        raise AskDifferently("NOT_A_TEST_CHILD", f"given: {error}") from None


def _person(grant: SourceGrant) -> Mapping[str, str]:
    return grant.test_person.given if grant.test_person else {}


def _finding(verdict: RuleVerdict, masked: MaskedSecrets) -> RuleResult:
    return RuleResult(verdict.rule, verdict.passed, masked.masked(verdict.what))


def _shown(trial: Trial, masked: MaskedSecrets) -> Iterator[TrialStep]:
    """Its steps without any secret, and not without end."""
    left = _MOST_LINES
    for step in trial.steps:
        if left <= 0:
            yield TrialStep("More is not shown")
            return
        yield TrialStep(step.title, _cut(step.lines[:left], masked))
        left -= len(step.lines)


def _cut(lines: Sequence[str], masked: MaskedSecrets) -> tuple[str, ...]:
    return tuple(masked.masked(line)[:_LONGEST_LINE] for line in lines)
