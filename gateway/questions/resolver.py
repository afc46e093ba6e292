"""Whose the records of one question are, worked out once for the same answers.

A question is found again at each arrival, for the circle, for everybody and for a likely child, and
grading everybody is not free.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Self

from adapters.contract.codes import Claim
from adapters.contract.record import Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from resolvers.matching.by_kind.by_kind import all_hers
from resolvers.matching.details import ReadOnce
from resolvers.matching.grade import Resolution
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference

_Key = tuple[int, frozenset[int]]  # a reference and answers, by their places in memory


@dataclass(frozen=True, slots=True)
class SourceRoles:
    """Which sources of a question have a say in what, by id, told apart once for its kind.

    `spine` are the identity sources, save those of sensitive services. `by_each` are asked by each
    number of hers. `repeating` may hold a child twice, and `populations` is how many they hold.
    """

    spine: frozenset[str]
    authorities: Mapping[str, RegisteredSource]
    shield_set: frozenset[str]
    sensitive: frozenset[str]
    by_each: frozenset[str]
    repeating: frozenset[str]
    populations: Mapping[str, int | None]

    @classmethod
    def of(cls, sources: Mapping[str, RegisteredSource]) -> Self:
        """The roles of these sources."""
        spine = {n for n, s in sources.items() if Claim.SPINE in s.claims and not s.sensitive}
        return cls(
            spine=frozenset(spine),
            authorities={n: s for n, s in sources.items() if Claim.SHIELD_AUTHORITY in s.claims},
            shield_set=frozenset(n for n, s in sources.items() if s.in_shield_set),
            sensitive=frozenset(n for n, s in sources.items() if s.sensitive),
            by_each=frozenset(n for n, s in sources.items() if s.by_each_number),
            repeating=frozenset(n for n, s in sources.items() if s.may_repeat),
            populations={n: s.population for n, s in sources.items()},
        )


@dataclass(slots=True)
class Resolver:
    """Resolves by what the operator believes of `sources`, which are all in scope, by id.

    It lives as long as one question. It keeps the answers beside what came of them, so that no
    other answer can take the place of one that is known. `read` gives the details of a record.
    References that say the same are one, so that a place in memory tells them apart. `told_apart`
    are the roles of the sources, where somebody knows them.
    """

    sources: Mapping[str, RegisteredSource]
    read: ReadOnce = field(default_factory=ReadOnce)
    told_apart: InitVar[SourceRoles | None] = None
    roles: SourceRoles = field(init=False)
    _same: dict[Reference, Reference] = field(default_factory=dict)
    _places: set[int] = field(default_factory=set)
    _kept: dict[_Key, tuple[tuple[SourceAnswer, ...], Resolution]] = field(default_factory=dict)
    _widened: dict[_Key, tuple[Sequence[SourceAnswer], Reference]] = field(default_factory=dict)

    def __post_init__(self, told_apart: SourceRoles | None) -> None:
        """Tell the sources apart."""
        self.roles = told_apart or SourceRoles.of(self.sources)

    def same(self, reference: Reference) -> Reference:
        """The one reference of this question that says this."""
        if id(reference) in self._places:
            return reference
        found = self._same.setdefault(reference, reference)
        self._places.add(id(found))
        return found

    def asks_nobody_by_each(self, answers: Collection[str]) -> bool:
        """Whether none of these is asked by each number of hers, so that no number is owed."""
        return self.roles.by_each.isdisjoint(answers)

    def of(self, reference: Reference, answers: Iterable[SourceAnswer]) -> Resolution:
        """Every record of these answers, graded against the reference."""
        every = tuple(answers)
        reference = self.same(reference)
        key = (id(reference), frozenset(map(id, every)))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = (every, self._resolved(reference, every))
        return kept[1]

    def certain(
        self, reference: Reference, answers: Iterable[SourceAnswer]
    ) -> list[tuple[str, Record]]:
        """The certain records of these answers, each with its source: how certain is not told."""
        every = tuple(answers)
        if self.read.by_kind:
            records = {answered.source: answered.records for answered in every}
            if all_hers(self.same(reference), records, self.roles.populations, self.read):
                return [(answered.source, r) for answered in every for r in answered.records]
        resolution = self.of(reference, every)
        return [(a.source, record) for a in every for record in resolution.certain(a.source)]

    def widened(
        self, stated: Reference, spine: Sequence[SourceAnswer], by: Callable[[], Reference]
    ) -> Reference:
        """What identity sources add to what was stated: worked out once, `by` what is given."""
        key = (id(self.same(stated)), frozenset(map(id, spine)))
        kept = self._widened.get(key)
        if kept is None:
            kept = self._widened[key] = (spine, self.same(by()))
        return kept[1]

    def _resolved(self, reference: Reference, every: tuple[SourceAnswer, ...]) -> Resolution:
        return resolve(
            reference,
            {answered.source: answered.records for answered in every},
            populations=self.roles.populations,
            duplicates=self.roles.repeating,
            cut=frozenset([answered.source for answered in every if not answered.whole]),
            by_number=frozenset(
                [answered.source for answered in every if answered.by_number_alone]
            ),
            read=self.read,
        )
