"""Whose the records of one question are, worked out once for the same answers.

A question is found again at each arrival, for the circle, for everybody and for a likely child, and
grading everybody is not free.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from resolvers.matching.details import ReadOnce
from resolvers.matching.grade import Resolution
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference

_Kept = tuple[tuple[SourceAnswer, ...], Resolution]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves by what the operator believes of `sources`, which are all in scope, by id.

    It lives as long as one question. It keeps the answers beside what came of them, so that no
    other answer can take the place of one that is known. `read` gives the details of a record.
    """

    sources: Mapping[str, RegisteredSource]
    read: ReadOnce = field(default_factory=ReadOnce)
    _kept: dict[tuple[Reference, frozenset[int]], _Kept] = field(default_factory=dict)

    def of(self, reference: Reference, answers: Iterable[SourceAnswer]) -> Resolution:
        """Every record of these answers, graded against the reference."""
        every = tuple(answers)
        key = (reference, frozenset(map(id, every)))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = (every, self._resolved(reference, every))
        return kept[1]

    def _resolved(self, reference: Reference, every: tuple[SourceAnswer, ...]) -> Resolution:
        records = {answered.source: answered.records for answered in every}
        return resolve(
            reference,
            records,
            populations={source: self.sources[source].population for source in records},
            duplicates=frozenset(s for s in records if self.sources[s].may_repeat),
            cut=frozenset(answered.source for answered in every if not answered.whole),
            read=self.read,
        )
