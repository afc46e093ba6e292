"""Sources proposed, approved and suspended while running: who may, and what is checked."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn, TypeVar

from adapters.manifest.manifest import Manifest
from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.recorder.intent import Coming
from gateway.audit.recorder.recorder import Recorder
from gateway.config.settings_tables import RoleSettings
from gateway.identity.persons import Persons
from gateway.model import events
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import (
    AskDifferently,
    ConfigurationInvalid,
    LimitReached,
    NotAllowed,
    TryLater,
)
from gateway.model.inquiry import LONGEST_JUSTIFICATION
from gateway.model.words import in_words
from gateway.registry.desired_state import SourceVersion, grant_for
from gateway.registry.generations import ActiveGeneration, Generations
from gateway.registry.inspection import Inspected, Proposal, needed, read_proposal
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import (
    By,
    LedgerHead,
    RolloutKind,
    RolloutRecord,
    RuleResult,
    Version,
)
from gateway.registry.rollout import Rollout
from gateway.registry.sandbox import inspected_apart

T = TypeVar("T")
PROPOSED: Final = "SOURCE_PROPOSED"
APPROVED: Final = "SOURCE_APPROVED"
SUSPENDED: Final = "SOURCE_SUSPENDED"
GRANTED: Final = "the operator grants it to its agency"
OPENED: Final = "it can be opened here"
ONLY_REGISTRARS: Final = "only a registrar of the agency, or an operator, may"
ITS_OWN: Final = "its id is its agency's own"
UNGRANTED: Final = (
    "no [[grant]] of the operator's file gives your agency a source of this id: ask the operator"
)


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """What came of it: the source's id and version, None where it was refused, and why."""

    source: str | None
    version: int | None
    findings: tuple[RuleResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Registrar:
    """What a caller may change of the sources; each change is logged before it is in force."""

    rollout: Rollout
    generations: Generations
    ledger: Ledger
    recorder: Recorder
    roles: RoleSettings
    clock: Clock
    persons: Persons = field(default_factory=Persons)
    _inspecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _under_way: set["asyncio.Task[Any]"] = field(default_factory=set)

    async def propose(self, caller: Caller, proposal: Proposal) -> ChangeOutcome:
        """Keep a version of a source as a proposal, if nothing is wrong with it; nobody is asked.

        NotAllowed unless the caller registers for the manifest's agency, or is an operator.
        """
        if not self.registers_any(caller):
            await self.refuse(caller, ONLY_REGISTRARS)
        await self.admit(caller)
        found = await self.inspect(proposal)
        read = await asyncio.to_thread(read_proposal, proposal.manifest) if found.read else ()
        if isinstance(read, tuple):
            return ChangeOutcome(None, None, read or found.findings)
        if not self.registers(caller, read.source.agency):
            await self.refuse(caller, "you may register the sources of your own agency")
        if not found.usable:
            return ChangeOutcome(None, None, found.findings)
        return await self._to_its_end(self._keep(caller, proposal, read, found))

    async def approve(self, caller: Caller, source: str, number: int) -> ChangeOutcome:
        """Bring a version into force everywhere; what was in force stays if it cannot be.

        NotAllowed unless the caller governs the information of the agency that owns the source,
        and did not propose this version.
        """
        version = await self._own_version(caller, source, number)
        # Through whichever organisation or account they sign in.
        if await self.persons.among(caller.account, [version.by.account]):
            await self.refuse(caller, "another person must approve what you registered")
        if lacking := needed(version.findings):
            return ChangeOutcome(None, None, lacking)
        outcome = await self._to_its_end(self._approve(caller, version))
        await self.rollout.everywhere()
        return outcome

    async def suspend(self, caller: Caller, source: str, reason: str) -> ChangeOutcome:
        """Take a source out of force everywhere, until it is approved again.

        NotAllowed unless the caller governs the agency's information, or is an operator.
        """
        _refuse_unusable(reason)
        now = self.generations.current
        connection = now.connections.get(source)
        governs = connection is not None and self.governs(caller, connection.source.agency)
        if not governs and not self.is_operator(caller):
            await self.refuse(
                caller, "only its agency's information governance, or an operator, may"
            )
        if connection is None or self._is_suspended(source):
            raise _unknown()
        outcome = await self._to_its_end(self._suspend(caller, connection.held, reason))
        await self.rollout.everywhere()
        return outcome

    async def newest(self) -> tuple[Version, ...]:
        """The newest version of every source; TryLater if the ledger cannot be read."""
        return await self._reading(self.ledger.newest())

    async def version(self, source: str, number: int) -> Version | None:
        """One version as it was kept; TryLater if the ledger cannot be read."""
        return await self._reading(self.ledger.version(source, number))

    async def _reading(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)
            raise TryLater("LEDGER_UNAVAILABLE", "the ledger cannot be read now") from None

    async def _keep(
        self, caller: Caller, proposal: Proposal, manifest: Manifest, found: Inspected
    ) -> ChangeOutcome:
        source, ledger = manifest.source, self.ledger
        async with self.rollout.turn():
            newest = {version.source: version for version in await ledger.newest()}
            last = newest.get(source.id)
            if clash := self._clash(caller, manifest, last):
                return ChangeOutcome(None, None, (*found.findings, clash))
            version = Version(
                source=source.id,
                number=await ledger.next_number(source.id),
                agency=source.agency,
                manifest=proposal.manifest,
                rules=proposal.rules,
                by=By.of(caller),
                at=self.clock.now(),
                findings=found.findings,
                level=found.level,
            )
            await self.recorder.changed(_coming(version, PROPOSED), caller)
            await ledger.propose(version)
        return ChangeOutcome(source.id, version.number, found.findings)

    async def _approve(self, caller: Caller, version: Version) -> ChangeOutcome:
        async with self.rollout.turn() as head:
            concerned = (version.source, version.number)
            record = self._record(head, RolloutKind.APPROVED, caller, concerned)
            after = _with(head, record)
            try:
                prepared = await self._prepared(version, after)
            except _CannotOpen as why:
                return ChangeOutcome(None, None, (*version.findings, why.found))

            async def log(new: ActiveGeneration) -> int:
                rules = new.preparation.policy.version
                coming = replace(_coming(version, APPROVED), policy_version=rules)
                return await self.recorder.changed(coming, caller)

            await self.rollout.roll_out(prepared, record, log)
        return ChangeOutcome(version.source, version.number, version.findings)

    async def _suspend(self, caller: Caller, held: SourceVersion, reason: str) -> ChangeOutcome:
        async with self.rollout.turn() as head:
            connections = self.generations.current.connections
            if held.id not in connections or self._is_suspended(held.id):
                raise _unknown()
            record = self._record(head, RolloutKind.SUSPENDED, caller, (held.id, held.version))
            folder = self.generations.current.folder
            desired_state = await self.rollout.desired_state(folder, _with(head, record))
            prepared = await self.generations.prepare(desired_state, frozenset())

            async def log(new: ActiveGeneration) -> int:
                rules = new.preparation.policy.version
                change = AuditedChange(held.id, held.sha256, held.version)
                agency = held.manifest.source.agency
                coming = Coming(AuditKind.SOURCE_CHANGE, change, SUSPENDED, rules, agency, reason)
                return await self.recorder.changed(coming, caller)

            await self.rollout.roll_out(prepared, record, log)
        return ChangeOutcome(held.id, held.version)

    async def _prepared(self, version: Version, after: LedgerHead) -> ActiveGeneration:
        folder = self.generations.current.folder
        in_folder = {each.manifest.source.id for each in folder.filed}
        if version.source in in_folder and not version.from_folder:
            raise _CannotOpen(ITS_OWN, "the operator's folder has this source: it is changed there")
        try:
            desired_state = await self.rollout.desired_state(folder, after)
            held = next((h for h in desired_state.held if h.id == version.source), None)
            if held is None:
                raise _CannotOpen(GRANTED, UNGRANTED)
            if held.version != version.number:
                raise _CannotOpen(ITS_OWN, "the operator's folder has another version of it now")
            return await self.generations.prepare(desired_state, frozenset({held.id}))
        except ConfigurationInvalid as error:
            raise _CannotOpen(OPENED, str(error)) from None

    async def admit(self, caller: Caller) -> None:
        """Count a proposal as a question: each is read, and each that is usable is kept."""
        try:
            preparation = self.generations.current.preparation
            await preparation.quotas.admit_questions(caller, 1)
        except LimitReached as refusal:
            await self.recorder.refuse(refusal.code, caller)
            raise

    async def inspect(self, proposal: Proposal) -> Inspected:
        """The proposal held against the rules, apart from this process; one after another."""
        now = self.generations.current
        active = [(each.source.agency, each.held.text) for each in now.connections.values()]
        async with self._inspecting:
            return await inspected_apart(proposal, active, self.clock.now())

    async def _own_version(self, caller: Caller, source: str, number: int) -> Version:
        version = await self.version(source, number)
        if version is None or not self.governs(caller, version.agency):
            await self.refuse(caller, "only its agency's information governance may")
        return version

    async def refuse(self, caller: Caller, why: str) -> NoReturn:
        """NotAllowed, once it is in the log."""
        await self.recorder.refuse("SOURCE_NOT_ALLOWED", caller)
        raise NotAllowed("SOURCE_NOT_ALLOWED", why)

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, which goes on to its end even if the client has gone."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    def _record(
        self, head: LedgerHead, kind: RolloutKind, caller: Caller, concerned: tuple[str, int]
    ) -> RolloutRecord:
        now = self.generations.current
        return RolloutRecord(
            generation=head.generation + 1,
            kind=kind,
            files=now.folder.digest,
            by=By.of(caller),
            at=self.clock.now(),
            source=concerned[0],
            version=concerned[1],
        )

    def _clash(self, caller: Caller, manifest: Manifest, last: Version | None) -> RuleResult | None:
        folder = self.generations.current.folder
        granted = grant_for(manifest, folder.operator) is not None
        if not granted and not self.is_operator(caller):
            # Told before anything else, or whoever guesses learns which ids others have.
            return RuleResult(GRANTED, passed=False, what=UNGRANTED)
        filed = folder.filed
        if manifest.source.id in {each.manifest.source.id for each in filed}:
            what = "the operator's folder has this source: it is changed there"
            return RuleResult(ITS_OWN, passed=False, what=what)
        if last is not None and last.agency != manifest.source.agency:
            what = "another agency has a source of this id: choose another"
            return RuleResult(ITS_OWN, passed=False, what=what)
        return None

    def _is_suspended(self, source: str) -> bool:
        now = self.generations.current
        return any(held.id == source for held in now.desired_state.suspended)

    def governs(self, caller: Caller, agency: str) -> bool:
        """Whether the caller governs the information of this agency."""
        return self.roles.governance in caller.roles and caller.organisation == agency

    def registers_any(self, caller: Caller) -> bool:
        """Whether the caller may propose sources at all."""
        return bool(caller.roles & {self.roles.registrar, self.roles.operator})

    def registers(self, caller: Caller, agency: str) -> bool:
        """Whether the caller may propose sources of this agency."""
        own = self.roles.registrar in caller.roles and caller.organisation == agency
        return own or self.is_operator(caller)

    def is_operator(self, caller: Caller) -> bool:
        """Whether the caller looks after the gateway, and so after every agency's sources."""
        return self.roles.operator in caller.roles


class _CannotOpen(Exception):
    """Why a version cannot come into force; what was in force stays."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(what)
        self.found = RuleResult(rule, passed=False, what=what)


def _coming(version: Version, detail: str) -> Coming:
    change = AuditedChange(version.source, version.sha256, version.number)
    return Coming(AuditKind.SOURCE_CHANGE, change, detail, agency=version.agency)


def _with(head: LedgerHead, record: RolloutRecord) -> LedgerHead:
    sources = {**head.sources, str(record.source): record}
    return replace(head, generation=record.generation, sources=sources)


def _refuse_unusable(reason: str) -> None:
    if not in_words(reason):
        raise AskDifferently("JUSTIFICATION_MISSING", "reason: say why in words")
    if len(reason) > LONGEST_JUSTIFICATION:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG", f"reason: at most {LONGEST_JUSTIFICATION} characters"
        )


def _unknown() -> AskDifferently:
    return AskDifferently("SOURCE_UNKNOWN", "id: there is no such source in force")
