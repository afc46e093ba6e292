"""One request's way: planned and decided, logged, then asked; every stage in order."""

from asyncio import gather
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from gateway.audit.publish.routes import ENTRIES_READ
from gateway.audit.publish.witness_watch import Watch
from gateway.audit.recorder.pseudonymise import Concealed
from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.documents import Document
from gateway.graphql.services.context import Context
from gateway.identity.quotas import Allowance, AskedOf
from gateway.identity.tokens import stated_key
from gateway.model.caller import Caller
from gateway.model.candidate_key import CandidateSeal
from gateway.model.errors import NotAllowed, SignIn, TooMany, TryLater
from gateway.oversight.alerts.api import AlertDesk
from gateway.oversight.alerts.drawing import Alerts
from gateway.oversight.auditors.access import refuse_unless_auditor
from gateway.oversight.auditors.api import AuditDesk
from gateway.oversight.break_glass.api import EmergencyDesk
from gateway.oversight.break_glass.service import BreakGlass
from gateway.oversight.families.api import FamilyDesk, FamilyRules
from gateway.oversight.families.disclosure import Disclosures
from gateway.questions.prepare import Prepared, Request
from gateway.questions.question import Question
from gateway.questions.shield_check import ShieldCheck
from gateway.questions.start import Begun, Posing
from gateway.registry.api import SourceDesk
from gateway.registry.generations import InForce
from gateway.registry.registrar import Registrar


@dataclass(frozen=True, slots=True)
class Started:
    """A request whose questions are under way; `stop` them when its response is over."""

    document: Document
    context: Context
    questions: tuple[Question, ...]
    leave: Callable[[], None]

    async def declare(self) -> None:
        """Log what the next payload says; TryLater if it cannot be logged."""
        for question in self.questions:
            await question.declare()

    async def stop(self) -> None:
        """Stop every question, down to the sockets, and let go of what was in force for it."""
        try:
            for question in self.questions:
                await question.stop()
        finally:
            self.leave()


@dataclass(frozen=True, slots=True)
class Desks:
    """What serves everybody who does not ask about a child."""

    break_glass: BreakGlass
    alerts: Alerts


class Journey:
    """The stages of one gateway, wired; `start` takes a request through them."""

    def __init__(
        self,
        registrar: Registrar,
        recorder: Recorder,
        watch: Watch,
        desks: Desks,
    ) -> None:
        self._registrar = registrar
        self._succession = registrar.enacting.succession
        self._replica = registrar.enacting.replica
        self.recorder = recorder
        self._break_glass = desks.break_glass
        self.alerts = desks.alerts
        self._seal = CandidateSeal()
        self._posing = Posing(recorder, desks.break_glass.harm_stated, self._seal)
        self.schema = self._succession.current.planning.schema
        self.publication = watch.publication
        self._watch = watch

    async def start(self, request: Request) -> Started:
        """Take a request to its questions, each with a durable intent, and begin to ask.

        What is in force now is so for this request to its end. Any TeamAroundError says what the
        caller has to do; then nobody was asked.
        """
        self._replica.refuse_stale()
        in_force = self._succession.enter()
        try:
            return await self._start(request, in_force)
        except BaseException:
            self._succession.leave(in_force)
            raise

    async def _start(self, request: Request, in_force: InForce) -> Started:
        planning = in_force.planning
        caller: Caller | None = None
        try:
            caller = await planning.caller(request)
            document = planning.document(request)
            planned = planning.prepare(document, request, caller)
            prepared = tuple(self._opened(each, caller) for each in planned)
            concealed = await self._admit(prepared, caller, planning.allowance)
        except (SignIn, NotAllowed, TooMany) as refusal:
            whence = f"{request.peer} {stated_key(request.authorization)}"
            with suppress(TryLater):
                await self.recorder.refuse(refusal.code, caller, whence)
            raise
        begun = Begun(document, caller, planning, in_force.fan_out)
        asking = (
            self._posing.question(each, hidden, begun)
            for each, hidden in zip(prepared, concealed, strict=True)
        )
        questions = tuple(await gather(*asking))
        for question in questions:
            question.start()
        context = Context(
            questions,
            planning.registry.shown,
            audit=AuditDesk(self.publication, self.recorder, caller, planning.policy.book),
            emergency=EmergencyDesk(self._break_glass, caller),
            accesses=self._family_desk(caller, in_force),
            sources=SourceDesk(self._registrar, in_force, caller),
            alerts=AlertDesk(self.alerts, self.recorder, caller, self._break_glass.awaits),
        )
        leave = partial(self._succession.leave, in_force)
        return Started(document, context, questions, leave)

    @property
    def in_force(self) -> InForce:
        """What a request that starts now would take."""
        return self._succession.current

    async def reload(self) -> None:
        """Bring the operator's files into force; ConfigurationInvalid or TryLater says why not."""
        await self._registrar.reloading.at_signal()

    async def _admit(
        self, prepared: tuple[Prepared, ...], caller: Caller, allowance: Allowance
    ) -> tuple[Concealed, ...]:
        """Let these questions be asked, within what the caller may ask; nothing is logged yet."""
        if not prepared:
            return ()
        await allowance.admit_questions(caller, len(prepared))
        await self._admit_broken_glass(prepared, caller)
        self._watch.refuse_unwitnessed()
        concealed = [await self.recorder.conceal(each.inquiry) for each in prepared]
        asked = [
            AskedOf(frozenset(hidden.pseudonyms), each.plan.beyond)
            for each, hidden in zip(prepared, concealed, strict=True)
        ]
        await allowance.admit_children(caller, asked)
        return tuple(concealed)

    def _family_desk(self, caller: Caller, in_force: InForce) -> FamilyDesk:
        planning, operator = in_force.planning, in_force.charter.folder.operator
        deadline_s = planning.settings.deadline
        return FamilyDesk(
            caller,
            FamilyRules(operator.families, Disclosures.of(operator)),
            self.publication.log,
            self.recorder,
            ShieldCheck(planning.registry, in_force.fan_out, planning.clock, deadline_s),
            planning.allowance,
            self._watch.refuse_unwitnessed,
        )

    async def _admit_broken_glass(self, prepared: tuple[Prepared, ...], caller: Caller) -> None:
        for each in prepared:
            leave = each.inquiry.reason.break_glass
            if leave is not None:
                await self._break_glass.admit(leave, caller, each.inquiry.known)
            if each.inquiry.reason.significant_harm is not None:
                await self._break_glass.refuse_unreviewed(caller)

    async def admit_auditor(self, authorization: str | None, reads: str) -> None:
        """Let a bearer read the published log, once it is logged that they do where it has entries.

        SignIn, NotAllowed or TryLater says why not.
        """
        self._replica.refuse_stale()
        caller: Caller | None = None
        try:
            planning = self._succession.current.planning
            caller = await planning.caller(Request("", {}, None, authorization))
            refuse_unless_auditor(caller)
        except (SignIn, NotAllowed) as refusal:
            with suppress(TryLater):
                await self.recorder.refuse(refusal.code, caller, stated_key(authorization))
            raise
        if reads == ENTRIES_READ:
            await self.recorder.searched(caller, reads, agency=None)

    def _opened(self, prepared: Prepared, caller: Caller) -> Prepared:
        """The inquiry with the keys of its chosen records opened, before anything is logged."""
        inquiry = prepared.inquiry
        purpose = inquiry.reason.purpose
        opened = inquiry.opened(lambda key: self._seal.opened(key, caller, purpose))
        return replace(prepared, inquiry=opened)
