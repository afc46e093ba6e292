"""Whether the home that a caller told makes a likely record certain: scored, and sent to nobody.

Without a number the national register is certain only with a home, and the home counts only once
the child is cleared. So all that clears a child is done first as if she were the likely one, alike
whatever home was told. The home decides at the end, by a comparison and no call (ADR 0030).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.frozen import replace
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier, Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.questions.finder import Finder, FoundOnce
from gateway.questions.findings import Findings
from gateway.questions.numbers.owed import MOST_LIKELY, Heard
from gateway.questions.onward import Lesson, lessons
from gateway.questions.shield.namesakes import NamesakeSearch
from resolvers.child.child import Restriction
from resolvers.exchange import tied
from resolvers.matching.contest import contradict
from resolvers.matching.details import Details
from resolvers.matching.grade import Graded, MatchGrade
from resolvers.matching.reference import Reference, named_record

_NOBODY: Final = frozenset[Identifier]()

_ELSEWHERE: Final = frozenset({"postcode"})  # from homes on files; the told one is not compared


@dataclass(slots=True)
class ToldHome:
    """`stated` is what the caller told, the home with it."""

    stated: Reference
    once: FoundOnce
    search: NamesakeSearch
    _supposed: dict[frozenset[Identifier], Finder] = field(default_factory=dict)
    _told: dict[bool, Reference] = field(default_factory=dict)
    _latest: tuple[Mapping[str, SourceAnswer], tuple[Findings, ...]] | None = None
    _settled: bool = False

    @property
    def sources(self) -> Mapping[str, RegisteredSource]:
        """All in scope, by id."""
        return self.once.resolver.sources

    @property
    def _authorities(self) -> Iterable[str]:
        resolver = self.once.resolver
        return resolver.roles.authorities

    def supposed(self, found: Findings) -> tuple[Findings, ...]:
        """What would be found had the caller named a likely child's records, for each such child.

        Two where the register has a namesake of her name and birthday, whom a home tells apart;
        none where there is nobody, or more than can be asked about. The same whatever home was
        told, or none, until one has settled who she is. `found` is what the circle says.
        """
        if found.restriction is Restriction.RESTRICTED or self._settled:
            return ()
        latest = self._latest
        if latest is None or latest[0] is not found.answers:  # findings keep answers of their own
            latest = self._latest = found.answers, self._children(found.answers)
        return latest[1]

    def _children(self, answers: Mapping[str, SourceAnswer]) -> tuple[Findings, ...]:
        children = _likely(self._named(_NOBODY).of(answers), self._authorities)
        return tuple(self._in_full_asked(self._named(records).of(answers)) for records in children)

    def _in_full_asked(self, supposed: Findings) -> Findings:
        """The same, unknown while the set was not asked by a number on a file that a home may tie.

        Once a carer or a home ties a school's file, its pupil number is hers: to ask by it only
        then would depend on whether the guess was right (ADR 0093).
        """
        nobody = self.once.resolver.asks_nobody_by_each(supposed.answers)
        if nobody or supposed.restriction is not Restriction.NONE_KNOWN:
            return supposed
        heard = Heard(supposed.answers, self.sources, self.once.resolver.read)
        owed = heard.owed(supposed.reference, supposed.resolution, before_a_home=True)
        if not owed:
            return supposed
        return replace(supposed, owed=owed, restriction=Restriction.UNKNOWN)

    def _named(self, likely: frozenset[Identifier]) -> Finder:
        """Finds as if the caller had told of no place, and named these records."""
        if likely not in self._supposed:
            homeless = self.told(placed=False)
            named = replace(homeless, identifiers=homeless.identifiers | likely)
            self._supposed[likely] = Finder(named, self.once)
        return self._supposed[likely]

    def told(self, *, placed: bool) -> Reference:
        """What the caller told; `placed` says whether with all of places, or with nothing."""
        if placed not in self._told:
            told = self.stated.located() if placed else self.stated.unlocated()
            self._told[placed] = self.once.resolver.same(told)
        return self._told[placed]

    def lessons(self, found: Findings) -> Mapping[str, Lesson]:
        """What the shield set may be asked with, so that it has said all before a home counts."""
        for first in self.supposed(found):
            taught = lessons(first, self.sources)
            return {name: keys for name, keys in taught.items() if self.sources[name].in_shield_set}
        return {}

    def settled(self, found: Findings) -> frozenset[Identifier]:
        """The authorities' records that the told home makes certain, so that the child is cleared.

        None unless each source of the set answered in full, and nobody whom it found is restricted.
        """
        children = self.supposed(found) if self.stated.tells_of_place else ()
        if not children or not all(map(self._all_said, children)):
            return _NOBODY
        looked = self._children(self.search.with_looks(found.answers))
        if not looked or any(each.owed for each in looked):
            return _NOBODY
        told = self.told(placed=True)
        by_home = self.once.of(told, found.answers)
        if by_home.restriction is not Restriction.NONE_KNOWN:
            return _NOBODY
        certain = [
            (source, record)
            for source in self._authorities
            for record in by_home.resolution.certain(source)
        ]
        records = frozenset(
            named_record(source, record.record_id)
            for source, record in tied(told, certain, self.once.resolver.read)
            if record.record_id
        )
        self._settled = bool(records)
        return records

    def _all_said(self, supposed: Findings) -> bool:
        """Whether the set would clear the child, and holds nothing that it could still say."""
        if supposed.restriction is not Restriction.NONE_KNOWN or not self.search.over(supposed):
            return False
        members = [source for source in self.sources.values() if source.in_shield_set]
        return all(self._in_full(source, supposed) for source in members)

    def _in_full(self, source: RegisteredSource, supposed: Findings) -> bool:
        answered = supposed.answers[source.id]
        looked = self.search.with_looks(supposed.answers)[source.id]
        nobody = not any(record.restricted is True for record in looked.records)
        more = supposed.may_have_another(answered, source) or _could_be_asked(source, answered)
        return answered.whole and looked.whole and nobody and not more


def _could_be_asked(source: RegisteredSource, answered: SourceAnswer) -> bool:
    """Whether it found nobody, and could be asked by a number that nobody has told yet.

    An agency outside the circle may teach that number once the child is cleared. The child could
    then be found restricted, and the answer would say that the home was right.
    """
    if not answered.empty or answered.conclusive:
        return False
    cards = source.adapter.operations
    return any(card.name not in answered.tried and card.needs & CHILD_NUMBERS for card in cards)


def _likely(found: Findings, authorities: Iterable[str]) -> list[frozenset[Identifier]]:
    """The records of authorities that are probably hers, with nothing that differs, by child.

    And those that are certain by no number: name, date and sex may be a namesake's too. Where one
    source has several, each with what contradicts it in no number.
    """
    likely = {source: _likeliest(found.graded(source)) for source in authorities}
    crowded = max(likely, key=lambda source: len(likely[source]), default="")
    if not 0 < len(likely.get(crowded, ())) <= MOST_LIKELY:
        return []
    others = [(s, record) for s, records in likely.items() if s != crowded for record in records]
    children = [
        [(crowded, one), *(other for other in others if not _contradict(one, other[1]))]
        for one in likely[crowded]
    ]
    return [_named(each) for each in children] if _all_asked(children, others) else []


def _likeliest(every: Iterable[Graded]) -> list[Record]:
    """The likely records of one source; beside one of the very given name, none of a part of it.

    No home makes that one certain, as it is not the only one there: nobody has to be asked about a
    namesake who is called so in part (ADR 0085).
    """
    likely = [graded for graded in every if _is_likely(graded)]
    called_so = [graded for graded in likely if "given_name" in graded.grade.agreed]
    return [graded.record for graded in called_so or likely]


_Found = tuple[str, Record]  # an authority, and a record there


def _all_asked(children: Sequence[Sequence[_Found]], others: Sequence[_Found]) -> bool:
    """Whether the set can be asked about each child there, and each record is of one of them.

    Of several each needs a number. Else a home could clear a child whom nobody was asked about.
    """
    numbered = [any(record.identifiers for _, record in each) for each in children]
    held = {id(record) for each in children for _, record in each}
    placed = all(id(record) in held for _, record in others)
    return placed and (len(children) == 1 or all(numbered))


def _named(found: Iterable[_Found]) -> frozenset[Identifier]:
    return frozenset(named_record(source, record.record_id or "") for source, record in found)


def _contradict(one: Record, other: Record) -> bool:
    return contradict(Details.of_record("", one), Details.of_record("", other))


def _is_likely(graded: Graded) -> bool:
    grade = graded.grade
    probable = grade.grade is MatchGrade.PROBABLE and not grade.likely_other
    loose = grade.grade is MatchGrade.CERTAIN and not graded.tied
    fits = (probable or loose) and {*grade.differed} <= _ELSEWHERE
    record = graded.record
    return fits and record.restricted is False and bool(record.record_id)
