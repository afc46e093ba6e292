"""What a change of rules would have meant for past questions, by what the log says of who asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.contract.codes import Claim, Purpose
from adapters.manifest.manifest import Manifest
from gateway.audit.entry.asker import AskerProfile
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.flags import SIGNIFICANT_HARM
from gateway.audit.entry.kind import AuditKind
from gateway.audit.recorder.pseudonymise import OUT_OF_AREA
from gateway.policy.case import EVERY, owners
from gateway.policy.context import PolicyContext, Principal
from gateway.policy.decide import DecisionRequest, Policy
from gateway.policy.diff import changes_between
from gateway.policy.rules.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """What the log says of a question that rules look at; `asked` are its agencies."""

    organisation: str
    standing: AskerProfile
    purpose: Purpose
    case_reference: bool
    significant_harm: bool
    out_of_area_cause: bool
    day: date
    asked: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> "PastQuestion | None":
        """The question of an intent; None of any other entry, or one older than such notes."""
        if entry.kind is not AuditKind.INTENT or entry.standing is None or entry.purpose is None:
            return None
        detail = entry.detail or ""
        return cls(
            organisation=entry.organisation or "",
            standing=entry.standing,
            purpose=entry.purpose,
            case_reference=entry.case_reference is not None,
            significant_harm=SIGNIFICANT_HARM in detail,
            out_of_area_cause=OUT_OF_AREA in detail,
            day=entry.at.date(),
            asked=frozenset(s.agency for s in entry.agencies if s.outcome is None),
        )

    @property
    def principal(self) -> Principal:
        """What the asker was."""
        return Principal(
            organisation=self.organisation,
            sector=self.standing.sector,
            roles=frozenset(self.standing.roles),
            accreditation=frozenset(self.standing.accreditation),
            assurance=self.standing.assurance,
            areas=frozenset(self.standing.areas),
            purposes=frozenset({self.purpose}),
            shield_cleared=self.standing.shield_cleared,
        )

    def policy_context(self, *, in_area: bool) -> PolicyContext:
        """Those in which it was asked, before any record had spoken."""
        return PolicyContext(
            purpose=self.purpose,
            case_reference=self.case_reference,
            significant_harm=self.significant_harm,
            out_of_area_cause=self.out_of_area_cause,
            in_area=in_area,
            minutes_since_sign_in=self.standing.minutes_since_sign_in,
            today=self.day,
        )


def past_differences(
    before: RuleSet,
    after: RuleSet,
    manifests: Iterable[Manifest],
    past: Mapping[PastQuestion, int],
) -> Iterator[str]:
    """A line for each kind of asker to whom a source would have given other than it did.

    `past` says how often each question was asked.
    A source counts for a question that asked its agency, or that is of one of its areas, or
    national. Consent and a shield are the record's to say, and are none here.
    """
    places = {manifest.source.id: manifest for manifest in manifests}
    was, will_be = Policy(before), Policy(after)
    told: Counter[str] = Counter()
    for question, times in past.items():
        for source, agency in _concerned(question, owners(before), owners(after), places):
            decision_request = _decision_request(question, agency, source, places[source])
            changes = ", ".join(
                changes_between(was.decide(decision_request), will_be.decide(decision_request))
            )
            if changes:
                told[f"{source}: {_named(question)}: {changes}"] += times
    yield from (f"{line} ({times} past questions)" for line, times in sorted(told.items()))


def _concerned(
    question: PastQuestion,
    old: Mapping[str, str],
    new: Mapping[str, str],
    places: Mapping[str, Manifest],
) -> Iterator[tuple[str, str]]:
    for source in sorted(old.keys() & new.keys() & places.keys()):
        if old[source] in question.asked or _near(question, places[source]):
            yield source, old[source]


def _near(question: PastQuestion, manifest: Manifest) -> bool:
    national = Claim.NATIONAL in manifest.source.claims
    return national or not {*manifest.agency.areas}.isdisjoint(question.standing.areas)


def _decision_request(
    question: PastQuestion, agency: str, source: str, manifest: Manifest
) -> DecisionRequest:
    when = question.policy_context(in_area=_near(question, manifest))
    return DecisionRequest(agency, source, EVERY, question.principal, when)


def _named(question: PastQuestion) -> str:
    standing = question.standing
    harm = ", harm stated" if question.significant_harm else ""
    return f"{standing.sector} {' '.join(standing.roles)} for {question.purpose}{harm}"
