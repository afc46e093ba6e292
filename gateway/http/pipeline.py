"""One request's way: planned and decided, logged, then asked; every stage in order."""

from asyncio import gather
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.range import EntryRange
from gateway.audit.publish.witness_watch import WitnessWatch
from gateway.audit.recorder.pseudonymise import Pseudonymised
from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.documents import Document
from gateway.graphql.services.context import Context
from gateway.http.connections.readiness import LookAt, Readiness, ReadyProbe
from gateway.http.status.operations import OperatedParts, OperationsApi
from gateway.http.young_objects import YoungObjects
from gateway.identity.quotas import AskedOf, Quotas
from gateway.identity.request_quota import SEARCH, UNREAD_DOCUMENT, Charge, charged
from gateway.identity.tokens import stated_key
from gateway.model.caller import Caller
from gateway.model.candidate_key import CandidateKeySealer
from gateway.model.clock import InTime
from gateway.model.errors import LimitReached, NotAllowed, SignIn, TeamAroundError, TryLater
from gateway.model.figures import ADMIT, DECIDE, DOCUMENT, SIGN_IN
from gateway.model.signed_in import SignedIn, anybody
from gateway.oversight.alerts.api import AlertApi
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.auditors.access import refuse_unless_auditor
from gateway.oversight.auditors.api import AuditApi
from gateway.oversight.break_glass.api import BreakGlassApi
from gateway.oversight.break_glass.service import BreakGlass
from gateway.oversight.families.api import FamilyApi, FamilyRules
from gateway.oversight.families.disclosure import Disclosures
from gateway.questions.prepare import PreparedQuestion, Request, Stages
from gateway.questions.question import RunningQuestion
from gateway.questions.shield.check import ShieldCheck
from gateway.questions.start import AdmittedRequest, QuestionFactory
from gateway.registry.account_links import AccountLinkApi, AccountLinks
from gateway.registry.api import SourceApi
from gateway.registry.generations import ActiveGeneration, Generations
from gateway.registry.joining.api import JoiningApi
from gateway.registry.joining.trials import LiveTrials
from gateway.registry.registrar import Registrar
from gateway.registry.reload import Reloader
from gateway.registry.replica_lease import ReplicaLease

_KEYS_SURE_S: Final = 10.0  # each use of the keys is counted and written down


@dataclass(frozen=True, slots=True)
class _Entered:
    """What a request took as it came: the generation in force, and how long that may count."""

    active: ActiveGeneration
    in_time: InTime


@dataclass(frozen=True, slots=True)
class Started:
    """A request whose questions are under way; `stop` them when its response is over."""

    document: Document
    context: Context
    questions: tuple[RunningQuestion, ...]
    leave: Callable[[], None]
    charge: Charge
    in_time: InTime

    async def declare(self) -> None:
        """Log what the next payload says; TryLater if any of it cannot be logged, or is too late.

        Questions of one request are logged in their order, and share a commit.
        """
        if self.questions:
            self.in_time.refuse_held_up()
        if len(self.questions) == 1:
            await self.questions[0].declare()
            return
        declared = (question.declare() for question in self.questions)
        for failure in await gather(*declared, return_exceptions=True):
            if isinstance(failure, BaseException):
                raise failure

    async def stop(self) -> None:
        """Stop every question, down to the sockets, and let go of what was in force for it."""
        try:
            for question in self.questions:
                await question.stop()
        finally:
            self.leave()


@dataclass(frozen=True, slots=True)
class Governance:
    """What is in force here, whether it still may be, and who changes it."""

    generations: Generations
    replica: ReplicaLease
    reloading: Reloader
    registrar: Registrar
    links: AccountLinks
    trials: LiveTrials
    operated: OperatedParts


@dataclass(frozen=True, slots=True)
class Oversight:
    """What serves everybody who does not ask about a child."""

    break_glass: BreakGlass
    alerts: AlertIndexer


class Pipeline:
    """The stages of one gateway, wired; `start` takes a request through them."""

    def __init__(
        self,
        stages: Stages,
        governance: Governance,
        recorder: Recorder,
        watch: WitnessWatch,
        oversight: Oversight,
    ) -> None:
        self.schema = stages.schema
        self.paths = stages.paths
        self.figures = stages.figures
        # Whoever serves for long chooses when Python looks for garbage.
        self.young_objects: YoungObjects | None = None
        self._persons = stages.quotas.persons
        self._generations = governance.generations
        self._replica = governance.replica
        self._reloading = governance.reloading
        self._registrar = governance.registrar
        self._links = governance.links
        self._trials = governance.trials
        self._operated = governance.operated
        self._owning = frozenset({stages.roles.registrar, stages.roles.governance})
        self.recorder = recorder
        self._break_glass = oversight.break_glass
        self.alerts = oversight.alerts
        self._seal = CandidateKeySealer()
        self._question_factory = QuestionFactory(
            recorder, oversight.break_glass, self._seal, stages.figures
        )
        self.publication = watch.publication
        self._watch = watch
        self.readiness = Readiness(
            {
                "lease": ReadyProbe(_at_once(self._replica.refuse_stale)),
                "log": ReadyProbe(recorder.refuse_unwritable),
                "history": ReadyProbe(_at_once(self.publication.refuse_halted)),
                "keys": ReadyProbe(recorder.refuse_keyless, _KEYS_SURE_S),
                "issuers": ReadyProbe(_at_once(stages.verifier.refuse_keyless)),
                "limits": ReadyProbe(stages.quotas.refuse_uncounted),
                "witnesses": ReadyProbe(_at_once(watch.refuse_unwitnessed)),
            },
            stages.clock.monotonic,
        )

    async def start(self, request: Request, admits: SignedIn = anybody) -> Started:
        """Take a request to its questions, each with a durable intent, and begin to ask.

        `admits` says whether the caller may have the connection that it came by. What is in force
        now is so for this request to its end. Any TeamAroundError says what the
        caller has to do; then nobody was asked.
        """
        self.publication.refuse_halted()
        self._replica.refuse_stale()
        active = self._generations.enter()
        preparation = active.preparation
        in_time = InTime.of(preparation.clock, preparation.questions.deadline)
        try:
            return await self._start(request, _Entered(active, in_time), admits)
        except BaseException:
            self._generations.leave(active)
            raise

    async def _start(self, request: Request, entered: _Entered, admits: SignedIn) -> Started:
        preparation = entered.active.preparation
        caller: Caller | None = None
        try:
            with self.figures.stage(SIGN_IN):
                caller = await preparation.caller(request)
            _refuse_crowding(caller, admits)
            quotas = preparation.quotas
            async with charged(quotas.requests, caller, quotas.take_back) as charge:
                read = preparation.read_document(request)
                if read is None:
                    charge.take(UNREAD_DOCUMENT * preparation.is_unread(request))
                with self.figures.stage(DOCUMENT):
                    document = await preparation.document_while_serving(request, read)
                charge.take(SEARCH * document.operation(request.operation_name).searches)
                charge.understood = True
                return await self._begun(document, request, caller, entered, charge)
        except (SignIn, NotAllowed, LimitReached) as refusal:
            whence = f"{request.peer} {stated_key(request.authorization)}"
            with suppress(TryLater):
                await self.recorder.refuse(refusal.code, caller, whence, _issuer_of(refusal))
            raise

    async def _begun(
        self,
        document: Document,
        request: Request,
        caller: Caller,
        entered: _Entered,
        charge: Charge,
    ) -> Started:
        active = entered.active
        preparation = active.preparation
        until = preparation.clock.monotonic() + preparation.questions.deadline
        with self.figures.stage(DECIDE):
            planned = await preparation.prepare_while_serving(document, request, caller)
            prepared = tuple([self._opened(each, caller) for each in planned])
        with self.figures.stage(ADMIT):
            pseudonymised = await self._admit(prepared, caller, preparation.quotas)
        entered.in_time.refuse_held_up()
        admitted = AdmittedRequest(document, caller, preparation, active.fan_out, until)
        asking = [
            self._question_factory.question(each, logged, admitted)
            for each, logged in zip(prepared, pseudonymised, strict=True)
        ]
        only = len(prepared) == 1  # as nearly always: nobody else is to be waited for
        questions = (await asking[0],) if only else tuple(await gather(*asking))
        for question in questions:
            question.start()
        # What is compiled for a document reads nothing but the answers to its questions.
        alone = document.operation(request.operation_name).write is not None
        compiled = alone and self.paths.compiled
        context = Context(questions) if compiled else self._context(questions, caller, entered)
        if self.young_objects is not None:
            self.young_objects.began(len(questions))
        leave = partial(self._leave, active, len(questions))
        return Started(document, context, questions, leave, charge, entered.in_time)

    def _leave(self, active: ActiveGeneration, children: int) -> None:
        if self.young_objects is not None:
            self.young_objects.ended(children)
        self._generations.leave(active)

    def _context(
        self, questions: tuple[RunningQuestion, ...], caller: Caller, entered: _Entered
    ) -> Context:
        """What the fields of a document are answered by, for this caller."""
        active = entered.active
        preparation = active.preparation
        sources = SourceApi(self._registrar, self._reloading, self._generations, active, caller)
        return Context(
            questions,
            preparation.registry.shown,
            {code: area.name for code, area in preparation.registry.areas.items()},
            audit=AuditApi(
                self.publication, self.recorder, caller, preparation.policy.rule_set, self._owning
            ),
            emergency=BreakGlassApi(self._break_glass, caller),
            accesses=self._family_api(caller, entered),
            sources=sources,
            joining=JoiningApi(sources, self._trials, caller),
            alerts=AlertApi(
                self.alerts,
                self.recorder,
                caller,
                self._break_glass.awaits,
                self._persons,
            ),
            accounts=AccountLinkApi(self._links, caller),
            operations=OperationsApi(
                caller, self._operated, active, self.publication, self.readiness, self.recorder
            ),
            caller=caller,
            limits=partial(preparation.quotas.left, caller),
        )

    @property
    def active(self) -> ActiveGeneration:
        """What a request that starts now would take."""
        return self._generations.current

    def under_way(self) -> int:
        """How many requests were begun and have not ended."""
        return self._generations.under_way()

    async def reload(self) -> None:
        """Bring the operator's files into force; ConfigurationInvalid or TryLater says why not."""
        await self._reloading.at_signal()

    async def _admit(
        self,
        prepared: tuple[PreparedQuestion, ...],
        caller: Caller,
        quotas: Quotas,
    ) -> tuple[Pseudonymised, ...]:
        """Let these questions be asked, within what the caller may ask; nothing is logged yet."""
        if not prepared:
            return ()
        await quotas.admit_questions(caller, len(prepared))
        await self._admit_broken_glass(prepared, caller)
        self._watch.refuse_unwitnessed()
        pseudonymised = [await self.recorder.pseudonymise(each.inquiry) for each in prepared]
        asked = [
            AskedOf(frozenset(logged.pseudonyms), each.plan.beyond)
            for each, logged in zip(prepared, pseudonymised, strict=True)
        ]
        await quotas.admit_children(caller, asked)
        return tuple(pseudonymised)

    def _family_api(self, caller: Caller, entered: _Entered) -> FamilyApi:
        active = entered.active
        preparation, operator = active.preparation, active.operator
        deadline_s = preparation.questions.deadline
        return FamilyApi(
            caller,
            FamilyRules(operator.families, Disclosures.of(operator), operator.family_contact),
            self.publication.log,
            self.recorder,
            ShieldCheck(preparation.registry, active.fan_out, preparation.clock, deadline_s),
            preparation.quotas,
            self._watch.refuse_unwitnessed,
            self._persons.known,
            entered.in_time,
        )

    async def _admit_broken_glass(
        self, prepared: tuple[PreparedQuestion, ...], caller: Caller
    ) -> None:
        for each in prepared:
            leave = each.inquiry.reason.break_glass
            if leave is not None:
                await self._break_glass.admit(leave, caller, each.inquiry.known)
            if each.inquiry.reason.significant_harm is not None:
                await self._break_glass.refuse_unreviewed(caller)

    async def admit_auditor(
        self, authorization: str | None, reads: EntryRange | None, admits: SignedIn
    ) -> None:
        """Let a bearer read the published log, once it is logged which entries they read.

        SignIn, NotAllowed or TryLater says why not.
        """
        self.publication.refuse_halted()
        self._replica.refuse_stale()
        caller: Caller | None = None
        try:
            preparation = self._generations.current.preparation
            caller = await preparation.caller(Request("", {}, None, authorization))
            _refuse_crowding(caller, admits)
            refuse_unless_auditor(caller)
        except (SignIn, NotAllowed) as refusal:
            whence = stated_key(authorization)
            with suppress(TryLater):
                await self.recorder.refuse(refusal.code, caller, whence, _issuer_of(refusal))
            raise
        if reads is not None:
            look = AuditedLook(entries=reads, count=reads.last - reads.first + 1, export="TILES")
            await self.recorder.searched(caller, "PUBLISHED_ENTRIES", look)

    def _opened(self, prepared: PreparedQuestion, caller: Caller) -> PreparedQuestion:
        """The inquiry with the keys of its chosen records opened, before anything is logged."""
        inquiry = prepared.inquiry
        if not inquiry.known.chosen:
            return prepared
        purpose = inquiry.reason.purpose
        opened = inquiry.opened(lambda key: self._seal.opened(key, caller, purpose))
        return replace(prepared, inquiry=opened)


def _at_once(look: Callable[[], None]) -> LookAt:
    async def looked() -> None:
        look()

    return looked


def _refuse_crowding(caller: Caller, admits: SignedIn) -> None:
    who = (caller.issuer, caller.organisation, caller.user)
    if not admits("\n".join(who)):
        raise TryLater("BUSY", "you have too many connections; close some, and ask again")


def _issuer_of(refusal: TeamAroundError) -> str | None:
    """Whose the refused token proved to be, if that is known."""
    return refusal.issuer if isinstance(refusal, SignIn) else None
