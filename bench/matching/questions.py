"""Questions to the made-up district, and what became of every record that came back."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from time import process_time
from typing import Final

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Record
from bench.matching.noise import Noise, Said, written
from bench.matching.world import Child, World, as_record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference

_WRONG_NUMBER: Final = 0.002  # callers who read out a brother's or sister's number
_NO_MIDDLE: Final = 0.5
_KNOWS_UPN: Final = 0.2


@dataclass(slots=True)
class Totals:
    """Records of the child asked for and of others, by how they were graded.

    `numbered`: the callers give an identifier too.
    """

    numbered: bool
    questions: int = 0
    nowhere: int = 0
    own: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    by_origin: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    milliseconds: list[float] = field(default_factory=list)

    def recall(self, *grades: MatchGrade, origin: str | None = None) -> float:
        """The share of the children's own records, of those that came back, with these grades."""
        counts = self.own if origin is None else self.by_origin[origin]
        return sum(counts[g] for g in grades) / max(1, sum(counts.values()))

    @property
    def false_certain(self) -> int:
        """Records of another child that were graded certain."""
        return self.others[MatchGrade.CERTAIN]


def ask(world: World, noise: Noise, totals: Totals, count: int, chance: Random) -> None:
    """Ask `count` questions about children sampled at random, held or not, and count the grades."""
    while count:
        child = chance.choice(world.children)
        known = _known(child, world, noise, chance, numbered=totals.numbered)
        if known is None:
            continue  # the gateway would ask the caller for more
        count -= 1
        totals.questions += 1
        totals.nowhere += child.nowhere
        _count(child, known, world, totals)


def _known(
    child: Child, world: World, noise: Noise, chance: Random, *, numbered: bool
) -> tuple[Reference, Record] | None:
    said = written(child.said, noise, child.old_postcode, chance)
    if chance.random() < _NO_MIDDLE:
        said = Said(said.given, "", said.family, said.born, said.sex, said.postcode)
    whose = child
    if chance.random() < _WRONG_NUMBER:
        whose = chance.choice(world.households[child.household])
    numbers = _numbers(whose, chance) if numbered else ()
    if not (numbers or (said.given and said.family and said.born)):
        return None
    record = as_record(said, numbers, None)
    reference = Reference(
        identifiers=frozenset(numbers),
        stated_names=record.names,
        stated_birth_date=PartialDate.parse(said.born) if said.born else None,
        sex=record.sex,
        postcodes=frozenset({said.postcode} if said.postcode else ()),
    )
    return reference, record


def _numbers(child: Child, chance: Random) -> tuple[Identifier, ...]:
    if child.enrolled and chance.random() < _KNOWS_UPN:
        return (Identifier(UPN, child.upn),)
    return (Identifier(NHS_NUMBER, child.nhs),)


def _count(child: Child, known: tuple[Reference, Record], world: World, totals: Totals) -> None:
    reference, searched = known
    found = {agency.kind.name: agency.found(searched) for agency in world.agencies}
    records = {name: tuple(record for record, _ in each) for name, each in found.items()}
    populations = {agency.kind.name: len(agency.records) for agency in world.agencies}
    began = process_time()
    resolution = resolve(reference, records, populations=populations)
    totals.milliseconds.append((process_time() - began) * 1000)
    for name, each in found.items():
        grades = {g.record.record_id: g.grade.grade for g in resolution.by_source[name]}
        for record, key in each:
            grade = grades.get(record.record_id, MatchGrade.CERTAINLY_NOT)
            if key == child.key:
                totals.own[grade] += 1
                totals.by_origin[child.origin][grade] += 1
            else:
                totals.others[grade] += 1


def origins(totals: Totals, least: int = 500) -> Iterator[str]:
    """The groups with enough records to speak of."""
    for origin, counts in sorted(totals.by_origin.items()):
        if sum(counts.values()) >= least:
            yield origin
