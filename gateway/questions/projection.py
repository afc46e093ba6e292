"""What this caller may see of what was found: released by each agency, then shielded, then said."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from gateway.model.agency import AgencyCard
from gateway.model.answer import AgencyRow, Candidate, Completeness, ReleasedChild, WholeAnswer
from gateway.questions.agency_row import row
from gateway.questions.findings import Findings
from gateway.questions.release import (
    ReleaseView,
    Seen,
    doubtful,
    grade_told,
    withheld,
)
from resolvers.child.child import Child
from resolvers.child.stitch import EVENTS, stitch
from resolvers.child_need import ChildNeed
from resolvers.matching.grade import Graded, MatchGrade

_COMPLETE: Final = attrgetter("complete")


def whole(view: ReleaseView, findings: Findings) -> WholeAnswer:
    """The whole answer once every agency has its outcome."""
    seen = Seen(view, findings)
    rows = tuple([row(view, agency, findings, seen) for agency in view.plan.agencies])
    child, unresolved = _child(view, findings, seen), tuple(_candidates(view, findings))
    return WholeAnswer(
        child=child,
        rows=rows,
        unresolved=unresolved,
        completeness=_completeness(view, rows),
        ask=_ask(view, findings, unresolved) if child is None else (),
    )


def _ask(
    view: ReleaseView, findings: Findings, unresolved: tuple[Candidate, ...]
) -> tuple[ChildNeed, ...]:
    """What the caller could tell or check; nothing hangs on a record that they do not see."""
    waits_for_a_tie = findings.untied and unresolved
    needs = view.needs()
    return needs[:1] if waits_for_a_tie else needs


def _child(view: ReleaseView, findings: Findings, seen: Seen) -> ReleasedChild | None:
    members = seen.of(findings.answers.values())
    if not members:
        return None
    if not view.tells_child:
        return ReleasedChild(Child(view.query_id), findings.restriction, (), {})
    hidden, certain = view.hides(findings), findings.resolution.certain
    planned = [
        p
        for p in view.plan.sources
        if certain(p.source)
        and (not hidden or view.is_national(p.agency))
        and not view.keeps_to_itself(findings, p.source)
    ]
    return ReleasedChild(
        child=stitch(
            view.query_id,
            members,
            view.today,
            tells_events=EVENTS in view.fields,
            involved=seen.involvements(members),
        ),
        restriction=findings.restriction,
        withheld=withheld(view, planned, findings) + seen.for_shield,
        agencies={m.agency: view.registry.agencies[m.agency] for m in members},
    )


def _candidates(view: ReleaseView, findings: Findings) -> Iterable[Candidate]:
    for source, graded in sorted(findings.resolution.by_source.items()):
        settled = len(graded) == 1 and graded[0].grade.grade is MatchGrade.CERTAIN
        doubts = () if settled else doubtful(findings, source)
        if not doubts:
            continue
        card = view.registry.agencies[view.registry.sources[source].agency]
        hidden = view.hides(findings) and not card.national
        if not hidden and not view.keeps_to_itself(findings, source):
            for each in doubts:
                yield _candidate(view, findings, source, card, each)


def _candidate(
    view: ReleaseView, findings: Findings, source: str, card: AgencyCard, graded: Graded
) -> Candidate:
    grade = grade_told(view, findings, source, graded)
    return Candidate(view.seal(card.id, source, graded.record.record_id), card, grade)


def _completeness(view: ReleaseView, rows: tuple[AgencyRow, ...]) -> Completeness:
    asked = [r for r in rows if r.outcome.asked]
    answered = [r for r in asked if r.outcome.answered]
    return Completeness(
        in_scope=len(rows),
        answered=len(answered),
        unanswered=len(asked) - len(answered),
        not_asked=len(rows) - len(asked),
        complete=bool(rows) and all(map(_COMPLETE, rows)),
        areas=view.plan.areas,
        not_connected=tuple(
            body for area in view.plan.areas for body in view.registry.areas[area].not_connected
        ),
    )
