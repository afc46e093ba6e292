"""A question that may be asked becomes one under way: its intent logged, its order made out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from adapters.contract.codes import Claim
from adapters.contract.contract import OnBehalf
from gateway.audit.entry.flags import Noted
from gateway.audit.recorder.pseudonymise import Concealed
from gateway.audit.recorder.recorder import Grounds, Intent, Recorder
from gateway.fanout.coalesce import Right
from gateway.fanout.fan_out import FanOut, Order
from gateway.fanout.plan import kept_back, own_details
from gateway.fanout.source_call import Answered, Asking
from gateway.graphql.documents import Document
from gateway.model.caller import Caller
from gateway.model.candidate_key import CandidateSeal
from gateway.policy.context import standing_of
from gateway.questions.access_flags import of_answer, of_question
from gateway.questions.findings import Finder, Findings, stated_reference
from gateway.questions.onward import lessons, once_cleared
from gateway.questions.prepare import Planning, Prepared
from gateway.questions.question import Asked, Question
from gateway.questions.release import View

HarmStated = Callable[[Caller, str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is understood, with the stages and the fan-out in force at its start."""

    document: Document
    caller: Caller
    planning: Planning
    fan_out: FanOut


@dataclass(frozen=True, slots=True)
class Posing:
    """Poses questions: `seal` makes the keys by which a caller may choose a candidate.

    `harm_stated` has harm that a question states reviewed: its caller, query id and log entry.
    """

    recorder: Recorder
    harm_stated: HarmStated
    seal: CandidateSeal

    async def question(self, prepared: Prepared, concealed: Concealed, begun: Begun) -> Question:
        """The question that was prepared, its intent durable; TryLater if it cannot be logged."""
        planning, caller = begun.planning, begun.caller
        intent = await self._intent(prepared, concealed, begun)
        if prepared.inquiry.reason.significant_harm is not None:
            await self.harm_stated(caller, intent.query_id, intent.index)
        view = View(
            plan=prepared.plan,
            registry=planning.registry,
            verdicts=prepared.verdicts,
            cleared=planning.settings.shield_cleared_role in caller.roles,
            seal=self.seal.bound_to(caller, prepared.inquiry.reason.purpose),
            today=planning.clock.now().date(),
            child_id=intent.query_id,
            on_record=prepared.on_record,
            broke_glass=prepared.inquiry.reason.break_glass is not None,
        )
        stated = stated_reference(prepared.inquiry.known, prepared.sources.values())
        finder = Finder(stated, prepared.sources)
        order = self._order(prepared, intent, finder, begun)
        allowance = planning.allowance

        def notes(findings: Findings) -> Noted:
            return of_answer(findings, caller, planning.registry, view.today)

        asked = Asked(
            *(view, finder, intent, order, prepared.sources),
            nobody_found=lambda: allowance.nobody_found(caller),
            notes=notes,
        )
        return Question(asked, begun.fan_out, self.recorder)

    async def _intent(self, prepared: Prepared, concealed: Concealed, begun: Begun) -> Intent:
        planning, caller = begun.planning, begun.caller
        risks = of_question(prepared.inquiry, prepared.plan, caller)
        grounds = Grounds(
            document=begun.document.hash,
            policy_version=planning.policy.version,
            agencies=tuple(sorted({source.agency for source in prepared.asked.values()})),
            risks=frozenset(risks),
            standing=standing_of(
                caller, planning.settings.shield_cleared_role, planning.clock.now()
            ),
        )
        return await self.recorder.intend(concealed, caller, grounds)

    def _order(self, prepared: Prepared, intent: Intent, finder: Finder, begun: Begun) -> Order:
        planning, caller = begun.planning, begun.caller
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
        until = planning.clock.monotonic() + planning.settings.deadline
        asked, read = prepared.asked, prepared.read
        right = Right(caller, reason, planning.policy.version)
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
