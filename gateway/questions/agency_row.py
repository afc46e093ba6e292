"""What one agency's row says: its outcome in words, and what this caller may see of its records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.contract.codes import ReleaseClass
from adapters.contract.contract import Fault, MoreNeeded, Records, TooMany, Unavailable
from adapters.contract.frozen import plainly_made
from adapters.contract.identifiers import AGENCY_RECORD
from adapters.contract.record import Identifier, Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import SENSITIVE_SERVICES
from gateway.model.agency import AgencyCard
from gateway.model.answer import AgencyInScope, AgencyRow
from gateway.questions.findings import Findings
from gateway.questions.plan import PlannedSource
from gateway.questions.release import (
    HOME,
    ReleaseView,
    Seen,
    as_of,
    doubtful,
    grade_told,
    withheld,
)
from gateway.questions.wording.contact import of_agency, of_shield
from gateway.questions.wording.outcomes import (
    CUT,
    PARTLY,
    UNREAD,
    UNREAD_PAGE,
    lacking,
    of_sensitive_services,
    resting,
    sentence,
    shielded,
)
from resolvers.child.child import Restriction, Withheld
from resolvers.child.stitch import Member
from resolvers.matching.grade import Graded, MatchGrade
from resolvers.outcome import Outcome, fold, judge
from resolvers.release import fields_released

_RETRYABLE: Final = frozenset({Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.BUSY})
_NEEDING: Final = frozenset({Outcome.MORE_NEEDED, Outcome.AMBIGUOUS})
_NOBODYS: Final[frozenset[int]] = frozenset()
_NOTHING: Final[frozenset[str]] = frozenset()


def in_scope(view: ReleaseView) -> tuple[AgencyInScope, ...]:
    """Every agency that has a row, as it counts in completeness before anybody has answered.

    An agency that says nothing of any child counts as asked, as does the pooled row.
    """
    cards = view.registry.agencies
    return tuple(
        AgencyInScope(cards[a], asked=_counts_as_asked(view, a)) for a in view.plan.agencies
    )


def _counts_as_asked(view: ReleaseView, agency: str) -> bool:
    outcome = _unasked(view, view.plan.of(agency))
    return agency == SENSITIVE_SERVICES or outcome is None or outcome.asked


def row(view: ReleaseView, agency: str, findings: Findings, seen: Seen | None = None) -> AgencyRow:
    """One agency's row; the same for every child where a shield or a rule demands it.

    `seen` spares releasing a record again that the child is made of as well.
    """
    if agency == SENSITIVE_SERVICES:
        return _pooled_row(view, view.registry.agencies[agency], findings)
    standing = _standing(view, agency)
    if standing.unasked is not None:
        return _unasked_row(standing, standing.unasked)
    if _is_shielded(view, agency, findings):
        return _shielded_row(view, standing.card)
    seen = seen or Seen(view, findings)
    return _plain_row(standing, findings, seen) or _asked_row(view, standing, findings, seen)


def outcome_of(view: ReleaseView, agency: str, findings: Findings) -> Outcome:
    """The outcome of an agency's row, and nothing else of it."""
    if agency == SENSITIVE_SERVICES:
        return _pooled_row(view, view.registry.agencies[agency], findings).outcome
    standing = _standing(view, agency)
    if standing.unasked is not None:
        return standing.unasked
    if _is_shielded(view, agency, findings):
        return Outcome.NOTHING_TO_SHARE
    return fold(_outcomes(view, standing.planned, findings, _heard(standing, findings)))


@plainly_made
@dataclass(frozen=True, slots=True)
class StandingRow:
    """What of an agency's row hangs on no answer.

    `unasked` is its outcome where no source of it was asked. The row is made of what the sources
    in `heard` answered. `kept_back` is what they keep back before asking.
    """

    card: AgencyCard
    planned: tuple[PlannedSource, ...]
    unasked: Outcome | None
    heard: tuple[str, ...]
    kept_back: tuple[Withheld, ...]


def _standing(view: ReleaseView, agency: str) -> StandingRow:
    found: StandingRow | None = view.standing.get(agency)
    if found is None:
        planned = view.plan.of(agency)
        found = view.standing[agency] = StandingRow(
            card=view.registry.agencies[agency],
            planned=planned,
            unasked=_unasked(view, planned),
            heard=tuple(p.source for p in planned if p.source not in view.gateway_only),
            kept_back=withheld(view, planned),
        )
    return found


def _is_shielded(view: ReleaseView, agency: str, findings: Findings) -> bool:
    if findings.restriction is Restriction.NONE_KNOWN and not findings.own_marks:
        return False
    hidden = view.hides(findings) and not view.registry.agencies[agency].national
    return hidden or view.marked(findings, agency)


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


def _unasked_row(standing: StandingRow, outcome: Outcome) -> AgencyRow:
    card = standing.card
    return AgencyRow(
        agency=card,
        outcome=outcome,
        areas=card.areas,
        ring=of_agency(card),
        detail=sentence(card, outcome),
        withheld=standing.kept_back if outcome is Outcome.NOT_PERMITTED else (),
    )


def _shielded_row(view: ReleaseView, card: AgencyCard) -> AgencyRow:
    ring = of_shield(view.registry.shield_team)
    outcome = Outcome.NOTHING_TO_SHARE
    return AgencyRow(agency=card, outcome=outcome, ring=ring, detail=shielded(ring))


def _pooled_row(view: ReleaseView, card: AgencyCard, findings: Findings) -> AgencyRow:
    """The one row of all sensitive services: never which, nor how many, nor how soon."""
    involved = not view.hides(findings) and any(
        ReleaseClass.SENSITIVE in view.verdict(source, findings, record).permitted
        for source, records in findings.sensitive.items()
        for record in records
        if not view.keeps_to_itself(findings, source)
    )
    return AgencyRow(
        agency=card,
        outcome=Outcome.HAS_RECORD if involved else Outcome.NOTHING_TO_SHARE,
        ring=of_agency(card),
        detail=of_sensitive_services(card, involved=involved),
        released=frozenset({"sensitive"}) if involved else frozenset(),
    )


def _heard(standing: StandingRow, findings: Findings) -> list[SourceAnswer]:
    """The answers that an agency's row is made of."""
    answers = findings.answers
    return [answers[source] for source in standing.heard if source in answers]


def _plain_row(standing: StandingRow, findings: Findings, seen: Seen) -> AgencyRow | None:
    """The row of one source that gave one record, certain and whole, as most rows are.

    None of any other. It is what `_asked_row` makes of it, without asking what else could be.
    """
    if len(standing.planned) != 1 or not standing.heard:
        return None
    source = standing.heard[0]
    answered, graded = findings.answers.get(source), findings.graded(source)
    if answered is None or len(graded) != 1 or not _is_plain(answered, graded[0]):
        return None
    members, attempts = seen.members(answered), answered.attempts
    return AgencyRow(
        agency=standing.card,
        outcome=Outcome.HAS_RECORD,
        areas=standing.card.areas,
        ring=standing.card.ring,
        complete=True,
        searched_by=tuple(sorted(answered.searched_by)),
        as_of=members[0].as_of if members else as_of(answered),
        latency_ms=answered.latency_ms if attempts else None,
        attempts=attempts,
        involvements=seen.involvements(members) if members else (),
        withheld=_kept_back(standing, seen, members),
        released=fields_released(members[0].record) if members else _NOTHING,
        through=_NOBODYS if attempts else answered.through,
    )


def _is_plain(answered: SourceAnswer, graded: Graded) -> bool:
    record, reply = graded.record, answered.reply
    open_to_doubt = record.defects or record.cut or graded.grade.grade is not MatchGrade.CERTAIN
    return not open_to_doubt and isinstance(reply, Records) and reply.whole


def _kept_back(
    standing: StandingRow, seen: Seen, members: Sequence[Member]
) -> tuple[Withheld, ...]:
    return standing.kept_back + seen.for_shield if members else standing.kept_back


def _outcomes(
    view: ReleaseView,
    planned: tuple[PlannedSource, ...],
    findings: Findings,
    answers: Sequence[SourceAnswer],
) -> list[Outcome]:
    """Of each source of an agency that answered, and of those that were not asked."""
    outcomes = [_judged(answered, findings) for answered in answers]
    if len(answers) < len(planned):
        heard = {answered.source for answered in answers}
        barred = (p for p in planned if p.source not in heard)
        outcomes += [o for p in barred if (o := _unasked(view, [p]))]
    return outcomes


def _asked_row(
    view: ReleaseView, standing: StandingRow, findings: Findings, seen: Seen
) -> AgencyRow:
    card, answers = standing.card, _heard(standing, findings)
    outcomes = _outcomes(view, standing.planned, findings, answers)
    outcome = fold(outcomes)
    attempts = sum([a.attempts for a in answers])
    members = seen.of(answers)
    certain = [r for a in answers for r in findings.resolution.certain(a.source)]
    defects = [record for record in certain if record.defects]
    doubts = [a for a in answers if doubtful(findings, a.source)]
    unsettled = [each for each in outcomes if not each.conclusive]
    more = _more(answers, certain)
    needs = _needs(view, findings, answers, outcome)
    return AgencyRow(
        agency=card,
        outcome=outcome,
        areas=card.areas,
        ring=of_agency(card),
        complete=not (unsettled or defects or doubts or more),
        searched_by=tuple(sorted(set().union(*[a.searched_by for a in answers]))),
        needs=needs,
        detail=_lacking(card, outcome, outcomes, answers, more or (UNREAD if defects else None))
        or sentence(card, outcome, needs),
        as_of=max([t for a in answers if (t := as_of(a))], default=None),
        latency_ms=max([a.latency_ms for a in answers if a.attempts], default=None),
        attempts=attempts,
        retryable=outcome in _RETRYABLE,
        involvements=seen.involvements(members) if members else (),
        withheld=_kept_back(standing, seen, members),
        released=frozenset().union(*[fields_released(m.record) for m in members]),
        through=_NOBODYS if attempts else _NOBODYS.union(*[a.through for a in answers]),
    )


def _judged(answered: SourceAnswer, findings: Findings) -> Outcome:
    return judge(
        answered.reply,
        findings.graded(answered.source),
        conclusive=findings.conclusive(answered),
        asked_identifiers=[Identifier(s, v) for s, v in answered.by_identifier.items()],
        supersedes=answered.supersedes,
    )


def _lacking(
    card: AgencyCard,
    outcome: Outcome,
    every: Iterable[Outcome],
    answers: Iterable[SourceAnswer],
    lacks: str | None,
) -> str | None:
    """What is to be said beyond the outcome itself; None where that says it all."""
    if outcome is Outcome.UNAVAILABLE:
        open_for_s = [s for a in answers if (s := _open_s(a)) is not None]
        if open_for_s:
            return resting(card, max(open_for_s))
    if outcome.answered and [each for each in every if not each.answered]:
        return lacking(card, PARTLY)
    return lacking(card, lacks) if outcome is Outcome.HAS_RECORD and lacks else None


def _more(answers: Iterable[SourceAnswer], certain: Iterable[Record]) -> str | None:
    """What the agency holds beyond what came, in words; None if that is all."""
    if [each for each in answers if isinstance(each.reply, Records) and not each.whole]:
        return UNREAD_PAGE
    return CUT if [record for record in certain if record.cut] else None


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
    if outcome not in _NEEDING:
        return ()
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
