"""What one caller may see of a record, of a grade and of what is kept back, shielded last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from adapters.contract.codes import ReleaseClass
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import Identifier, Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import Registry
from gateway.policy.context import RecordFacts
from gateway.policy.decide import OnRecord, Verdict
from gateway.questions.findings import Findings
from gateway.questions.plan import Plan, PlannedSource
from gateway.questions.wording.contact import of_shield
from gateway.questions.wording.kept_back import for_shield, worded
from resolvers.child.child import Restriction, Withheld, WithheldReason
from resolvers.child.involvements import InvolvementFact, in_order, of_agency
from resolvers.child.stitch import Member
from resolvers.child_need import ChildNeed
from resolvers.matching.grade import Grade, Graded, MatchGrade
from resolvers.release import CONTACTS, classes_for, released
from resolvers.shield import unlocated

_SHIELDED: Final = (
    ReleaseClass.LOCATION,
    ReleaseClass.EDUCATION,
    ReleaseClass.HEALTH,
    ReleaseClass.INVOLVEMENT,
)
HOME: Final = "postcode"  # the detail of a grade that says where a child lives
_CLASS_OF_DETAIL: Final = {
    HOME: ReleaseClass.LOCATION,
    "carers": ReleaseClass.FAMILY,
    "gp_practice": ReleaseClass.HEALTH,
    "schools": ReleaseClass.EDUCATION,
    "telephone": ReleaseClass.CONTACT,
}

Seal = Callable[[str, str, str | None], str]


@plainly_made
@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What decides what one caller sees in one question; `seal` makes a candidate's key.

    `needs` gives what the caller could still tell, and what they could read again.
    `on_record` decides again on what a record says; left out, `verdicts` stand. Of the sources of
    `gateway_only` nobody but the gateway learns anything. Without `tells_child` the document does
    not select the child, who is then not stitched. `standing` keeps what of an agency's row hangs
    on plan, verdicts and registry alone, for all questions of the kind.
    """

    plan: Plan
    registry: Registry
    verdicts: Mapping[str, Verdict]
    cleared: bool
    seal: Seal
    today: date
    query_id: str
    gateway_only: frozenset[str] = frozenset()
    on_record: OnRecord | None = None
    broke_glass: bool = False
    needs: Callable[[], tuple[ChildNeed, ...]] = tuple
    tells_child: bool = True
    standing: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def fields(self) -> frozenset[str]:
        """The record fields that the document selects."""
        return self.plan.fields

    @property
    def requested(self) -> frozenset[ReleaseClass]:
        """The classes that the document asks for, as far as they may be spoken of."""
        return _spoken_of(self.fields)

    def hides(self, findings: Findings) -> bool:
        """Whether this caller must not learn where the child is: unknown counts as shielded."""
        if self.cleared or findings.restriction is Restriction.NONE_KNOWN:
            return False
        return self.restricted(findings)

    def restricted(self, findings: Findings) -> bool:
        """Whether the child is shielded, or may be; break-glass lifts the doubt, never a shield."""
        if findings.restriction is Restriction.UNKNOWN:
            return not self.broke_glass
        return findings.restriction is Restriction.RESTRICTED

    def is_national(self, agency: str) -> bool:
        """Whether an agency serves the whole country, so that it is no location by itself."""
        return self.registry.agencies[agency].national

    def keeps_to_itself(self, findings: Findings, source: str) -> bool:
        """Whether a source's records are for the gateway alone, or hidden by the source's own mark.

        A mark of a source outside the shield set hides its own row, from callers not cleared.
        """
        if source in self.gateway_only:
            return True
        return bool(findings.own_marks) and self.marked(findings, self.registry.sources[source].row)

    def marked(self, findings: Findings, agency: str) -> bool:
        """Whether a mark of the agency's own hides its row from this caller."""
        if self.cleared or not findings.own_marks:
            return False
        return agency in {self.registry.sources[source].row for source in findings.own_marks}

    def verdict(self, source: str, findings: Findings, record: Record | None = None) -> Verdict:
        """What the source's rules say now that its record, and the shield, have spoken."""
        return self.verdict_of(source, record, restricted=self.restricted(findings))

    def verdict_of(self, source: str, record: Record | None, *, restricted: bool) -> Verdict:
        """The same, of a child who is `restricted` or may be."""
        if self.on_record is None:
            return self.verdicts[source]
        consent = record is not None and record.consent is True
        return self.on_record(source, RecordFacts(consent, restricted))


@lru_cache(maxsize=256)  # of the names of fields alone: every row of a question asks again
def _spoken_of(fields: frozenset[str]) -> frozenset[ReleaseClass]:
    unsaid = {ReleaseClass.SENSITIVE}
    if CONTACTS not in fields:
        unsaid.add(ReleaseClass.CONTACT)
    return classes_for(fields) - unsaid


class Seen:
    """The certain records of one set of findings, as far as one caller may see them.

    Each source's are released once, for its agency's row and for the child; so are involvements.
    """

    def __init__(self, view: ReleaseView, findings: Findings) -> None:
        self._view = view
        self._findings = findings
        self._hidden = view.hides(findings)
        self._marked = bool(view.gateway_only or findings.own_marks)
        self._restricted = view.restricted(findings)
        self._released: dict[str, tuple[Member, ...]] = {}
        self._involved: dict[tuple[int, ...], tuple[InvolvementFact, ...]] = {}
        self.for_shield = withheld_for_shield(view, findings) if self._hidden else ()
        """What the shield keeps back of each of them."""

    def of(self, answers: Iterable[SourceAnswer]) -> list[Member]:
        """The records of these answers."""
        return [member for answered in answers for member in self.members(answered)]

    def involvements(self, members: Iterable[Member]) -> tuple[InvolvementFact, ...]:
        """What agencies do with the child, as these records of theirs say: open ones first."""
        members, by_agency = tuple(members), dict[str, list[Member]]()
        if len(members) == 1:
            return self._own(members)
        for member in members:
            by_agency.setdefault(member.agency, []).append(member)
        return in_order([self._own(own) for own in by_agency.values()], self._view.today)

    def _own(self, members: Sequence[Member]) -> tuple[InvolvementFact, ...]:
        """Those of one agency. Its records are kept, so that none gives its place to another."""
        key = (id(members[0]),) if len(members) == 1 else tuple(sorted(map(id, members)))
        found = self._involved.get(key)
        if found is None:
            told = [(i, m.told_by) for m in members for i in m.record.involvements]
            found = of_agency(told, self._view.today, self._view.query_id)
            self._involved[key] = found
        return found

    def members(self, answered: SourceAnswer) -> tuple[Member, ...]:
        """The records of this answer."""
        found = self._released.get(answered.source)
        if found is None:
            found = self._released[answered.source] = self._read(answered)
        return found

    def _read(self, answered: SourceAnswer) -> tuple[Member, ...]:
        view, findings, source = self._view, self._findings, answered.source
        certain = findings.resolution.certain(source)
        card = view.registry.agencies[view.registry.sources[source].agency]
        shown = not self._hidden or card.national
        if not (certain and shown):
            return ()
        if self._marked and view.keeps_to_itself(findings, source):
            return ()
        moment, members = as_of(answered), []
        for record in certain:
            seen = self._seen(source, record)
            members.append(Member(card.id, moment, unlocated(seen) if self._hidden else seen))
        return tuple(members)

    def _seen(self, source: str, record: Record) -> Record:
        view, fields = self._view, self._view.plan.fields
        classes = view.verdict_of(source, record, restricted=self._restricted).permitted
        if CONTACTS not in fields:
            classes -= {ReleaseClass.CONTACT}
        others = self._findings.reference.of_others
        own = _without(record, others) if others else record
        return released(own, classes, fields)


def members_seen(
    view: ReleaseView, answers: Iterable[SourceAnswer], findings: Findings
) -> list[Member]:
    """The certain records of these answers, as far as this caller may see them."""
    return Seen(view, findings).of(answers)


def _without(record: Record, others: frozenset[Identifier]) -> Record:
    """The record without numbers that are somebody else's by the word of an identity source."""
    if others.isdisjoint(record.identifiers):
        return record
    return replace(record, identifiers=tuple(i for i in record.identifiers if i not in others))


def doubtful(findings: Findings, source: str) -> list[Graded]:
    """The records of a source that may be the child's and are not certain."""
    graded = findings.graded(source)
    return [g for g in graded if g.grade.grade in (MatchGrade.PROBABLE, MatchGrade.POSSIBLE)]


def as_of(answered: SourceAnswer) -> datetime | None:
    """Of when an answer's records are: as its agency says, else when they were read."""
    return getattr(answered.reply, "as_of", None) or (answered.at if answered.records else None)


def grade_told(view: ReleaseView, findings: Findings, source: str, graded: Graded) -> Grade:
    """What agreed and differed is told only to whom this source gives the child's identity.

    And whether the home did, or a tie, only to whom it gives the class of that detail too.
    """
    permitted = view.verdict(source, findings, graded.record).permitted
    if ReleaseClass.IDENTITY not in permitted:
        return Grade(graded.grade.grade)
    told = graded.grade
    for detail, release_class in _CLASS_OF_DETAIL.items():
        told = told if release_class in permitted else told.without(detail)
    return told


def withheld(
    view: ReleaseView, planned: Iterable[PlannedSource], findings: Findings | None = None
) -> tuple[Withheld, ...]:
    """What these sources keep back of what was asked for; without `findings`, before asking."""
    agencies, requested = view.registry.agencies, view.requested
    restricted = findings is not None and view.restricted(findings)
    kept = {
        replace(each, message=worded(each, agencies[p.agency]))
        for p in planned
        for each in _kept_back(view, p.source, findings, requested, restricted=restricted)
    }
    return tuple(sorted(kept)) if kept else ()


def _kept_back(
    view: ReleaseView,
    source: str,
    findings: Findings | None,
    requested: frozenset[ReleaseClass],
    *,
    restricted: bool,
) -> Iterable[Withheld]:
    """What a source keeps back: before asking, or now that its records have spoken.

    Of the shield the whole answer speaks in one voice: see withheld_for_shield.
    """
    kept = view.verdicts[source].withheld
    before = [w for w in kept if w.release_class in requested] if kept else []
    if findings is None:
        return before
    again = view.verdict_of(source, None, restricted=restricted).withheld
    if not (before or again):
        return ()
    later = [
        w for w in again if w.release_class in requested and w.reason is not WithheldReason.SHIELD
    ]
    if not (before or later):
        return ()
    records = findings.resolution.certain(source)
    verdicts = [view.verdict_of(source, record, restricted=restricted) for record in records]
    given = frozenset().union(*[verdict.permitted for verdict in verdicts])
    told = given | {w.release_class for w in before}
    return [
        *(w for w in before if w.release_class not in given),
        *(w for w in later if w.release_class not in told),
    ]


def withheld_for_shield(view: ReleaseView, findings: Findings) -> tuple[Withheld, ...]:
    """What the shield keeps back, in one voice for every agency alike."""
    if not view.hides(findings):
        return ()
    ring = of_shield(view.registry.shield_team)
    known = findings.restriction is Restriction.RESTRICTED
    reason = WithheldReason.SHIELD if known else WithheldReason.SHIELD_UNKNOWN
    return tuple(
        Withheld(name, reason, for_shield(name, reason, ring), "shield")
        for name in _SHIELDED
        if name in view.requested
    )
