"""Which records are the child's: graded against the reference, and only certain ones join."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from types import MappingProxyType
from typing import Final, NamedTuple

from adapters.contract.frozen import replace
from adapters.contract.record import Record
from resolvers.matching.by_kind.by_kind import resolved_by_kind
from resolvers.matching.by_kind.crowd import persons_beyond, without_crowds
from resolvers.matching.contest import MOST_WAYS, any_apart, contradict, differ_as_people, repeats
from resolvers.matching.details import NUMBERS, Details, ReadOnce
from resolvers.matching.doubt import fitting_better, in_full, shown_in_doubt
from resolvers.matching.evidence import born_otherwise, weigh
from resolvers.matching.grade import Grade, Graded, MatchGrade, Resolution
from resolvers.matching.grading import (
    Assessment,
    KnownOfChild,
    credible,
    double_among,
    grade,
    of_member,
    twin_among,
)
from resolvers.matching.joining import RecordPlace, World, joining
from resolvers.matching.lessons import taught
from resolvers.matching.namesakes import alike_in_all
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reference import Reference
from resolvers.matching.shield_reach import reached

__all__ = ["grade", "resolve"]

_MOST_ROUNDS: Final = 16  # far more than children's files take, each teaching the next
_NO_POPULATIONS: Final[Mapping[str, int | None]] = MappingProxyType({})


class _Round(NamedTuple):
    """Every record, graded against what is known."""

    known: KnownOfChild
    assessed: Mapping[RecordPlace, Assessment]


@dataclass(frozen=True, slots=True)
class _Settled:
    """What stands when the members have nothing more to teach."""

    assessed: Mapping[RecordPlace, Assessment]
    members: frozenset[RecordPlace]
    disputed: frozenset[str]
    stopped: Mapping[RecordPlace, ReasonCode]
    tied: frozenset[RecordPlace] = frozenset()


def resolve(  # noqa: PLR0913  one fact about the sources each
    reference: Reference,
    records_by_source: Mapping[str, tuple[Record, ...]],
    *,
    populations: Mapping[str, int | None] = _NO_POPULATIONS,
    duplicates: Collection[str] = frozenset(),
    cut: Collection[str] = frozenset(),
    by_number: Collection[str] = frozenset(),
    read: ReadOnce | None = None,
) -> Resolution:
    """Grade every record; those that are certain join, and teach what they know, round by round.

    All of a round see the same, so that no order matters. `populations`: how many children a
    source holds, where it says so. `duplicates`: the sources that may hold one child twice; of any
    other, two that are certain and share no number are both only probable. `cut`: the sources that
    may hold more than came: of those only a number makes a record certain, since a namesake may be
    among what did not come. `by_number`: those that were searched by no name, so that they say
    nothing of whom else they hold. `read` spares reading records again that are resolved again, and
    weighing each of those that say the same (ADR 0067). Of a source that says too many names to be
    compared no record joins.
    """
    if read is not None and read.by_kind:
        by_kind = resolved_by_kind(reference, records_by_source, populations, read)
        if by_kind is not None:
            return by_kind
    details = Details.of_record if read is None else read
    held, crowd = _read(records_by_source, details, duplicates)
    known = KnownOfChild.of(reference, read)
    trusted = {key: credible(reference, known, each) for key, each in held.items()}
    numbered = bool(known.all.nhs_numbers or known.all.upns or known.all.records)
    elsewhen = {key for key, each in trusted.items() if born_otherwise(known.all, each)}
    world = World(
        numbered, trusted, populations, duplicates, cut, elsewhen, crowd, frozenset(by_number)
    )
    known, first = _first_round(known, world)
    settled = _settled(known, world, first)
    return Resolution(
        by_source={
            source: tuple(_shown(source, records, settled, trusted, known))
            for source, records in records_by_source.items()
        },
        disputed=settled.disputed,
        restricted=_restricting(known, records_by_source, held),
    )


def _read(
    records_by_source: Mapping[str, tuple[Record, ...]],
    details: Callable[[str, Record], Details],
    duplicates: Collection[str],
) -> tuple[dict[RecordPlace, Details], frozenset[RecordPlace]]:
    """What every record holds, and which of them are of a crowd."""
    held = {
        (source, place): details(source, record)
        for source, records in records_by_source.items()
        for place, record in enumerate(records)
    }
    return without_crowds(held, duplicates)


def _first_round(known: KnownOfChild, world: World) -> tuple[KnownOfChild, _Round]:
    """The first round, by whoever is known to be nearly the same: a twin, or a child held twice."""
    first = _Round(known, world.assessed(known))
    if twin_among(first.assessed.values()):
        known = replace(known, twin_seen=True)
    if double_among(known, (each for key, each in world.held.items() if key not in world.crowd)):
        known = replace(known, double_seen=True)
        first = _Round(known, world.assessed(known))
    return known, first


def _restricting(
    known: KnownOfChild,
    records: Mapping[str, tuple[Record, ...]],
    held: Mapping[RecordPlace, Details],
) -> frozenset[str]:
    restricted = {key for key in held if records[key[0]][key[1]].restricted is True}
    if not restricted:
        return frozenset()
    hers = reached(known.all, held) | shown_in_doubt(known.stated, held)
    return frozenset(source for source, _ in restricted & hers)


def _contested(assessed: Mapping[RecordPlace, Assessment], world: World) -> frozenset[str]:
    """The schemes in which records like hers in name and birthday bear different numbers.

    One of them may be a namesake's, or a clerk's slip: nobody learns a number of such a scheme.
    """
    alike = [world.held[key] for key, found in assessed.items() if alike_in_all(found.evidence)]
    return frozenset(n for n in NUMBERS if any_apart(held.numbers(n) for held in alike))


def _tied(
    known: KnownOfChild, members: frozenset[RecordPlace], held: Mapping[RecordPlace, Details]
) -> frozenset[RecordPlace]:
    """The records that a number ties to the reference, be it by way of members tied to it."""
    numbers, found = known.all, frozenset[RecordPlace]()
    while True:
        wider = frozenset(key for key, each in held.items() if _shares(each, numbers))
        if wider == found:
            return found
        found = wider
        hers = [held[key] for key in found & members]
        numbers = replace(
            known.all,
            nhs_numbers=known.all.nhs_numbers.union(*(each.nhs_numbers for each in hers)),
            upns=known.all.upns.union(*(each.upns for each in hers)),
        )


def _shares(held: Details, known: Details) -> bool:
    return held.shares_number(known) or not known.records.isdisjoint(held.records)


def _undoubted(
    known: KnownOfChild,
    world: World,
    first: _Round,
    contested: frozenset[str],
    doubted: frozenset[RecordPlace],
) -> _Settled:
    """What stands without those that join while another member denies them.

    `doubted` from the start is everybody where the number may be another child's, else a crowd.
    """
    stopped = dict.fromkeys(doubted, ReasonCode.NUMBER_IN_DOUBT)
    stopped |= dict.fromkeys(world.crowd, ReasonCode.RECORDS_DISAGREE)
    for left in reversed(range(_MOST_ROUNDS)):
        settled = _settle(known, world, doubted, first, contested)
        clashing = _clashing(settled.members, world, known.all)
        if not clashing:
            break
        # Who comes in the place of others again and again is no child's files.
        clashing = clashing if left > 1 else frozenset(world.held)
        doubted |= clashing
        stopped |= dict.fromkeys(clashing - stopped.keys(), ReasonCode.RECORDS_DISAGREE)
    return replace(settled, stopped={**settled.stopped, **stopped})


def _settled(known: KnownOfChild, world: World, first: _Round) -> _Settled:
    """What stands in the end: who joined, who is shown in doubt, and whom a number ties."""
    contested = _contested(first.assessed, world)
    evidence = {key: found.evidence for key, found in first.assessed.items()}
    better = fitting_better(known.stated, world.held, evidence)
    doubted = frozenset(world.held) if better else world.crowd
    settled = _in_conflict(_undoubted(known, world, first, contested, doubted), better)
    return replace(settled, tied=_tied(known, settled.members, world.held))


def _in_conflict(settled: _Settled, better: frozenset[RecordPlace]) -> _Settled:
    """The same with every record shown that fits better than those with the number asked for."""
    shown = {key: settled.assessed[key].in_conflict() for key in better}
    return replace(settled, assessed={**settled.assessed, **shown}) if shown else settled


def _settle(
    asked: KnownOfChild,
    world: World,
    doubted: frozenset[RecordPlace],
    latest: _Round,
    contested: frozenset[str],
) -> _Settled:
    """Rounds until nobody joins: by identifiers as long as any does, then by demographics.

    Members that teach nothing new leave every grade as it was in the `latest` round. Those that
    join with a slip in the birth date speak for a namesake still, born where the others say.
    A record that could only join after many others is left out: each round grades everybody.
    """
    members: frozenset[RecordPlace] = frozenset()
    by_details: frozenset[RecordPlace] = frozenset()
    for left in reversed(range(_MOST_ROUNDS)):
        known, disputed = taught(asked, [world.held[key] for key in members], contested)
        if known != latest.known:
            latest = _Round(known, world.assessed(known))
        newly, stopped = joining(latest.assessed, members, by_details, doubted | members, world)
        if not newly or not left:
            break
        members |= newly
        by_details |= {key for key in newly if not latest.assessed[key].evidence.shared}
    return _Settled(latest.assessed, members, disputed, stopped)


def _clashing(
    members: Iterable[RecordPlace], world: World, child: Details
) -> frozenset[RecordPlace]:
    """Members that cannot both be the child's, though each by itself could.

    Of one source, those that are not plainly one child's twice. Of two sources, those whose name
    or birth date contradict each other: one number then stands on two people, and nobody who
    asked, nor an identity source, has said which of them is meant. `child` is what these said of
    her: two files that each have a part of one name of hers, or of her two surnames, are hers.
    """
    by_source: defaultdict[str, list[RecordPlace]] = defaultdict(list)
    by_person: defaultdict[Details, list[RecordPlace]] = defaultdict(list)
    for key in members:
        by_source[key[0]].append(key)
        by_person[world.held[key].as_person].append(key)
    clashing = {key for keys in by_source.values() for key in _several(keys, world)}
    rare = persons_beyond(by_person)
    clashing |= {key for person in rare for key in by_person[person]}
    # Hundreds of agencies hold a child by a few spellings: these are compared, not the records.
    for one, other in combinations_with_replacement(by_person.keys() - rare, 2):
        mine, theirs = by_person[one], by_person[other]
        if clashing.issuperset(mine) and clashing.issuperset(theirs):
            continue
        if differ_as_people(one, other):
            elsewhere = product(mine, theirs)
            clashing |= {
                key for pair in elsewhere if _disagree(*pair, world, child) for key in pair
            }
    return frozenset(clashing)


def _several(keys: list[RecordPlace], world: World) -> set[RecordPlace]:
    """Those of one source's members that are not plainly one child's twice.

    A source may hold hundreds of one child that say the same: each way of saying it is compared
    with each, and records only where two ways speak against each other.
    """
    ways: defaultdict[Details, list[RecordPlace]] = defaultdict(list)
    for key in keys if len(keys) > 1 else ():
        ways[world.held[key].as_compared].append(key)
    if len(ways) > MOST_WAYS:
        return set(keys)
    several: set[RecordPlace] = set()
    for one, other in combinations_with_replacement(ways, 2):
        mine, theirs = ways[one], ways[other]
        if several.issuperset(mine) and several.issuperset(theirs):
            continue
        if not _repeated(one, other, declared=keys[0][0] in world.duplicates):
            pairs = combinations(mine, 2) if mine is theirs else product(mine, theirs)
            several |= {key for pair in pairs if not _one_child(*pair, world) for key in pair}
    return several


def _disagree(one: RecordPlace, other: RecordPlace, world: World, child: Details) -> bool:
    """Whether two of different sources differ as people, their numbers considered too."""
    return one[0] != other[0] and differ_as_people(world.held[one], world.held[other], child)


def _one_child(one: RecordPlace, other: RecordPlace, world: World) -> bool:
    first, second = world.held[one], world.held[other]
    same_record = not first.records.isdisjoint(second.records) or first == second
    return same_record or _repeated(first, second, declared=one[0] in world.duplicates)


def _repeated(first: Details, second: Details, *, declared: bool) -> bool:
    """Whether they say the same child twice: under one number, or where that is `declared`."""
    shared = first.shares_number(second) and not contradict(first, second)
    return (shared or declared) and repeats(first, second)


def _shown(
    source: str,
    records: tuple[Record, ...],
    settled: _Settled,
    held: Mapping[RecordPlace, Details],
    known: KnownOfChild,
) -> Iterable[Graded]:
    confirmed = _confirmed(settled.members, held, known)
    for place, record in enumerate(records):
        key = (source, place)
        found = settled.assessed[key]
        if found.grade is MatchGrade.CERTAINLY_NOT and key not in settled.members:
            continue
        is_member = key in settled.members
        asked = known.all
        by_reference = held[key].shares_number(asked) or not asked.records.isdisjoint(
            held[key].records
        )
        yield Graded(
            record,
            _said(found.said(known.all, held[key]), settled, key),
            settled=is_member and by_reference and not found.nameless and confirmed,
            tied=key in settled.tied,
        )


def _said(said: Grade, settled: _Settled, key: RecordPlace) -> Grade:
    """A record's own grade as it is beside all others, with what stopped it, if anything did."""
    if key in settled.members:
        return of_member(said)
    if said.grade is MatchGrade.CERTAIN:
        stopped = settled.stopped.get(key, ReasonCode.DOUBLED_HERE)
        return replace(said, grade=MatchGrade.PROBABLE, reason=stopped)
    return said


def _confirmed(
    members: frozenset[RecordPlace], held: Mapping[RecordPlace, Details], known: KnownOfChild
) -> bool:
    """Whether no later record can put the number asked for in doubt, as none can fit better."""
    stated = known.stated
    if not (stated.givens and stated.birth_dates):
        return True
    hers = (held[key] for key in members if held[key].shares_number(known.all))
    named = any(not known.all.records.isdisjoint(held[key].records) for key in members)
    return named or any(in_full(weigh(stated, each)) for each in hers)
