"""A question that may be asked becomes one under way: its intent logged, its order made out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from adapters.contract.contract import OnBehalf
from adapters.contract.frozen import replace
from gateway.audit.entry.flags import AccessFlag, AccessFlags
from gateway.audit.recorder.intent import Grounds, Intent
from gateway.audit.recorder.pseudonymise import Pseudonymised
from gateway.audit.recorder.recorder import Recorder
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_answer import CallContext, Keys
from gateway.graphql.documents import Document
from gateway.model.caller import Caller
from gateway.model.candidate_key import CandidateKeySealer
from gateway.model.figures import INTENT, NO_FIGURES, Figures
from gateway.policy.context import profile_of
from gateway.questions.access_flags import of_answer, of_question
from gateway.questions.finder import Finder, FoundOnce
from gateway.questions.findings import Findings, stated_reference
from gateway.questions.order import Order
from gateway.questions.plan import other_forms, own_details
from gateway.questions.prepare import Preparation, PreparedQuestion
from gateway.questions.question import DecidedQuestion, RunningQuestion
from gateway.questions.release import ReleaseView
from gateway.questions.resolver import Resolver, SourceRoles
from gateway.questions.shield.further import FurtherNumbers
from gateway.questions.shield.home import ToldHome
from gateway.questions.shield.namesakes import NamesakeSearch
from gateway.questions.shield.state import ShieldState, circle_of
from gateway.questions.teaching import Teaching
from resolvers.exchange import needs_of
from resolvers.matching.details import ReadOnce
from resolvers.matching.reference import Reference

# Calls of one source one after another, nearly always: by name, by a number, by a further one, and
# a test that the source finds anybody.
_IN_TURN: Final = 4


class HarmReviews(Protocol):
    """Has harm that a question states reviewed."""

    def agencies_told(self, caller: Caller) -> Collection[str]:
        """The agencies whose privacy officers are told what this caller states."""

    async def harm_stated(self, caller: Caller, query_id: str, entry: int) -> None:
        """Have the question of this log entry reviewed; TryLater if that cannot be kept."""


@dataclass(frozen=True, slots=True)
class AdmittedRequest:
    """A request that is understood, with the stages and the fan-out in force at its start.

    `until` is when its questions' time is over, on the monotonic clock.
    """

    document: Document
    caller: Caller
    preparation: Preparation
    fan_out: FanOut
    until: float


@dataclass(frozen=True, slots=True)
class QuestionFactory:
    """Poses questions: `seal` makes the keys by which a caller may choose a candidate."""

    recorder: Recorder
    harm: HarmReviews
    seal: CandidateKeySealer
    figures: Figures = NO_FIGURES

    async def question(
        self, prepared: PreparedQuestion, pseudonymised: Pseudonymised, admitted: AdmittedRequest
    ) -> RunningQuestion:
        """The question that was prepared, its intent durable; TryLater if it cannot be logged."""
        preparation, caller = admitted.preparation, admitted.caller
        with self.figures.stage(INTENT):
            intent = await self._intent(prepared, pseudonymised, admitted)
        if _states_harm(prepared):
            await self.harm.harm_stated(caller, intent.query_id, intent.index)
        stated = stated_reference(prepared.inquiry.known, prepared.decided.sources.values())
        view = ReleaseView(
            plan=prepared.decided.plan,
            registry=preparation.registry,
            verdicts=prepared.decided.verdicts,
            cleared=preparation.roles.shield_cleared in caller.roles,
            seal=self.seal.bound_to(caller, prepared.inquiry.reason.purpose),
            today=preparation.clock.now().date(),
            query_id=intent.query_id,
            gateway_only=prepared.decided.gateway_only,
            on_record=prepared.decided.on_record,
            tells_child=prepared.tells_child,
            standing=prepared.decided.standing,
            broke_glass=prepared.inquiry.reason.break_glass is not None,
            needs=partial(needs_of, stated),
        )
        order = _order(prepared, intent, admitted)
        read = ReadOnce(by_kind=preparation.stages.paths.compiled)
        sources, known = prepared.decided.sources, prepared.inquiry.known
        roles = prepared.decided.once("roles", lambda: SourceRoles.of(sources))
        shield = _shield(stated, view, order, Resolver(sources, read, roles))
        teaching = Teaching(shield, sources, known, intent, self.recorder)
        quotas = preparation.quotas

        def notes(findings: Findings) -> AccessFlags:
            return of_answer(findings, caller, preparation.registry, view.today)

        asked = DecidedQuestion(
            *(view, shield, intent, order, teaching, sources),
            nobody_found=lambda: quotas.nobody_found(caller),
            notes=notes,
            restriction_first=prepared.restriction_first,
            in_parts=prepared.in_parts,
        )
        return RunningQuestion(asked, admitted.fan_out, self.recorder, self.figures)

    async def _intent(
        self, prepared: PreparedQuestion, pseudonymised: Pseudonymised, admitted: AdmittedRequest
    ) -> Intent:
        preparation, caller = admitted.preparation, admitted.caller
        risks = of_question(prepared.inquiry, prepared.decided.plan, caller)
        told = (pseudonymised.person, pseudonymised.places)
        if await preparation.quotas.tells_many_places(caller, *told):
            risks.add(AccessFlag.SEVERAL_HOMES)
        grounds = Grounds(
            document=admitted.document.hash,
            policy_version=preparation.policy.version,
            agencies=prepared.decided.once("agencies", partial(_agencies, prepared)),
            risks=frozenset(risks),
            told=self.harm.agencies_told(caller) if _states_harm(prepared) else (),
            standing=profile_of(caller, preparation.roles.shield_cleared, preparation.clock.now()),
        )
        return await self.recorder.intend(pseudonymised, caller, grounds, admitted.until)


def _shield(
    stated: Reference,
    view: ReleaseView,
    order: Order,
    resolver: Resolver,
) -> ShieldState:
    """The shield's state with nobody heard; the resolver's sources are all in scope."""
    members = {name: each for name, each in order.sources.items() if each.in_shield_set}
    search, once = NamesakeSearch(members, order.own), FoundOnce(resolver)
    finders = (Finder(stated, once), Finder(stated, once))
    home, numbers = ToldHome(stated, once, search), FurtherNumbers(members, order.own)
    return ShieldState(view, *finders, order.circle, search, home, numbers)


def _order(prepared: PreparedQuestion, intent: Intent, admitted: AdmittedRequest) -> Order:
    preparation, asked = admitted.preparation, prepared.asked
    circle = prepared.decided.once("circle", lambda: circle_of(asked, preparation.registry))
    half_s = preparation.questions.deadline / 2
    return Order(
        sources=asked,
        own=_own(prepared),
        asking=_calls(prepared, intent, admitted),
        half=admitted.until - half_s,
        until=admitted.until,
        circle=circle,
        slow=admitted.fan_out.usual_s(circle) * _IN_TURN > half_s,
    )


def _states_harm(prepared: PreparedQuestion) -> bool:
    return prepared.inquiry.reason.significant_harm is not None


def _agencies(prepared: PreparedQuestion) -> tuple[str, ...]:
    return tuple(sorted({source.agency for source in prepared.decided.asked.values()}))


def _own(prepared: PreparedQuestion) -> Mapping[str, Keys]:
    """The caller's own details for each source that is asked, by source id."""
    known = prepared.inquiry.known
    plainly = own_details(known, "")
    if not known.agency_record:
        return dict.fromkeys(prepared.decided.asked, plainly)
    return {name: own_details(known, s.agency) for name, s in prepared.decided.asked.items()}


def _calls(
    prepared: PreparedQuestion, intent: Intent, admitted: AdmittedRequest
) -> Mapping[str, CallContext]:
    """What goes to each source: on whose behalf, for which fields, and by what right."""
    caller, reason = admitted.caller, prepared.inquiry.reason
    only, read = prepared.decided.gateway_only, prepared.decided.read
    on_behalf = OnBehalf(
        issuer=caller.issuer,
        user=caller.user,
        organisation=caller.organisation,
        purpose=reason.purpose,
        query_id=intent.query_id,
        log_index=intent.index,
    )
    right = AccessRight(caller, reason, admitted.preparation.policy.version)
    forms = other_forms(prepared.inquiry.known)
    for_shield = replace(on_behalf, shield_check=True) if only else on_behalf

    def call(name: str) -> CallContext:
        on_whose = for_shield if name in only else on_behalf
        return CallContext(read[name], on_whose, admitted.until, right, forms)

    return {name: call(name) for name in prepared.decided.asked}
