"""One record's grade: gates that a person can check by hand, and a score that has to pass too.

Differing NHS numbers or UPNs are never certain. Without an identifier only a strong name with the
whole birth date and something further is, or a part of a divided surname at the very home, where a
file of all children has no other like it; and only where no stranger, sibling or twin explains the
record nearly as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple, Self

from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import Record
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import call_otherwise
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.doubt import fitting_better
from resolvers.matching.evidence import Evidence, weigh
from resolvers.matching.grade import Grade, LikelyOther, MatchGrade
from resolvers.matching.hypotheses import NO_COMPANY, Company, Weights, holds_all, weights_of
from resolvers.matching.namesakes import (
    alike_in_all,
    alike_in_part,
    called_in_part,
    called_otherwise,
    enough_at_home,
)
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reasons.weakness import weakness
from resolvers.matching.reference import Reference
from resolvers.matching.wanted import wanted

_NOT_HELD: Final = Agreement.NOT_HELD
_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SAME: Final = Agreement.SAME

CERTAIN_BITS: Final = 10.0  # 1000 to 1, for the least clear of those that join
TWIN_BITS: Final = 12.0  # 4000 to 1, once a twin has turned up: a hair over the bar is no proof


@plainly_made
@dataclass(frozen=True, slots=True)
class KnownOfChild:
    """All that is known of the child, and apart from it what the caller stated.

    `twin_seen` says that a record of a likely twin has turned up among the answers, `double_seen`
    one of the child's first name and birthday, called otherwise after it.
    """

    all: Details
    stated: Details
    twin_seen: bool = False
    double_seen: bool = False

    @classmethod
    def of(cls, reference: Reference, read: ReadOnce | None = None) -> Self:
        """What a reference says; `read` spares reading it again."""
        if read is not None:
            return read.once(
                cls, (reference,), lambda: cls(read.known(reference), read.stated(reference))
            )
        return cls(Details.of_reference(reference), Details.of_stated(reference))


class Assessment(NamedTuple):
    """A record's grade with what it rests on, before it is put into words.

    `population`, `twin_seen` and `company`: what the weights take beside the evidence. `stopped`:
    the gate that kept it from being certain by its details, where it came as far as that.
    """

    grade: MatchGrade
    evidence: Evidence
    population: int | None
    twin_seen: bool
    stopped: ReasonCode | None = None
    company: Company = NO_COMPANY

    @property
    def weights(self) -> Weights:
        """What each explanation makes of it: asked of few, since rules exclude most records."""
        return weights_of(
            self.evidence, self.population, twin_seen=self.twin_seen, company=self.company
        )

    @property
    def likely_other(self) -> LikelyOther | None:
        """Whom it more likely is, where the family name fits and a relation explains more."""
        if not self.evidence.family.fits:
            return None
        weights = self.weights
        kin = max(weights.sibling, weights.twin)
        if kin <= weights.own:
            return None
        return LikelyOther.TWIN if kin == weights.twin else LikelyOther.SIBLING

    @property
    def reason(self) -> ReasonCode:
        """Why the record by itself has this grade."""
        if self.grade is MatchGrade.CERTAIN:
            shared = self.evidence.shared
            return ReasonCode.NUMBER_AND_MORE if shared else ReasonCode.NAME_DATE_AND_MORE
        return self.stopped or weakness(self.evidence, self.likely_other)

    @property
    def nameless(self) -> bool:
        """Whether it has no given name, which alone would tell twins apart."""
        return self.evidence.given_name is _NOT_HELD

    @property
    def well_supported(self) -> bool:
        """Whether a further name, the very home or a tie agrees beside name and birth date."""
        evidence = self.evidence
        return evidence.further or evidence.postcode is _SAME or evidence.family_tie

    @property
    def tied_around(self) -> bool:
        """Whether whom and what the child has around ties it to her.

        The practice does in a file of all children alone: elsewhere it is a whole quarter's.
        """
        of_all = holds_all(self.population) and bool(self.evidence.ties)
        return self.evidence.family_tie or of_all

    def tells_alone(self, held: Details, population: int | None) -> bool:
        """Whether it tells more where it is the only one like it in a file of all children.

        Not where it has some other home, or one that nobody has compared: it may be that of a
        child of her name elsewhere, while her own is written in another way (ADR 0043).
        """
        supported = self.well_supported or bool(self.evidence.ties)
        return holds_all(population) and (supported or not held.postcodes)

    def in_conflict(self) -> Self:
        """The same, shown where only its number spoke against it."""
        excluded = self.grade is MatchGrade.CERTAINLY_NOT
        return self._replace(grade=MatchGrade.POSSIBLE) if excluded else self

    def said(self, known: Details, held: Details) -> Grade:
        """The grade of what a record holds, as it is told: classes of detail and never a figure."""
        said = self.evidence.named
        return Grade(
            grade=self.grade,
            agreed=tuple([name for name, verdict in said if verdict is _SAME]),
            differed=tuple([name for name, verdict in said if verdict in _DIFFERING]),
            not_held=tuple([name for name, verdict in said if verdict is _NOT_HELD]),
            likely_other=self.likely_other,
            wanted=wanted(known, held, self.evidence, certain=self.grade is MatchGrade.CERTAIN),
            reason=self.reason,
        )


_DIFFERING: Final = (_DIFFERENT, _DISTANT)


def grade(
    reference: Reference, candidate: Record, population: int | None = None, *, source: str = ""
) -> Grade:
    """Grade one record by itself.

    `population`: how many children the source holds, None where it does not say. `source` matters
    only where the caller named a record of it.
    """
    known, held = KnownOfChild.of(reference), Details.of_record(source, candidate)
    found = assess(known, held, population)
    if found.stopped and found.tells_alone(held, population):
        found = assess(known, held, population, Company(alone=True))
    if fitting_better(known.stated, {source: held}, {source: found.evidence}):
        found = found.in_conflict()
    return found.said(known.all, held)


def assess(
    known: KnownOfChild,
    held: Details,
    population: int | None,
    company: Company = NO_COMPANY,
) -> Assessment:
    """Grade what a record holds against what is known."""
    evidence = weigh(known.all, held)
    by_rule = _by_number(known, held, evidence) if evidence.shared else by_details(evidence)
    found = Assessment(by_rule, evidence, population, known.twin_seen, company=company)
    if by_rule is not MatchGrade.PROBABLE or evidence.shared:
        return found
    stopped = _stopped(known, held, found)
    if stopped:
        return found._replace(stopped=stopped)
    return found._replace(grade=MatchGrade.CERTAIN)


def credible(reference: Reference, known: KnownOfChild, held: Details) -> Details:
    """A record's details; of one that bears her number, without numbers of somebody else."""
    others = reference.of_others
    return held.without(others) if others and held.shares_number(known.all) else held


def of_member(said: Grade) -> Grade:
    """A record's own grade once it has joined; whatever it is by itself, it is certain now."""
    if said.grade is MatchGrade.CERTAIN:
        return said
    return replace(said, grade=MatchGrade.CERTAIN, reason=ReasonCode.NUMBER_AND_MORE)


def twin_among(assessed: Iterable[Assessment]) -> bool:
    """Whether a twin turned up; one of the other sex is hardly taken for the child."""
    for found in assessed:
        if found.likely_other is LikelyOther.TWIN and found.evidence.sex is not _DIFFERENT:
            return True
    return False


def double_among(known: KnownOfChild, every: Iterable[Details]) -> bool:
    """Whether another child of the same first name and birthday turned up, called otherwise.

    Otherwise than was told after the first name; or, where nothing was told after it, two records
    than each other.
    """
    behind = {held.givens: held for held in every if any(" " in given for given in held.givens)}
    hers = [givens for givens, held in behind.items() if _of_one_first_name(known, held)]
    return any(call_otherwise(givens, known.stated.givens) for givens in hers) or any(
        call_otherwise(one, other) for one, other in combinations(hers, 2)
    )


def _of_one_first_name(known: KnownOfChild, held: Details) -> bool:
    if _firsts(held.givens).isdisjoint(_firsts(known.stated.givens)):
        return False
    evidence = weigh(known.stated, held)
    return evidence.family.fits and evidence.birth_date is _SAME


def _firsts(givens: Iterable[str]) -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in givens)


def by_details(evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares no identifier, by rules alone: probable at best.

    Location plays no part, so that it never decides who is shown.
    """
    family, born = evidence.family, evidence.birth_date
    # A new family name beside an old given name and birth date may be an adoption, which must
    # not even be hinted at.
    if _DIFFERENT in (family, born) or evidence.numbers_differ:
        return MatchGrade.CERTAINLY_NOT
    given = evidence.given
    if given is _DIFFERENT:
        twin = family.fits and born is _SAME
        return MatchGrade.POSSIBLE if twin else MatchGrade.CERTAINLY_NOT
    if evidence.name.strong and born.strong:
        both = evidence.name is born is _SAME
        return MatchGrade.PROBABLE if both or evidence.agrees else MatchGrade.POSSIBLE
    if any(near(evidence) for near in (alike_in_part, called_in_part, called_otherwise)):
        return MatchGrade.PROBABLE
    return MatchGrade.POSSIBLE if evidence.agrees else MatchGrade.CERTAINLY_NOT


def _by_number(known: KnownOfChild, held: Details, evidence: Evidence) -> MatchGrade:
    """The grade of a record that shares an identifier: who contradicts it is never certain."""
    if evidence.numbers_differ or evidence.contradicted:
        return MatchGrade.POSSIBLE
    if evidence.vouches and _bears_out(held, known.stated):
        return MatchGrade.CERTAIN
    return MatchGrade.PROBABLE


def _stopped(known: KnownOfChild, held: Details, found: Assessment) -> ReasonCode | None:
    """The first gate that keeps a record with the child's name and birth date from being certain.

    None where nothing does: something further ties it to what is known, and the score is enough.
    """
    evidence = found.evidence
    lone = enough_at_home(evidence, found.company)
    if not (lone or alike_in_all(evidence)) or evidence.sex is _DIFFERENT:
        return weakness(evidence, None)
    # A given name one letter off may be a twin's, whatever else agrees.
    if not lone and evidence.given_name is not _SAME:
        return ReasonCode.NAME_NEAR
    # What has the first name alone, or another after it, may be a twin's of that name.
    if known.double_seen and not (evidence.further or evidence.common):
        return ReasonCode.TWIN_KNOWN
    if not evidence.further and (untied := _untied(known, held, found)):
        return untied
    if found.weights.bits < (TWIN_BITS if found.twin_seen else CERTAIN_BITS):
        return _outweighed(found)
    return None if _bears_out(held, known.stated) else ReasonCode.STATED_DIFFERS


def _untied(known: KnownOfChild, held: Details, found: Assessment) -> ReasonCode | None:
    """Why no home, carer, school, telephone or sex ties the record to what is known, if so.

    A namesake is of her sex too and lives elsewhere, or a street away (ADR 0097). So the sex is too
    little beside a home that nobody knows as hers (ADR 0060), and once homes count, it is beside
    none. Only while no number of hers is known, one on the record may still give a namesake away:
    where one of hers is known, a number of another scheme tells nothing (ADR 0036).
    """
    evidence = found.evidence
    if evidence.postcode is _SAME or found.tied_around:
        return None
    told_by_number = held.numbered and not known.all.numbered
    if evidence.postcode in _DIFFERING and not told_by_number:
        return ReasonCode.OTHER_HOME
    tells = told_by_number or known.all.postcodes is None or found.company.alone
    return None if evidence.sex is _SAME and tells else ReasonCode.NO_TIE


def _outweighed(found: Assessment) -> ReasonCode:
    """Who explains a record too well: a known twin, a stranger, or somebody of the house."""
    weights = found.weights
    if found.twin_seen and weights.twin >= weights.stranger:
        return ReasonCode.TWIN_KNOWN
    strangers = weights.stranger >= max(weights.twin, weights.sibling)
    return ReasonCode.COMMON_NAME if strangers else ReasonCode.NO_TIE


def _bears_out(held: Details, stated: Details) -> bool:
    """Whether something the caller stated fits the record, or all of it is beside the record.

    Beside it, as a birth date is where a record has only names: then these names are known from a
    record that the birth date did fit. Whoever stated nothing but a number has proved nothing.
    """
    if not (stated.families or stated.givens or stated.birth_dates or stated.estimates):
        return False
    if not stated.birth_dates.isdisjoint(held.birth_dates):
        return True
    evidence = weigh(stated, held)
    said = (evidence.name, evidence.birth_date)
    return any(verdict.fits for verdict in said) or all(verdict.silent for verdict in said)
