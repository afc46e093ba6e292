"""One question under way: asks everybody, learns, and gives each part of the answer when it may.

What no later answer can change is given as it arrives; what a shield could hide waits for whoever
can say that the child is restricted, or clear it; the child, the unresolved records and
completeness wait for everybody.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord
from adapters.contract.frozen import plainly_made, replace
from gateway.audit.entry.flags import AccessFlags
from gateway.audit.recorder.intent import Intent
from gateway.audit.recorder.recorder import Recorder
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import SENSITIVE_SERVICES, RegisteredSource
from gateway.model.answer import AgencyInScope, AgencyRow, Receipt, WholeAnswer
from gateway.model.figures import ANSWER, NO_FIGURES, RELEASE, Figures
from gateway.questions.agency_row import in_scope, outcome_of, row
from gateway.questions.findings import Findings
from gateway.questions.order import Order, Teacher
from gateway.questions.projection import whole
from gateway.questions.release import ReleaseView, members_seen
from gateway.questions.shield.state import ShieldState
from gateway.questions.waves import answers
from resolvers.child.child import Restriction
from resolvers.child_need import ChildNeed
from resolvers.outcome import Outcome

_TELLS_OF_A_RECORD = frozenset({Outcome.HAS_RECORD, Outcome.AMBIGUOUS})
UNRESOLVED = "unresolved"
RESTRICTION = "RESTRICTION"


@plainly_made
@dataclass(frozen=True, slots=True)
class DecidedQuestion:
    """Everything that was decided before asking.

    `nobody_found` hears of an answer without a child; `notes` gives the access flags of an answer.
    `restriction_first`: no row that hangs on the restriction is given before it. `in_parts`: rows
    may be given as they arrive; else nobody has to know which of them could be told early.
    """

    view: ReleaseView
    shield: ShieldState
    intent: Intent
    order: Order
    teaching: Teacher
    sources: Mapping[str, RegisteredSource]
    nobody_found: Callable[[], Awaitable[None]]
    notes: Callable[[Findings], AccessFlags] = lambda _: AccessFlags()
    restriction_first: bool = False
    in_parts: bool = True


class RunningQuestion:
    """The answer to one question while it comes in; `start` it once, `stop` it in any case."""

    def __init__(
        self,
        asked: DecidedQuestion,
        fan_out: FanOut,
        recorder: Recorder,
        figures: Figures = NO_FIGURES,
    ) -> None:
        self._asked = asked
        self._figures = figures
        self._view = asked.view
        self._shield = asked.shield
        self._order = asked.order
        self._fan_out = fan_out
        self._recorder = recorder
        self._answers: dict[str, SourceAnswer] = {}
        self._pulse: asyncio.Event | None = None
        self._task: asyncio.Task[WholeAnswer] | None = None
        self._unsaid: dict[str, AgencyRow] = {}
        self._early: set[str] = set()
        self._told = False
        self._asks: tuple[ChildNeed, ...] = ()
        self._wholly_said: WholeAnswer | None = None
        self._spoken: Restriction | None = None
        self._unsaid_restriction = False
        self._told_of: Findings | None = None  # once nothing comes any more

    @property
    def receipt(self) -> Receipt:
        """Where the intent stands in the log."""
        intent = self._asked.intent
        return Receipt(self._view.registry.log_origin, intent.index, intent.query_id)

    @property
    def in_scope(self) -> tuple[AgencyInScope, ...]:
        """Every agency that has a row; those that are heard for the shield alone have none."""
        return in_scope(self._view)

    def start(self) -> None:
        """Begin to ask; the intent is durable by now."""
        self._task = asyncio.create_task(self._counted())

    async def stop(self) -> None:
        """Stop asking, down to the sockets."""
        task = self._task
        if task is None:
            return
        if task.cancel() and self._told:  # the rows may have been all that was wanted
            await self._asked.nobody_found()
        if not task.done() or task.cancelled() or task.exception() is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def whole(self) -> WholeAnswer:
        """All of it, once every agency has its outcome."""
        if self._wholly_said is not None:
            return self._wholly_said
        answer = await self._finished()
        self._wholly_said, self._asks = answer, answer.ask
        unresolved = {candidate.agency.id for candidate in answer.unresolved}
        for each in answer.rows:
            held = each.agency.id in unresolved
            self._said(replace(each, released=each.released | {UNRESOLVED}) if held else each)
        return answer

    async def restriction(self) -> Restriction:
        """What is told of the shield: at once with the rows that hang on it, or at the end."""
        while not self._over and self._restriction is None:
            await self._next_pulse.wait()
        told = self._restriction
        if told is None:
            child = (await self._finished()).child
            told = child.restriction if child else Restriction.UNKNOWN
        self._told = self._unsaid_restriction = True
        return told

    async def rows(self, *, as_they_arrive: bool) -> AsyncIterator[AgencyRow]:
        """Each agency's row exactly once; as they arrive only of a question told `in_parts`."""
        if as_they_arrive and not self._asked.in_parts:
            raise RuntimeError("a question that is told whole has no rows that arrive")
        sent: set[str] = set()
        while as_they_arrive and not self._over:
            pulse = self._next_pulse
            for agency in self._view.plan.agencies:
                if agency not in sent and self._settled(agency):
                    sent.add(agency)
                    yield self._said(self._row(agency))
            await pulse.wait()
        for each in (await self._finished()).rows:
            if each.agency.id not in sent:
                yield self._said(each)

    async def declare(self) -> None:
        """Log what was said since the last time; durable before its bytes may leave."""
        if self._unsaid or self._unsaid_restriction:
            said = [self._unsaid[agency] for agency in sorted(self._unsaid)]
            codes = [RESTRICTION] if self._unsaid_restriction else []
            self._unsaid, self._unsaid_restriction = {}, False
            self._wholly_said = None
            found = self._findings
            flags, learned = self._asked.notes(found), found.certain_identifiers
            asks, self._asks = self._asks, ()
            codes += [need.code.value for need in asks]
            with self._figures.stage(RELEASE):
                await self._recorder.release(self._asked.intent, said, learned, flags, codes)

    @property
    def _over(self) -> bool:
        return self._task is not None and self._task.done()

    async def _finished(self) -> WholeAnswer:
        if self._task is None:
            raise RuntimeError("the question was not started")
        if self._task.done():
            return self._task.result()
        return await asyncio.shield(self._task)

    async def _counted(self) -> WholeAnswer:
        with self._figures.stage(ANSWER):
            answer = await self._gather()
        self._figures.answered(each.outcome.value for each in answer.rows)
        return answer

    async def _gather(self) -> WholeAnswer:
        asked = self._asked
        try:
            coming = answers(asked.order, asked.shield, asked.teaching, self._fan_out)
            async with aclosing(coming):
                async for answered in coming:
                    self._answers[answered.source] = answered
                    if asked.in_parts:
                        self._note_early(answered.source)
                    self._beat()
            moment = asked.shield.moment(self._answers, asked.order, self._fan_out.now)
            await self._fan_out.until(moment)
            self._confirm()
            found = self._findings
            answer = whole(asked.view, found)
            self._told_of = found
            if answer.child is None:
                await asked.nobody_found()
            return answer
        finally:
            self._beat()

    def _confirm(self) -> None:
        """Tell the fan-out which sources found the child: from now on their emptiness counts."""
        found = self._shield.everybody.of(self._answers).resolution
        for source, answered in self._answers.items():
            self._fan_out.confirm(answered, found.certain(source))

    @property
    def _next_pulse(self) -> asyncio.Event:
        """Set at the next news; only who gives parts of an answer as they come waits for it."""
        if self._pulse is None:
            self._pulse = asyncio.Event()
        return self._pulse

    def _beat(self) -> None:
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            pulse.set()

    def _said(self, each: AgencyRow) -> AgencyRow:
        self._told = True
        before = self._unsaid.get(each.agency.id)
        if before is None or before.released <= each.released:  # what was told stays told
            self._unsaid[each.agency.id] = each
        return each

    def _row(self, agency: str) -> AgencyRow:
        return row(self._view, agency, self._findings)

    def _outcome(self, agency: str) -> Outcome:
        return outcome_of(self._view, agency, self._findings)

    @property
    def _findings(self) -> Findings:
        return self._told_of or self._shield.told(self._answers)

    def _settled(self, agency: str) -> bool:
        """Whether no later answer can change this agency's row, nor a shield hide it."""
        asked = self._asked_of(agency)
        if not asked:
            return True
        if agency in self._early:
            return True
        if self._shield.late:
            return False
        hidden = self._shield.hides(agency)
        if hidden or agency == SENSITIVE_SERVICES:
            # When a row of sensitive services came would tell whether any of them answered.
            return hidden
        return self._stands(asked) and self._shield_spoke

    @property
    def _restriction(self) -> Restriction | None:
        """The restriction that nothing to come changes; None while it may.

        It is of a child who is shown. Who is hidden is shown by the circle alone, which is heard.
        Who is open is shown once a row of hers stands.
        """
        if self._spoken is None and self._shield.settled:
            found = self._findings
            if self._shield.hidden:
                shown = bool(members_seen(self._view, found.answers.values(), found))
                self._spoken = found.restriction if shown else Restriction.UNKNOWN
            elif found.restriction is Restriction.UNKNOWN or self._is_shown:
                self._spoken = found.restriction
        return self._spoken

    @property
    def _is_shown(self) -> bool:
        agencies = (a for a in self._view.plan.agencies if a != SENSITIVE_SERVICES)
        return any(self._holds_her_for_good(agency) for agency in agencies)

    def _holds_her_for_good(self, agency: str) -> bool:
        asked = self._asked_of(agency)
        return bool(asked) and self._stands(asked) and self._outcome(agency) is Outcome.HAS_RECORD

    def _asked_of(self, agency: str) -> list[str]:
        """The sources that are asked for this agency's row."""
        view, own = self._view, self._order.own
        planned = (p.source for p in view.plan.of(agency))
        return [source for source in planned if source in own and source not in view.gateway_only]

    def _final(self, source: str) -> bool:
        answered = self._answers[source]
        if not answered.records and not isinstance(answered.reply, NoRecord):
            return True
        graded = self._findings.graded(source)
        settled = [g for g in graded if g.settled]
        spine_heard = all(each in self._answers for each in self._order.own if self._is_spine(each))
        return spine_heard and len(settled) == len(answered.records)

    def _is_spine(self, source: str) -> bool:
        return Claim.SPINE in self._asked.sources[source].claims

    def _stands(self, asked: list[str]) -> bool:
        return self._answers.keys() >= {*asked} and all(map(self._final, asked))

    @property
    def _shield_spoke(self) -> bool:
        """Whether nothing to come can hide a row, nor show it after it was hidden."""
        first = self._asked.restriction_first
        spoke = self._shield.settled and not (first and self._restriction is None)
        return self._view.cleared or spoke

    def _note_early(self, source: str) -> None:
        """Take down which national rows stand in the first wave: no shield changes these.

        Whether the wave ends with such a row, or with a hidden answer, makes no difference.
        """
        national = self._view.is_national(self._asked.sources[source].agency)
        if self._shield.first_wave_over or not (national or self._is_spine(source)):
            return
        agencies = (a for a in self._view.plan.agencies if a != SENSITIVE_SERVICES)
        self._early |= {a for a in agencies if a not in self._early and self._is_early(a)}

    def _is_early(self, agency: str) -> bool:
        if not self._view.is_national(agency):
            return False
        asked = self._asked_of(agency)
        if not (asked and self._stands(asked)):
            return False
        if any(map(self._learned, asked)):
            return False
        return self._outcome(agency) not in _TELLS_OF_A_RECORD

    def _learned(self, source: str) -> bool:
        """Whether an answer rests on what others taught: that shows that nobody restricted by then.

        Who restricts her by a number that was learned must not be told from who did at first.
        """
        return self._answers[source].by_more_than(self._order.own[source])
