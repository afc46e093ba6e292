"""What one agency's row says: its outcome in words, and what this caller may see of its records."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil
from typing import Final

from adapters.contract.codes import ReleaseClass
from adapters.contract.contract import Fault, MoreNeeded, Records, TooMany, Unavailable
from adapters.contract.identifiers import AGENCY_RECORD
from adapters.contract.record import Identifier
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import SENSITIVE_SERVICES
from gateway.model.agency import AgencyCard, Contact
from gateway.model.answer import AgencyRow
from gateway.questions.findings import Findings
from gateway.questions.plan import PlannedSource
from gateway.questions.release import (
    HOME,
    ReleaseView,
    as_of,
    doubtful,
    grade_told,
    members_seen,
    withheld,
    withheld_for_shield,
)
from resolvers.child.child import Provenance
from resolvers.child.involvements import involvements
from resolvers.outcome import Outcome, fold, judge
from resolvers.release import fields_released

_DETAILS: Final[Mapping[Outcome, str]] = {
    Outcome.NONE_FOUND: "its search found nothing, which proves nothing",
    Outcome.NOTHING_TO_SHARE: "it says nothing here, about any child; ring its duty desk",
    Outcome.AMBIGUOUS: "it holds one or more records that may be the child's; see unresolved, or"
    " ring",
    Outcome.MORE_NEEDED: "it cannot search with what is known; see needs",
    Outcome.NOT_PERMITTED: "its rules give nothing to your organisation and role for this purpose",
    Outcome.TIMEOUT: "no answer in time: this says nothing about whether it knows the child; ring",
    Outcome.UNAVAILABLE: "no answer: this says nothing about whether it knows the child; ring",
    Outcome.BUSY: "too busy to answer: this says nothing about whether it knows the child",
    Outcome.REFUSED: "it refused the gateway; ring, and tell the operator",
    Outcome.INVALID_RESPONSE: "its answer could not be read; ring, and tell the operator",
}
_UNREAD: Final = "some of its values could not be read and are left out"
_UNREAD_PAGE: Final = "it may hold more than is shown: not all pages of its answer were read; ring"
_CUT: Final = "it holds more than is shown: you see what is open and newest; ring for the rest"
_RETRYABLE: Final = frozenset({Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.BUSY})
_NOBODYS: Final[frozenset[int]] = frozenset()


def row(view: ReleaseView, agency: str, findings: Findings) -> AgencyRow:
    """One agency's row; the same for every child where a shield or a rule demands it."""
    card = view.registry.agencies[agency]
    if agency == SENSITIVE_SERVICES:
        return _pooled_row(view, card, findings)
    planned = [p for p in view.plan.sources if p.agency == agency]
    unasked = _unasked(view, planned)
    if unasked is not None:
        return _unasked_row(view, card, planned, unasked)
    if (view.hides(findings) and not card.national) or view.marked(findings, agency):
        return _shielded_row(view, card)
    return _asked_row(view, card, planned, findings)


def _unasked(view: ReleaseView, planned: Iterable[PlannedSource]) -> Outcome | None:
    """The outcome where no source of the agency was asked, decided without the child."""
    outcomes = []
    for each in planned:
        if view.verdicts[each.source].tells_nothing:
            outcomes.append(Outcome.NOTHING_TO_SHARE)
        elif each.not_asked:
            outcomes.append(Outcome.NOT_ASKED)
        elif not view.verdicts[each.source].permitted:
            outcomes.append(Outcome.NOT_PERMITTED)
        else:
            return None
    return fold(outcomes)


def _unasked_row(
    view: ReleaseView, card: AgencyCard, planned: Iterable[PlannedSource], outcome: Outcome
) -> AgencyRow:
    reasons = sorted({each.not_asked.value for each in planned if each.not_asked})
    return AgencyRow(
        agency=card,
        outcome=outcome,
        detail=reasons[0] if outcome is Outcome.NOT_ASKED else _DETAILS.get(outcome),
        withheld=withheld(view, planned) if outcome is Outcome.NOT_PERMITTED else (),
    )


def _shielded_row(view: ReleaseView, card: AgencyCard) -> AgencyRow:
    team = view.registry.shield_team
    return AgencyRow(
        agency=replace(card, areas=(), duty_contact=Contact(telephone=team.telephone)),
        outcome=Outcome.NOTHING_TO_SHARE,
        detail=f"ring {team.name}: {team.telephone}",
    )


def _pooled_row(view: ReleaseView, card: AgencyCard, findings: Findings) -> AgencyRow:
    """The one row of all sensitive services: never which, nor how many, nor how soon."""
    telephone = card.duty_contact.telephone if card.duty_contact else None
    if view.hides(findings) or not any(
        ReleaseClass.SENSITIVE in view.verdict(source, findings, record).permitted
        for source, records in findings.sensitive.items()
        for record in records
        if not view.keeps_to_itself(findings, source)
    ):
        detail = f"nothing is said here about such services: ring {card.name}: {telephone}"
        return AgencyRow(agency=card, outcome=Outcome.NOTHING_TO_SHARE, detail=detail)
    return AgencyRow(
        agency=card,
        outcome=Outcome.HAS_RECORD,
        detail=f"a sensitive service is involved: ring {card.name}: {telephone}",
        released=frozenset({"sensitive"}),
    )


def _asked_row(
    view: ReleaseView, card: AgencyCard, planned: list[PlannedSource], findings: Findings
) -> AgencyRow:
    heard = findings.answers.keys() - view.gateway_only
    answers = [findings.answers[p.source] for p in planned if p.source in heard]
    barred = [p for p in planned if p.source not in heard]
    outcomes = [_judged(a, findings) for a in answers]
    outcomes += [o for p in barred if (o := _unasked(view, [p]))]
    outcome = fold(outcomes)
    attempts = sum(a.attempts for a in answers)
    members = members_seen(view, answers, findings)
    defects = any(r.defects for a in answers for r in findings.resolution.certain(a.source))
    doubts = any(doubtful(findings, a.source) for a in answers)
    more = _more(findings, answers)
    told = [(i, Provenance(m.agency, m.as_of)) for m in members for i in m.record.involvements]
    return AgencyRow(
        agency=card,
        outcome=outcome,
        complete=all(o.conclusive for o in outcomes) and not (defects or doubts or more),
        searched_by=tuple(sorted(set().union(*(a.searched_by for a in answers)))),
        needs=_needs(view, findings, answers, outcome),
        detail=_detail(outcome, outcomes, answers, more or (_UNREAD if defects else None)),
        as_of=max((t for a in answers if (t := as_of(a))), default=None),
        latency_ms=max((a.latency_ms for a in answers if a.attempts), default=None),
        attempts=attempts,
        retryable=outcome in _RETRYABLE,
        involvements=involvements(told, view.today),
        withheld=withheld(view, planned) + (withheld_for_shield(view, findings) if members else ()),
        released=frozenset().union(*(fields_released(m.record) for m in members)),
        through=_NOBODYS if attempts else _NOBODYS.union(*(a.through for a in answers)),
    )


def _judged(answered: SourceAnswer, findings: Findings) -> Outcome:
    return judge(
        answered.reply,
        findings.graded(answered.source),
        conclusive=findings.conclusive(answered),
        asked_identifiers=[Identifier(s, v) for s, v in answered.by_identifier.items()],
        supersedes=answered.supersedes,
    )


def _detail(
    outcome: Outcome,
    every: Iterable[Outcome],
    answers: Iterable[SourceAnswer],
    lacking: str | None,
) -> str | None:
    open_for_s = [s for a in answers if (s := _open_s(a)) is not None]
    if outcome is Outcome.UNAVAILABLE and open_for_s:
        return (
            "its system failed several times in a row, so it was not asked; the gateway tries it"
            f" again in {ceil(max(open_for_s))} s. This says nothing about whether it knows the"
            " child; ring"
        )
    if outcome.answered and not all(each.answered for each in every):
        return "one of its systems did not answer, so it may hold more; ring"
    if outcome is Outcome.HAS_RECORD and lacking:
        return lacking
    return _DETAILS.get(outcome)


def _more(findings: Findings, answers: Iterable[SourceAnswer]) -> str | None:
    """What the agency holds beyond what came, in words; None if that is all."""
    answered = [each for each in answers if isinstance(each.reply, Records)]
    if not all(each.whole for each in answered):
        return _UNREAD_PAGE
    records = (r for each in answered for r in findings.resolution.certain(each.source))
    return _CUT if any(record.cut for record in records) else None


def _open_s(answered: SourceAnswer) -> float | None:
    match answered.reply:
        case Unavailable(fault=Fault.BREAKER_OPEN, retry_after_s=seconds):
            return seconds or 0.0
        case _:
            return None


def _needs(
    view: ReleaseView, findings: Findings, answers: Iterable[SourceAnswer], outcome: Outcome
) -> tuple[str, ...]:
    """What would let the agency search, or tell which of its records is the child's."""
    needs: set[str] = set()
    for answered in answers:
        match answered.reply:
            case MoreNeeded(needs=more) if outcome is Outcome.MORE_NEEDED:
                needs.update(more)
            case TooMany() if outcome is Outcome.AMBIGUOUS:
                source = view.registry.sources[answered.source]
                cards = source.adapter.operations
                keys = frozenset[str]().union(*(card.accepts for card in cards))
                needs |= keys - answered.searched_by - {AGENCY_RECORD, HOME}
            case Records() if outcome is Outcome.AMBIGUOUS:
                doubts = doubtful(findings, answered.source)
                told = (grade_told(view, findings, answered.source, each) for each in doubts)
                needs.update(*(grade.wanted for grade in told))
            case _:
                pass
    return tuple(sorted(needs))
