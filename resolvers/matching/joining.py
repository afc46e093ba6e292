"""Who joins in a round: whom a number makes the child's, else whom name, day and home do."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from adapters.contract.record import Identifier
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import NamePart, compare_givens, part_of, short_of
from resolvers.matching.contest import among_them_two, contradict, winners
from resolvers.matching.details import Details
from resolvers.matching.evidence import BORN_OTHERWISE, Evidence, bears_number
from resolvers.matching.grade import LikelyOther, MatchGrade
from resolvers.matching.grading import (
    Assessment,
    KnownOfChild,
    assess,
)
from resolvers.matching.hypotheses import NO_COMPANY, Company, holds_all
from resolvers.matching.namesakes import alike_in_all, near_in_all
from resolvers.matching.reasons.codes import ReasonCode

RecordPlace = tuple[str, int]  # a source, and a record's place in its answer
_EXCLUDED: Final = Assessment(
    MatchGrade.CERTAINLY_NOT, BORN_OTHERWISE, population=None, twin_seen=False
)
_SAME: Final = Agreement.SAME
_DIFFERENT: Final = Agreement.DIFFERENT
_FURTHER: Final = NamePart.FURTHER
_HALF: Final = NamePart.HALF
Stopped = dict[RecordPlace, ReasonCode]  # who could join and does not, and why


class _Beside(NamedTuple):
    """The records of one source that may be hers: of any given name that fits, and of twins."""

    others: list[Details]
    twins: list[Details]


@dataclass(frozen=True, slots=True)
class World:
    """Every record's details, by source and place, and what their sources declare.

    `numbered`: the question names an identifier. Until a record bears it, it may be another's.
    `cut`: the sources that may hold more than came. `elsewhen`: the records born on another day.
    `crowd`: the records of sources that say more names than can be compared; none of them joins.
    `by_number`: the sources that were searched by no name, and may hold her namesake or twin.
    """

    numbered: bool
    held: Mapping[RecordPlace, Details]
    populations: Mapping[str, int | None]
    duplicates: Collection[str]
    cut: Collection[str]
    elsewhen: Collection[RecordPlace]
    crowd: frozenset[RecordPlace] = frozenset()
    by_number: frozenset[str] = frozenset()

    def assessed(self, known: KnownOfChild) -> dict[RecordPlace, Assessment]:
        """Every record against what is known; of whom the birth date excludes, no more is asked.

        What is too little by itself is looked at again beside what its own source holds.
        """
        found = {
            key: _EXCLUDED
            if key in self.elsewhen and not bears_number(known.all, details)
            else assess(known, details, self.populations.get(key[0]))
            for key, details in self.held.items()
        }
        stopped = [key for key, each in found.items() if each.stopped]
        beside = self._beside(found) if stopped else {}
        companies = {key: self._company(key, found, beside[key[0]]) for key in stopped}
        return found | {
            key: assess(known, self.held[key], self.populations.get(key[0]), company)
            for key, company in companies.items()
            if company != NO_COMPANY
        }

    def _beside(self, found: Mapping[RecordPlace, Assessment]) -> dict[str, _Beside]:
        """The records of each source that may be hers, and which of them are likelier a twin's.

        Told apart once: a source may hold hundreds of her name, and each is held against all.
        """
        beside: dict[str, _Beside] = {}
        for key, each in found.items():
            if each.grade is not MatchGrade.CERTAINLY_NOT:
                own = beside.setdefault(key[0], _Beside([], []))
                if each.evidence.given is not _DIFFERENT:
                    own.others.append(self.held[key])
                if each.likely_other is LikelyOther.TWIN:
                    own.twins.append(self.held[key])
        return beside

    def _company(
        self, key: RecordPlace, found: Mapping[RecordPlace, Assessment], beside: _Beside
    ) -> Company:
        """What the record's own source holds beside it; nothing of one that may hold more."""
        source, hers = key[0], self.held[key]
        if source in self.by_number or source in self.cut:
            return NO_COMPANY
        alone = not any(_is_another(each, hers) for each in beside.others)
        return Company(
            alone=alone and found[key].tells_alone(hers, self.populations.get(source)),
            twin_apart=source not in self.duplicates
            and any(_is_another(each, hers) for each in beside.twins),
            seconded=found[key].evidence.part is _HALF and self._seconded(key, found),
            half_of_hers=alone
            and found[key].evidence.part > _FURTHER
            and self._half_of_hers(key, found),
        )

    def _half_of_hers(self, key: RecordPlace, found: Mapping[RecordPlace, Assessment]) -> bool:
        """Whether it is half of her name as a file of all children has it for certain.

        A twin of that half would have to be missing there. So the half has the name that the child
        is called by: no search by that brings a brother who is called by the further one. Where
        brothers and sisters share it, a second agency that was searched by name has to have her
        whole name at the very home too, and to bring no twin. Whoever else of the surname and
        birthday turned up, half of the name is not of theirs (ADR 0085).
        """
        born_so = {other: found[other] for other in found if _born_so(found[other].evidence)}
        whole = [k for k, each in born_so.items() if each.evidence.given_name is _SAME]
        others = [k for k, e in born_so.items() if k not in whole and e.evidence.part <= _FURTHER]
        mine = self.held[key]
        if any(compare_givens(mine.givens, self.held[other].givens).fits for other in others):
            return False
        silent = {key[0], *self.cut, *self.duplicates, *self.by_number}
        own = found[key].evidence.part is NamePart.OWN
        seconds = {k[0] for k in whole if born_so[k].evidence.postcode is _SAME} - silent
        contradicted = any(contradict(mine, self.held[k]) for k in whole)
        return not contradicted and any(
            part_of(mine.givens, self.held[k].givens) > _FURTHER
            if own
            else short_of(mine.givens, self.held[k].givens) > _FURTHER
            and k[0] not in silent
            and bool(seconds - {k[0]})
            for k in whole
            if holds_all(self.populations.get(k[0])) and found[k].grade is MatchGrade.CERTAIN
        )

    def _seconded(self, key: RecordPlace, found: Mapping[RecordPlace, Assessment]) -> bool:
        """Whether another source has one file of the child by her whole name, at the very home.

        And nobody else of the surname and birthday: a twin of the same first name would have to be
        missing there, and the child here. Nobody held nowhere has such a file (ADR 0071).
        """
        born_so = [other for other, each in found.items() if _born_so(each.evidence)]
        untold = {key[0], *self.cut, *self.duplicates, *self.by_number}
        files = Counter(source for source, _ in born_so)
        lone = (each for each in born_so if files[each[0]] == 1)
        return any(
            each[0] not in untold and self._whole_name(key, each, found[each].evidence)
            for each in lone
        )

    def _whole_name(self, key: RecordPlace, second: RecordPlace, evidence: Evidence) -> bool:
        """Whether a second record has the told name, at the very home, of which the first has half.

        No part of it: half of a name beside half of it is no more than half.
        """
        here = evidence.postcode is _SAME and evidence.sex is not _DIFFERENT
        mine, other = self.held[key], self.held[second]
        if not here or evidence.given_name is not _SAME or contradict(mine, other):
            return False
        return short_of(mine.givens, other.givens) is _HALF


def _born_so(evidence: Evidence) -> bool:
    return evidence.family.strong and evidence.birth_date is _SAME


def _is_another(held: Details, hers: Details) -> bool:
    """Whether it is neither this record over again nor one that shares a number with it."""
    return not held.shares_number(hers) and held != hers


def joining(
    assessed: Mapping[RecordPlace, Assessment],
    members: frozenset[RecordPlace],
    by_details: frozenset[RecordPlace],
    barred: frozenset[RecordPlace],
    world: World,
) -> tuple[frozenset[RecordPlace], Stopped]:
    """Those that join now: by number, or, once nobody does, by details; none that is barred.

    `by_details` are the members that no number made the child's. With them, who is certain by
    itself and what stops it.
    """
    stopped = dict.fromkeys(_either_twins(assessed), ReasonCode.NAME_SILENT)
    certain = {
        key: found
        for key, found in assessed.items()
        if found.grade is MatchGrade.CERTAIN and key not in barred and key not in stopped
    }
    by_number = frozenset(key for key, found in certain.items() if found.evidence.shared)
    if by_number or not certain:
        return by_number, stopped
    stopped |= _denied(certain, assessed, members - by_details, world, numbered=not members)
    rivals = {
        key: found.weights.bits
        for key, found in assessed.items()
        if key not in members and found.grade is not MatchGrade.CERTAINLY_NOT
    }
    standing = certain.keys() - stopped.keys()
    at_home = frozenset(k for k in standing if assessed[k].evidence.postcode is _SAME)
    apart = {key for key in rivals if _elsewhere(key, assessed[key].evidence, at_home, world)}
    near = {key: bits for key, bits in rivals.items() if key not in apart}
    won = winners(standing - at_home, members, rivals, world.held, world.duplicates)
    won |= winners(at_home, members, near, world.held, world.duplicates)
    return won, stopped | dict.fromkeys(standing - won, ReasonCode.DOUBLED_HERE)


def _elsewhere(
    key: RecordPlace, evidence: Evidence, at_home: Iterable[RecordPlace], world: World
) -> bool:
    """Whether it is of a namesake who has another home and another number than who is at home.

    Such a one is no rival (ADR 0037): a score would make one of her, of a rare name above all.
    """
    if not alike_in_all(evidence) or evidence.postcode is not _DIFFERENT:
        return False
    beside = (world.held[other] for other in at_home if other[0] == key[0])
    return all(contradict(world.held[key], each) for each in beside)


def _denied(
    certain: Mapping[RecordPlace, Assessment],
    assessed: Mapping[RecordPlace, Assessment],
    by_number: frozenset[RecordPlace],
    world: World,
    *,
    numbered: bool,
) -> Stopped:
    """Those that some record elsewhere speaks against; `by_number` are members by a number.

    A record of her name and birthday at a home that nobody knows as hers may be a namesake's: then
    the sex alone ties none (ADR 0060).
    `numbered`: nobody has joined yet, so that a number in the question is nobody's yet.
    """
    alike = {key: found for key, found in assessed.items() if alike_in_all(found.evidence)}
    if doubling := _doubling(certain, alike, world):
        return doubling
    conflicting = _under_anothers_number(certain, assessed, world)
    denied = dict.fromkeys(conflicting, ReasonCode.NUMBER_ON_ANOTHER)
    denied |= {key: ReasonCode.CUT_SHORT for key in certain if key[0] in world.cut}
    weak = [key for key, found in certain.items() if not found.well_supported]
    if world.numbered and numbered:
        denied |= dict.fromkeys(weak, ReasonCode.NUMBER_NOT_BORNE)
    if _namesake_near([found for key, found in assessed.items() if key not in by_number]):
        denied |= dict.fromkeys(weak, ReasonCode.NAMESAKE_NEAR)
    if any(found.stopped is ReasonCode.OTHER_HOME for found in assessed.values()):
        denied |= dict.fromkeys(weak, ReasonCode.NO_TIE)
    return denied


def _doubling(
    certain: Mapping[RecordPlace, Assessment],
    alike: Mapping[RecordPlace, Assessment],
    world: World,
) -> Stopped:
    """Those whom a child of her name and birthday denies: none may be certain by that alone.

    But who has her very home is told apart from a namesake whose every file has another one.
    """
    doubled = _kept_apart(alike, world)
    if not doubled and not _namesake_among(alike, world):
        return {}
    at_home = {key for key, found in certain.items() if found.evidence.postcode is _SAME}
    near = {key: found for key, found in alike.items() if found.evidence.postcode is not _DIFFERENT}
    told_apart = not _kept_apart(near, world) and not _namesake_among(near, world)
    return {
        key: ReasonCode.DOUBLED_HERE if key[0] in doubled else ReasonCode.NAMESAKE
        for key in certain
        if not (told_apart and key in at_home)
    }


def _either_twins(assessed: Mapping[RecordPlace, Assessment]) -> frozenset[RecordPlace]:
    """Records without a given name, under a number that stands on somebody else's file too.

    They are hers or that other child's, who may well be her twin.
    """
    shared = {key: found for key, found in assessed.items() if found.evidence.shared}
    if not any(found.evidence.contradicted for found in shared.values()):
        return frozenset()
    return frozenset(key for key, found in shared.items() if found.nameless)


def _under_anothers_number(
    certain: Collection[RecordPlace], assessed: Mapping[RecordPlace, Assessment], world: World
) -> frozenset[RecordPlace]:
    """Those whose number stands on files of somebody evidently else, and on no more of hers.

    On more of hers, a clerk has put it on the other's file.
    """
    bearing = _bearing_numbers_of(certain, assessed, world)
    strange = _sources_by_number(bearing, world, lambda found: found.contradicted)
    fitting = _sources_by_number(bearing, world, alike_in_all)
    against = {key: _sources_of(key, strange, world) for key in certain} if strange else {}
    return frozenset(
        key
        for key, others in against.items()
        if others and len(_sources_of(key, fitting, world)) <= len(others)
    )


def _bearing_numbers_of(
    certain: Collection[RecordPlace], assessed: Mapping[RecordPlace, Assessment], world: World
) -> Mapping[RecordPlace, Assessment]:
    """The records that share a number with one of these: few, of all that agencies bring."""
    hers = [world.held[key] for key in certain]
    nhs_numbers = frozenset[str]().union(*(each.nhs_numbers for each in hers))
    upns = frozenset[str]().union(*(each.upns for each in hers))

    def bears(held: Details) -> bool:
        return not (nhs_numbers.isdisjoint(held.nhs_numbers) and upns.isdisjoint(held.upns))

    return {key: found for key, found in assessed.items() if bears(world.held[key])}


_SourcesByNumber = Mapping[Identifier, set[str]]


def _sources_by_number(
    assessed: Mapping[RecordPlace, Assessment], world: World, is_one: Callable[[Evidence], bool]
) -> _SourcesByNumber:
    """Which sources have each number on a file of which this is so."""
    sources: defaultdict[Identifier, set[str]] = defaultdict(set)
    for key, found in assessed.items():
        if is_one(found.evidence):
            for number in world.held[key].identifiers:
                sources[number].add(key[0])
    return sources


def _sources_of(key: RecordPlace, by_number: _SourcesByNumber, world: World) -> set[str]:
    numbers = world.held[key].identifiers & by_number.keys()
    return set[str]().union(*(by_number[number] for number in numbers))


def _namesake_among(alike: Mapping[RecordPlace, Assessment], world: World) -> bool:
    """Whether another child of her name was born on her day, as somebody's numbers say.

    Then name and birth date tell nobody apart, not even where a record bears no number.
    """
    differ = any(found.evidence.numbers_differ for found in alike.values())
    return differ or among_them_two([world.held[key] for key in alike])


def _kept_apart(alike: Collection[RecordPlace], world: World) -> set[str]:
    """The agencies that hold nobody twice, and have two files of her name and birth date."""
    files: defaultdict[str, set[Details]] = defaultdict(set)
    for key in alike:
        if key[0] not in world.duplicates:
            files[key[0]].add(world.held[key])
    return {source for source, held in files.items() if _two_files(held)}


def _two_files(held: Collection[Details]) -> bool:
    """Whether two of these are under no number that both have."""
    nhs_numbers, upns = [each.nhs_numbers for each in held], [each.upns for each in held]
    if any(frozenset.intersection(*said) for said in (nhs_numbers, upns)):
        return False
    return any(not one.shares_number(other) for one, other in combinations(held, 2))


def _namesake_near(unnumbered: Iterable[Assessment]) -> bool:
    """Whether a record of her name, which no number made hers, is a slip from her birth date.

    It may be hers, badly written; or another's, of whom a clerk's slip elsewhere makes her.
    """
    return any(near_in_all(found.evidence) for found in unnumbered)
