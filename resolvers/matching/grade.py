"""The words in which a match is said: FHIR's grades, and classes of detail, never a probability."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import Record
from resolvers.matching.reasons.codes import ReasonCode


class MatchGrade(StrEnum):
    """How sure it is that a record is the child's; only CERTAIN joins (FHIR match-grade)."""

    CERTAIN = "CERTAIN"
    PROBABLE = "PROBABLE"
    POSSIBLE = "POSSIBLE"
    CERTAINLY_NOT = "CERTAINLY_NOT"


class LikelyOther(StrEnum):
    """Whom a record more likely is, where it is not the child."""

    SIBLING = "SIBLING"
    TWIN = "TWIN"


# Reasons that speak of a detail; where it is not told, nothing ties the record, and no more.
_UNTOLD: Final = frozenset({("postcode", ReasonCode.OTHER_HOME)})
_NAMED: Final = frozenset({"birth_date", "family_name", "given_name"})


@plainly_made
@dataclass(frozen=True, slots=True)
class Grade:
    """A grade with the details that agreed, differed or were not held, by field name, sorted.

    `wanted` are those that the record holds and that would tell more if somebody knew them.
    `reason` is why; None where nothing may be told of it.
    """

    grade: MatchGrade
    agreed: tuple[str, ...] = ()
    differed: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    likely_other: LikelyOther | None = None
    wanted: tuple[str, ...] = ()
    reason: ReasonCode | None = None

    def without(self, detail: str) -> Self:
        """The same grade, with nothing said of one detail."""
        said = (self.agreed, self.differed, self.not_held, self.wanted)
        agreed, differed, not_held, wanted = (tuple(d for d in one if d != detail) for one in said)
        told = replace(self, agreed=agreed, differed=differed, not_held=not_held, wanted=wanted)
        hidden = self.reason is not None and (detail, self.reason) in _UNTOLD
        return replace(told, reason=ReasonCode.NO_TIE) if hidden else told


@plainly_made
@dataclass(frozen=True, slots=True)
class Graded:
    """A record with its grade.

    `settled`: certain by an identifier of the reference itself, so that no other agency's answer
    can change it. What rests on demographics, or on a number learned, is not. `tied`: a number that
    is known to be the child's stands on it, so that it does not rest on demographics alone.
    """

    record: Record
    grade: Grade
    settled: bool = False
    tied: bool = True


@plainly_made
@dataclass(frozen=True, slots=True)
class Resolution:
    """Every record of every source, by source id, graded; certainly-not ones are left out.

    A source's tuple is empty where it answered with nothing that may be the child.
    `disputed` names the schemes in which records joined by other means disagree, or another record
    of her name and birthday differs from them.
    `restricted`: the sources with a restricted record that by any reading may be the child's, be it
    one that numbers learned from others have ruled out since.
    """

    by_source: Mapping[str, tuple[Graded, ...]]
    disputed: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    # Asked some eighty times in one question; another resolution has one of its own.
    _certain: dict[str, tuple[Record, ...]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def settled(self) -> bool:
        """Whether no record's grade can change any more."""
        for every in self.by_source.values():
            for graded in every:
                if not graded.settled:
                    return False
        return True

    @property
    def loose(self) -> frozenset[str]:
        """The sources with a record that may well be the child's by demographics alone."""
        likely = (MatchGrade.CERTAIN, MatchGrade.PROBABLE)
        return frozenset(
            [
                source
                for source, every in self.by_source.items()
                for graded in every
                if not graded.tied and graded.grade.grade in likely
            ]
        )

    def likely(self, source: str) -> tuple[Record, ...]:
        """The records of one source that are certain, or that a home may yet make so.

        Those are probable, and nothing of them differs.
        """
        return tuple(
            graded.record
            for graded in self.by_source.get(source, ())
            if graded.grade.grade is MatchGrade.CERTAIN
            or (graded.grade.grade is MatchGrade.PROBABLE and not graded.grade.differed)
        )

    def tied_alone(self) -> Self:
        """The same without records that rest on demographics alone."""
        tied = {s: tuple(g for g in every if g.tied) for s, every in self.by_source.items()}
        return replace(self, by_source=tied)

    def loosened(self, *, but_at_home: bool = False) -> Self:
        """The same with records that rest on demographics alone probable at best.

        `but_at_home`: not those that have a home of hers.
        """
        return replace(
            self,
            by_source={
                source: tuple(
                    each if but_at_home and "postcode" in each.grade.agreed else _loose(each)
                    for each in every
                )
                for source, every in self.by_source.items()
            },
        )

    def quiet_of_places(self, unlocated: Self) -> Self:
        """The same, saying of places only where the record is named and born as the child is.

        Of others no place makes anything certain: it may be a twin's, restricted where nobody was
        asked about them, and whoever guesses would learn that the place is right. `unlocated` is
        what was found without places.
        """
        before = {id(g.record): g for every in unlocated.by_source.values() for g in every}
        return replace(
            self,
            by_source={
                source: tuple(
                    graded if _may_turn_on_places(graded) else before.get(id(graded.record), graded)
                    for graded in every
                )
                for source, every in self.by_source.items()
            },
        )

    def pending(self) -> Self:
        """The same with nobody certain, until the caller tells more."""
        return replace(
            self, by_source={s: tuple(map(_pending, every)) for s, every in self.by_source.items()}
        )

    def tied(self, source: str) -> tuple[Record, ...]:
        """The certain records of one source that a number ties to what was asked."""
        certain = self.certain(source)
        tied = [g.record for g in self.by_source.get(source, ()) if g.tied]
        return tuple(record for record in certain if record in tied)

    def restricted_at(self, source: str) -> bool:
        """Whether a record of one source that may be the child's is restricted."""
        if source in self.restricted:
            return True
        for graded in self.by_source.get(source, ()):
            excluded = graded.grade.grade is MatchGrade.CERTAINLY_NOT
            if graded.record.restricted is True and not excluded:
                return True
        return False

    def certain(self, source: str) -> tuple[Record, ...]:
        """The records of one source that are certainly the child's."""
        found = self._certain.get(source)
        if found is None:
            graded = self.by_source.get(source, ())
            certain = [g.record for g in graded if g.grade.grade is MatchGrade.CERTAIN]
            found = self._certain[source] = tuple(certain)
        return found


def _may_turn_on_places(graded: Graded) -> bool:
    grade = graded.grade
    return grade.grade is MatchGrade.CERTAIN or {*grade.agreed} >= _NAMED


def _pending(graded: Graded) -> Graded:
    if graded.grade.grade is not MatchGrade.CERTAIN:
        return replace(graded, settled=False)
    pending = replace(graded.grade, grade=MatchGrade.PROBABLE, reason=ReasonCode.NO_TIE)
    return replace(graded, grade=pending, settled=False)


def _loose(graded: Graded) -> Graded:
    if graded.tied or graded.grade.grade is not MatchGrade.CERTAIN:
        return graded
    loose = replace(graded.grade, grade=MatchGrade.PROBABLE, reason=ReasonCode.NO_TIE)
    return replace(graded, grade=loose)
