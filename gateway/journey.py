"""One request's way: planned and decided, logged, then asked; every stage in order."""

from asyncio import gather
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from adapters.codes import Claim
from adapters.contract import OnBehalf
from gateway.alert_desk import AlertDesk
from gateway.alerts.drawing import Alerts
from gateway.allowance import AskedOf
from gateway.audit.risk import Noted
from gateway.audit.served import ENTRIES_READ
from gateway.audit_desk import AuditDesk, refuse_unless_auditor
from gateway.auth import stated_key
from gateway.break_glass import BreakGlass
from gateway.call import Answered, Asking
from gateway.caller import Caller
from gateway.circumstances import standing_of
from gateway.documents import Document
from gateway.emergency_desk import EmergencyDesk
from gateway.errors import NotAllowed, SignIn, TooMany, TryLater
from gateway.family_desk import FamilyDesk, FamilyRules
from gateway.fan_out import FanOut, Order
from gateway.findings import Finder, Findings, stated_reference
from gateway.onward import lessons, once_cleared
from gateway.plan import kept_back, own_details
from gateway.planning import Planning, Prepared, Request
from gateway.projection import View
from gateway.question import Asked, Question
from gateway.recording import Concealed, Grounds, Intent, Recorder
from gateway.registry import Registry
from gateway.schema.codes import SourceState
from gateway.schema.context import Context, SourceView
from gateway.sealed_key import CandidateSeal
from gateway.sharing import Right
from gateway.shield_check import ShieldCheck
from gateway.source_health import Health
from gateway.unusual import of_answer, of_question
from gateway.watch import Watch


@dataclass(frozen=True, slots=True)
class Started:
    """A request whose questions are under way; `stop` them when its response is over."""

    document: Document
    context: Context
    questions: tuple[Question, ...]

    async def declare(self) -> None:
        """Log what the next payload says; TryLater if it cannot be logged."""
        for question in self.questions:
            await question.declare()

    async def stop(self) -> None:
        """Stop every question, down to the sockets."""
        for question in self.questions:
            await question.stop()


@dataclass(frozen=True, slots=True)
class Desks:
    """What serves everybody who does not ask about a child."""

    break_glass: BreakGlass
    families: FamilyRules
    alerts: Alerts


class Journey:
    """The stages of one gateway, wired; `start` takes a request through them."""

    def __init__(
        self,
        planning: Planning,
        recorder: Recorder,
        fan_out: FanOut,
        watch: Watch,
        desks: Desks,
    ) -> None:
        self._planning = planning
        self.recorder = recorder
        self._fan_out = fan_out
        self._clock = planning.clock
        self._desks = desks
        self.alerts = desks.alerts
        self._seal = CandidateSeal()
        self.schema = planning.schema
        self.publication = watch.publication
        self._watch = watch

    async def start(self, request: Request) -> Started:
        """Take a request to its questions, each with a durable intent, and begin to ask.

        Any TeamAroundError says what the caller has to do; then nobody was asked.
        """
        caller: Caller | None = None
        try:
            caller = await self._planning.caller(request)
            document = self._planning.document(request)
            planned = self._planning.prepare(document, request, caller)
            prepared = tuple(self._opened(each, caller) for each in planned)
            concealed = await self._admit(prepared, caller)
        except (SignIn, NotAllowed, TooMany) as refusal:
            whence = f"{request.peer} {stated_key(request.authorization)}"
            with suppress(TryLater):
                await self.recorder.refuse(refusal.code, caller, whence)
            raise
        questions = await gather(
            *(
                self._question(each, hidden, document, caller)
                for each, hidden in zip(prepared, concealed, strict=True)
            )
        )
        for question in questions:
            question.start()
        context = Context(
            tuple(questions),
            self._planning.registry.shown,
            self._seen,
            AuditDesk(self.publication, self.recorder, caller, self._planning.policy.book),
            EmergencyDesk(self._desks.break_glass, caller),
            self._family_desk(caller),
            AlertDesk(self._desks.alerts, self.recorder, caller, self._desks.break_glass.awaits),
        )
        return Started(document, context, tuple(questions))

    async def _seen(self) -> tuple[SourceView, ...]:
        return _views(self._planning.registry, await self._fan_out.health())

    def forget(self) -> None:
        """Keep no agency's answer for another question: rules, sources or rights have changed."""
        self._fan_out.forget()

    async def _admit(self, prepared: tuple[Prepared, ...], caller: Caller) -> tuple[Concealed, ...]:
        """Let these questions be asked, within what the caller may ask; nothing is logged yet."""
        if not prepared:
            return ()
        await self._planning.allowance.admit_questions(caller, len(prepared))
        await self._admit_broken_glass(prepared, caller)
        self._watch.refuse_unwitnessed()
        concealed = [await self.recorder.conceal(each.inquiry) for each in prepared]
        asked = [
            AskedOf(frozenset(hidden.pseudonyms), each.plan.beyond)
            for each, hidden in zip(prepared, concealed, strict=True)
        ]
        await self._planning.allowance.admit_children(caller, asked)
        return tuple(concealed)

    def _family_desk(self, caller: Caller) -> FamilyDesk:
        planning = self._planning
        return FamilyDesk(
            caller,
            self._desks.families,
            self.publication.log,
            self.recorder,
            ShieldCheck(planning.registry, self._fan_out, self._clock, planning.settings.deadline),
            planning.allowance,
            self._watch.refuse_unwitnessed,
        )

    async def _admit_broken_glass(self, prepared: tuple[Prepared, ...], caller: Caller) -> None:
        for each in prepared:
            leave = each.inquiry.reason.break_glass
            if leave is not None:
                await self._desks.break_glass.admit(leave, caller, each.inquiry.known)
            if each.inquiry.reason.significant_harm is not None:
                await self._desks.break_glass.refuse_unreviewed(caller)

    async def admit_auditor(self, authorization: str | None, reads: str) -> None:
        """Let a bearer read the published log, once it is logged that they do where it has entries.

        SignIn, NotAllowed or TryLater says why not.
        """
        caller: Caller | None = None
        try:
            caller = await self._planning.caller(Request("", {}, None, authorization))
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

    async def _question(
        self, prepared: Prepared, concealed: Concealed, document: Document, caller: Caller
    ) -> Question:
        intent = await self._intent(prepared, concealed, document, caller)
        if prepared.inquiry.reason.significant_harm is not None:
            await self._desks.break_glass.harm_stated(caller, intent.query_id, intent.index)
        view = View(
            plan=prepared.plan,
            registry=self._planning.registry,
            verdicts=prepared.verdicts,
            cleared=self._planning.settings.shield_cleared_role in caller.roles,
            seal=self._seal.bound_to(caller, prepared.inquiry.reason.purpose),
            today=self._clock.now().date(),
            child_id=intent.query_id,
            on_record=prepared.on_record,
            broke_glass=prepared.inquiry.reason.break_glass is not None,
        )
        stated = stated_reference(prepared.inquiry.known, prepared.sources.values())
        finder = Finder(stated, prepared.sources)
        order = self._order(prepared, caller, intent, finder)
        allowance = self._planning.allowance

        def notes(findings: Findings) -> Noted:
            return of_answer(findings, caller, self._planning.registry, view.today)

        asked = Asked(
            *(view, finder, intent, order, prepared.sources),
            nobody_found=lambda: allowance.nobody_found(caller),
            notes=notes,
        )
        return Question(asked, self._fan_out, self.recorder)

    async def _intent(
        self, prepared: Prepared, concealed: Concealed, document: Document, caller: Caller
    ) -> Intent:
        risks = of_question(prepared.inquiry, prepared.plan, caller)
        grounds = Grounds(
            document=document.hash,
            policy_version=self._planning.policy.version,
            agencies=tuple(sorted({source.agency for source in prepared.asked.values()})),
            risks=frozenset(risks),
            standing=standing_of(
                caller, self._planning.settings.shield_cleared_role, self._clock.now()
            ),
        )
        return await self.recorder.intend(concealed, caller, grounds)

    def _order(self, prepared: Prepared, caller: Caller, intent: Intent, finder: Finder) -> Order:
        known, reason = prepared.inquiry.known, prepared.inquiry.reason

        def teach(answers: Mapping[str, Answered]) -> Mapping[str, Mapping[str, str]]:
            return lessons(finder.of(answers), prepared.sources)

        def give_back(answers: Mapping[str, Answered]) -> Mapping[str, Mapping[str, str]]:
            return once_cleared(finder.of(answers), kept_back(known), prepared.sources)

        async def pass_on(learned: Mapping[str, frozenset[str]]) -> None:
            by_agency: dict[str, frozenset[str]] = {}
            for source, names in learned.items():
                agency = prepared.sources[source].agency
                by_agency[agency] = by_agency.get(agency, frozenset()) | names
            await self.recorder.pass_on(intent, by_agency)

        on_behalf = OnBehalf(
            user=caller.user,
            organisation=caller.organisation,
            purpose=reason.purpose,
            query_id=intent.query_id,
            log_index=intent.index,
        )
        until = self._clock.monotonic() + self._planning.settings.deadline
        asked, read = prepared.asked, prepared.read
        right = Right(caller, reason, self._planning.policy.version)
        return Order(
            own={name: own_details(known, source.agency) for name, source in asked.items()},
            asking={name: Asking(read[name], on_behalf, until, right) for name in asked},
            until=until,
            heard_first=frozenset(
                name for name, source in asked.items() if Claim.SHIELD_AUTHORITY in source.claims
            ),
            teach=teach,
            pass_on=pass_on,
            give_back=give_back,
        )


def _views(registry: Registry, health: Mapping[str, Health]) -> tuple[SourceView, ...]:
    """The registered sources and how they are doing."""
    return tuple(
        SourceView(
            id=source.id,
            agency=registry.agencies[source.agency],
            kind=source.manifest.kind,
            version=source.version,
            state=SourceState.APPROVED,
            reachable=health[source.id].reachable,
            breaker=health[source.id].breaker,
            p50_ms=health[source.id].p50_ms,
            p99_ms=health[source.id].p99_ms,
            checked_at=health[source.id].checked_at,
        )
        for source in registry.sources.values()
        if not source.sensitive
    )
