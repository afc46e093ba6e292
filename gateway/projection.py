"""What this caller may see of what was found: released by each agency, then shielded, then said."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil
from typing import Final

from adapters.codes import ReleaseClass
from adapters.contract import Fault, MoreNeeded, Records, TooMany, Unavailable
from adapters.identifiers import AGENCY_RECORD
from adapters.record import Identifier, Record
from gateway.agency import AgencyCard, Contact
from gateway.answer import AgencyRow, Candidate, Completeness, ReleasedChild, WholeAnswer
from gateway.call import Answered
from gateway.circumstances import Said
from gateway.findings import Findings
from gateway.plan import Plan, PlannedSource
from gateway.policy import OnRecord, Verdict
from gateway.registry import SENSITIVE_SERVICES, Registry
from resolvers.child import Provenance, Restriction, Withheld, WithheldReason
from resolvers.grade import Grade, Graded, MatchGrade
from resolvers.involved import involvements
from resolvers.outcome import Outcome, fold, judge
from resolvers.release import CONTACTS, classes_for, fields_released, released
from resolvers.shield import unlocated
from resolvers.stitch import Member, stitch

_DETAILS: Final[Mapping[Outcome, str]] = {
    Outcome.NONE_FOUND: "nothing was found by what it could search with, which proves nothing",
    Outcome.NOTHING_TO_SHARE: "it says nothing here, of any child; ring its duty desk",
    Outcome.AMBIGUOUS: "it holds one or more that may be the child; see unresolved, or ring",
    Outcome.MORE_NEEDED: "it cannot search with what is known; see needs",
    Outcome.NOT_PERMITTED: "its rules give nothing to your organisation and role for this purpose",
    Outcome.TIMEOUT: "no answer in time: this says nothing about whether it knows the child; ring",
    Outcome.UNAVAILABLE: "no answer: this says nothing about whether it knows the child; ring",
    Outcome.BUSY: "too busy to answer: this says nothing about whether it knows the child",
    Outcome.REFUSED: "it refused the gateway; tell the operator, and ring meanwhile",
    Outcome.INVALID_RESPONSE: "its answer could not be read; tell the operator, and ring meanwhile",
}
_RETRYABLE: Final = frozenset({Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.BUSY})
_SHIELDED: Final = (
    ReleaseClass.LOCATION,
    ReleaseClass.EDUCATION,
    ReleaseClass.HEALTH,
    ReleaseClass.INVOLVEMENT,
)

_NOBODYS: Final[frozenset[int]] = frozenset()
_HOME: Final = "postcode"  # the one detail of a grade that says where a child lives

Seal = Callable[[str, str, str | None], str]


@dataclass(frozen=True, slots=True)
class View:
    """What decides what one caller sees in one question; `seal` makes a candidate's key.

    `on_record` decides again on what a record says; left out, `verdicts` stand.
    """

    plan: Plan
    registry: Registry
    verdicts: Mapping[str, Verdict]
    cleared: bool
    seal: Seal
    today: date
    child_id: str
    on_record: OnRecord | None = None
    broke_glass: bool = False

    @property
    def for_shield(self) -> frozenset[str]:
        """The sources of which nobody but the gateway learns anything."""
        return frozenset(p.source for p in self.plan.sources if p.for_shield)

    @property
    def fields(self) -> frozenset[str]:
        """The record fields that the document selects."""
        return self.plan.fields

    @property
    def requested(self) -> frozenset[ReleaseClass]:
        """The classes that the document asks for, as far as they may be spoken of."""
        unsaid = {ReleaseClass.SENSITIVE}
        if CONTACTS not in self.fields:
            unsaid.add(ReleaseClass.CONTACT)
        return classes_for(self.fields) - unsaid

    def hides(self, findings: Findings) -> bool:
        """Whether this caller must not learn where the child is: unknown counts as shielded."""
        return not self.cleared and self.restricted(findings)

    def restricted(self, findings: Findings) -> bool:
        """Whether the child is shielded, or may be; break-glass lifts the doubt, never a shield."""
        if findings.restriction is Restriction.UNKNOWN:
            return not self.broke_glass
        return findings.restriction is Restriction.RESTRICTED

    def verdict(self, source: str, findings: Findings, record: Record | None = None) -> Verdict:
        """What the source's rules say now that its record, and the shield, have spoken."""
        if self.on_record is None:
            return self.verdicts[source]
        consent = record is not None and record.consent is True
        return self.on_record(source, Said(consent, self.restricted(findings)))


def row(view: View, agency: str, findings: Findings) -> AgencyRow:
    """One agency's row; the same for every child where a shield or a rule demands it."""
    card = view.registry.agencies[agency]
    if agency == SENSITIVE_SERVICES:
        return _pooled_row(view, card, findings)
    planned = [p for p in view.plan.sources if p.agency == agency]
    unasked = _unasked(view, planned)
    if unasked is not None:
        return _unasked_row(view, card, planned, unasked)
    if view.hides(findings) and not card.national:
        return _shielded_row(view, card)
    return _asked_row(view, card, planned, findings)


def whole(view: View, findings: Findings) -> WholeAnswer:
    """The whole answer once every agency has its outcome."""
    rows = tuple(row(view, agency, findings) for agency in view.plan.agencies)
    return WholeAnswer(
        child=_child(view, findings),
        rows=rows,
        unresolved=tuple(_candidates(view, findings)),
        completeness=_completeness(view, rows),
    )


def _unasked(view: View, planned: Iterable[PlannedSource]) -> Outcome | None:
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
    view: View, card: AgencyCard, planned: Iterable[PlannedSource], outcome: Outcome
) -> AgencyRow:
    reasons = sorted({each.not_asked.value for each in planned if each.not_asked})
    return AgencyRow(
        agency=card,
        outcome=outcome,
        detail=reasons[0] if outcome is Outcome.NOT_ASKED else _DETAILS.get(outcome),
        withheld=_withheld(view, planned) if outcome is Outcome.NOT_PERMITTED else (),
    )


def _shielded_row(view: View, card: AgencyCard) -> AgencyRow:
    team = view.registry.shield_team
    return AgencyRow(
        agency=replace(card, areas=(), duty_contact=Contact(telephone=team.telephone)),
        outcome=Outcome.NOTHING_TO_SHARE,
        detail=f"ring {team.name}: {team.telephone}",
    )


def _pooled_row(view: View, card: AgencyCard, findings: Findings) -> AgencyRow:
    """The one row of all sensitive services: never which, nor how many, nor how soon."""
    telephone = card.duty_contact.telephone if card.duty_contact else None
    if view.hides(findings) or not any(
        ReleaseClass.SENSITIVE in view.verdict(source, findings, record).permitted
        for source, records in findings.sensitive.items()
        for record in records
    ):
        detail = f"of such services nothing is told here: ring {card.name}: {telephone}"
        return AgencyRow(agency=card, outcome=Outcome.NOTHING_TO_SHARE, detail=detail)
    return AgencyRow(
        agency=card,
        outcome=Outcome.HAS_RECORD,
        detail=f"a sensitive service is involved: ring {card.name}: {telephone}",
        released=frozenset({"sensitive"}),
    )


def _asked_row(
    view: View, card: AgencyCard, planned: list[PlannedSource], findings: Findings
) -> AgencyRow:
    answers = [findings.answers[p.source] for p in planned if p.source in findings.answers]
    barred = [p for p in planned if p.source not in findings.answers]
    outcomes = [_judged(a, findings) for a in answers]
    outcomes += [o for p in barred if (o := _unasked(view, [p]))]
    outcome = fold(outcomes)
    attempts = sum(a.attempts for a in answers)
    members = _members(view, answers, findings)
    defects = any(r.defects for a in answers for r in findings.resolution.certain(a.source))
    doubts = any(_doubtful(findings, a.source) for a in answers)
    told = [(i, Provenance(m.agency, m.as_of)) for m in members for i in m.record.involvements]
    return AgencyRow(
        agency=card,
        outcome=outcome,
        complete=all(o.conclusive for o in outcomes) and not defects and not doubts,
        searched_by=tuple(sorted(set().union(*(a.searched_by for a in answers)))),
        needs=_needs(view, findings, answers, outcome),
        detail=_detail(outcome, outcomes, answers, defects=defects),
        as_of=max((t for a in answers if (t := _as_of(a))), default=None),
        latency_ms=max((a.latency_ms for a in answers if a.attempts), default=None),
        attempts=attempts,
        retryable=outcome in _RETRYABLE,
        involvements=involvements(told, view.today),
        withheld=_withheld(view, planned) + (_shield_withheld(view, findings) if members else ()),
        released=frozenset().union(*(fields_released(m.record) for m in members)),
        through=_NOBODYS if attempts else _NOBODYS.union(*(a.through for a in answers)),
    )


def _judged(answered: Answered, findings: Findings) -> Outcome:
    return judge(
        answered.reply,
        findings.resolution.by_source.get(answered.source, ()),
        conclusive=findings.conclusive(answered),
        asked_identifiers=[Identifier(s, v) for s, v in answered.by_identifier.items()],
        supersedes=answered.supersedes,
    )


def _doubtful(findings: Findings, source: str) -> Iterable[Graded]:
    """The records of a source that may be the child's and are not certain."""
    graded = findings.resolution.by_source.get(source, ())
    return [g for g in graded if g.grade.grade in (MatchGrade.PROBABLE, MatchGrade.POSSIBLE)]


def _detail(
    outcome: Outcome, every: Iterable[Outcome], answers: Iterable[Answered], *, defects: bool
) -> str | None:
    spared = [s for a in answers if (s := _spared_s(a)) is not None]
    if outcome is Outcome.UNAVAILABLE and spared:
        return (
            "its system failed several times in a row and was not asked; it is tried again in"
            f" {ceil(max(spared))} s: this says nothing about whether it knows the child; ring"
        )
    if outcome.answered and not all(each.answered for each in every):
        return "one of its systems did not answer, so it may hold more; ring"
    if outcome is Outcome.HAS_RECORD and defects:
        return "some of its values could not be read and are left out"
    return _DETAILS.get(outcome)


def _spared_s(answered: Answered) -> float | None:
    match answered.reply:
        case Unavailable(fault=Fault.SPARED, retry_after_s=seconds):
            return seconds or 0.0
        case _:
            return None


def _needs(
    view: View, findings: Findings, answers: Iterable[Answered], outcome: Outcome
) -> tuple[str, ...]:
    """What would let the agency search, or tell which of its records is the child's."""
    needs: set[str] = set()
    for answered in answers:
        match answered.reply:
            case MoreNeeded(needs=more) if outcome is Outcome.MORE_NEEDED:
                needs.update(more)
            case TooMany() if outcome is Outcome.AMBIGUOUS:
                cards = view.registry.sources[answered.source].adapter.operations
                keys = frozenset[str]().union(*(card.accepts for card in cards))
                needs |= keys - answered.searched_by - {AGENCY_RECORD, _HOME}
            case Records() if outcome is Outcome.AMBIGUOUS:
                doubtful = _doubtful(findings, answered.source)
                told = (_told(view, findings, answered.source, graded) for graded in doubtful)
                needs.update(*(grade.wanted for grade in told))
            case _:
                pass
    return tuple(sorted(needs))


def _as_of(answered: Answered) -> datetime | None:
    return getattr(answered.reply, "as_of", None) or (answered.at if answered.records else None)


def _members(view: View, answers: Iterable[Answered], findings: Findings) -> list[Member]:
    """The certain records of these answers, as far as this caller may see them."""
    hidden = view.hides(findings)
    members = []
    for answered in answers:
        card = view.registry.agencies[view.registry.sources[answered.source].agency]
        if answered.source in view.for_shield or (hidden and not card.national):
            continue
        for record in findings.resolution.certain(answered.source):
            seen = _seen(view, findings, answered.source, record)
            members.append(Member(card.id, _as_of(answered), unlocated(seen) if hidden else seen))
    return members


def _seen(view: View, findings: Findings, source: str, record: Record) -> Record:
    classes = view.verdict(source, findings, record).permitted
    if CONTACTS not in view.fields:
        classes -= {ReleaseClass.CONTACT}
    return released(record, classes, view.fields)


def _withheld(
    view: View, planned: Iterable[PlannedSource], findings: Findings | None = None
) -> tuple[Withheld, ...]:
    kept = {w for p in planned for w in _kept_back(view, p.source, findings)}
    return tuple(sorted(w for w in kept if w.release_class in view.requested))


def _kept_back(view: View, source: str, findings: Findings | None) -> Iterable[Withheld]:
    """What a source keeps back: before asking, or now that its records have spoken.

    Of the shield the whole answer speaks in one voice: see _shield_withheld.
    """
    before = view.verdicts[source].withheld
    if findings is None:
        return before
    records = findings.resolution.certain(source)
    verdicts = [view.verdict(source, findings, record) for record in records]
    given = frozenset().union(*(verdict.permitted for verdict in verdicts))
    told = given | {w.release_class for w in before}
    again = view.verdict(source, findings).withheld
    later = [w for w in again if w.reason is not WithheldReason.SHIELD]
    return [
        *(w for w in before if w.release_class not in given),
        *(w for w in later if w.release_class not in told),
    ]


def _shield_withheld(view: View, findings: Findings) -> tuple[Withheld, ...]:
    if not view.hides(findings):
        return ()
    team = view.registry.shield_team
    known = findings.restriction is Restriction.RESTRICTED
    reason = WithheldReason.SHIELD if known else WithheldReason.SHIELD_UNKNOWN
    message = f"kept back because the child is or may be shielded: ring {team.telephone}"
    return tuple(
        Withheld(name, reason, message, "shield") for name in _SHIELDED if name in view.requested
    )


def _child(view: View, findings: Findings) -> ReleasedChild | None:
    members = _members(view, findings.answers.values(), findings)
    if not members:
        return None
    planned = [p for p in view.plan.sources if not p.for_shield and _speaks(view, p, findings)]
    return ReleasedChild(
        child=stitch(view.child_id, members, view.today),
        restriction=findings.restriction,
        withheld=_withheld(view, planned, findings) + _shield_withheld(view, findings),
        agencies={m.agency: view.registry.agencies[m.agency] for m in members},
    )


def _speaks(view: View, planned: PlannedSource, findings: Findings) -> bool:
    national = view.registry.agencies[planned.agency].national
    certain = findings.resolution.certain(planned.source)
    return bool(certain) and (national or not view.hides(findings))


def _candidates(view: View, findings: Findings) -> Iterable[Candidate]:
    for source in sorted(findings.resolution.by_source):
        card = view.registry.agencies[view.registry.sources[source].agency]
        hidden = view.hides(findings) and not card.national
        if source not in view.for_shield and not hidden:
            for graded in _doubtful(findings, source):
                yield _candidate(view, findings, source, card, graded)


def _candidate(
    view: View, findings: Findings, source: str, card: AgencyCard, graded: Graded
) -> Candidate:
    grade = _told(view, findings, source, graded)
    return Candidate(view.seal(card.id, source, graded.record.record_id), card, grade)


def _told(view: View, findings: Findings, source: str, graded: Graded) -> Grade:
    """What agreed and differed is told only to whom this source gives the child's identity.

    And whether the home did, only to whom it gives the child's location too.
    """
    permitted = view.verdict(source, findings, graded.record).permitted
    if ReleaseClass.IDENTITY not in permitted:
        return Grade(graded.grade.grade)
    if ReleaseClass.LOCATION not in permitted:
        return graded.grade.without(_HOME)
    return graded.grade


def _completeness(view: View, rows: tuple[AgencyRow, ...]) -> Completeness:
    asked = [r for r in rows if r.outcome.asked]
    answered = [r for r in asked if r.outcome.answered]
    return Completeness(
        in_scope=len(rows),
        answered=len(answered),
        unanswered=len(asked) - len(answered),
        not_asked=len(rows) - len(asked),
        complete=bool(rows) and all(r.complete for r in rows),
        areas=view.plan.areas,
        not_connected=tuple(
            body for area in view.plan.areas for body in view.registry.areas[area].not_connected
        ),
    )
