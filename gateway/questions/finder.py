"""Finds for one question: once for the same answers, however many ask; grading is not free."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.frozen import replace
from adapters.contract.record import Identifier
from gateway.fanout.source_answer import SourceAnswer
from gateway.questions.findings import Findings, find
from gateway.questions.resolver import Resolver
from resolvers.exchange import all_numbered, untied
from resolvers.matching.reference import Reference

_KEPT: Final = 8  # findings of one question


class FoundOnce:
    """Finds once for the same answers and what was stated, however many ask in one question.

    It keeps the latest findings, and with them what was stated and the answers that they are of: so
    none gives its place to another.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._kept: dict[tuple[int, frozenset[int]], tuple[Reference, Findings]] = {}

    def of(self, stated: Reference, answers: Mapping[str, SourceAnswer]) -> Findings:
        """The findings of these answers; all sources in scope count, answered or not."""
        key = (id(stated), frozenset(map(id, answers.values())))
        kept = self._kept.get(key)
        if kept is None:
            kept = stated, find(stated, dict(answers), self.resolver)
            if len(self._kept) == _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = kept
        return kept[1]


@dataclass(slots=True)
class Finder:
    """Finds by what was `stated`, and by what it takes for hers besides."""

    stated: Reference
    once: FoundOnce
    _asked: Reference | None = None

    def __post_init__(self) -> None:
        """Take what was stated as all say it who say the same."""
        self.stated = self.once.resolver.same(self.stated)

    def settle(self, records: frozenset[Identifier]) -> None:
        """Take these records as hers from now on, as if the caller had named them."""
        self._asked = self._asked or self.stated
        named = replace(self.stated, identifiers=self.stated.identifiers | records)
        self.stated = self.once.resolver.same(named)

    def of(self, answers: Mapping[str, SourceAnswer]) -> Findings:
        """The findings of these answers."""
        return self.once.of(self.stated, answers)

    def as_asked(self, answers: Mapping[str, SourceAnswer]) -> Findings:
        """The same as if no record had been settled on: from what the caller told alone."""
        return self.once.of(self._asked or self.stated, answers)

    def asks_nobody_by_each(self, answers: Collection[str]) -> bool:
        """Whether none of these sources is asked by each number of hers."""
        return self.once.resolver.asks_nobody_by_each(answers)

    def all_numbered(self, found: Findings) -> bool:
        """Whether all that is certain has a number that was told."""
        return all_numbered(self.stated, found.certain, self.once.resolver.read)

    def untied(self, told: Reference, found: Findings) -> bool:
        """Whether nothing but name, date and sex ties what is certain to what was told."""
        return untied(told, found.certain, self.once.resolver.read)
