"""A district from one seed: its families, and what every agency has on file."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from adapters.contract.codes import NameUse
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Carer, GpPractice, Identifier, Name, Record
from bench.matching.district.child import Child, Household, Said, as_record
from bench.matching.district.families import Row, families
from bench.matching.district.households import postcode
from bench.matching.district.mistakes import Mistakes, former_homes
from bench.matching.district.mix import Mix
from bench.matching.district.noise import Noise, mistyped, written
from bench.matching.gateway.agencies import KINDS, Kind
from bench.matching.gateway.filing import Filing

_WRONG_NUMBER: Final = 0.001  # records under the number of a brother, a sister or a stranger
_OTHER_FORM: Final = 0.15  # files that have the names otherwise, where the custom leaves it open
_OWN_FURTHER: Final = 0.3  # how much seldomer a name that is no middle name is left out
_SAID_CARER, _SAID_PRACTICE = 0.85, 0.95
NOBODY: Final = -1  # a stranger's key: nobody asks about them


@dataclass(frozen=True, slots=True)
class World:
    """Every child and household, and every agency with its records."""

    children: list[Child]
    households: dict[str, Household]
    agencies: list[Filing]


def world(rows: tuple[Row, ...], mix: Mix, noise: Noise, seed: int) -> World:
    """A district of these people; the same for the same seed."""
    chance = Random(seed)
    made = families(rows, mix, chance)
    mistakes = Mistakes.of(made, chance)
    clerks = [_Clerk(kind, noise, mistakes, made.households, chance) for kind in KINDS]
    return World(made.children, made.households, [clerk.filed(made.children) for clerk in clerks])


def by_custom(child: Child, noise: Noise) -> Noise:
    """The noise for a child whose second given name is, or is not, a middle name."""
    if not child.own_further:
        return noise
    return replace(noise, no_middle=noise.no_middle * _OWN_FURTHER)


def otherwise(child: Child, said: Said, share: float, chance: Random) -> Said:
    """The names in another form that the custom leaves open, in so many cases."""
    if not child.forms or said.given != child.said.given or chance.random() >= share:
        return said
    form = chance.choice(child.forms)
    return replace(said, given=form.given[0], further=form.given[1:], family=form.family)


@dataclass(slots=True)
class _Clerk:
    kind: Kind
    noise: Noise
    mistakes: Mistakes
    households: dict[str, Household]
    chance: Random
    _noises: dict[bool, Noise] = field(default_factory=dict)

    def filed(self, children: list[Child]) -> Filing:
        """What the agency holds of these children, and, if it is national, of others."""
        agency = Filing(self.kind)
        for child in children:
            elsewhere = self.kind.name == "school" and not child.enrolled
            if child.nowhere or elsewhere or self.chance.random() >= self.kind.coverage:
                continue
            agency.add(self._record(child), child.key)
        if self.kind.fuzzy:
            self._strangers(children, agency)
        return agency

    def _strangers(self, children: list[Child], agency: Filing) -> None:
        """Children of other places who share first name, surname and birthday with one of these.

        Their further names are those of another child of the same custom, or none.
        """
        behind: dict[tuple[str, str | None], list[tuple[str, ...]]] = defaultdict(list)
        for child in children:
            behind[child.group, child.said.sex].append(child.said.further)
        for child in children:
            while self.chance.random() < min(child.strangers, 0.9):
                serial = len(agency.whose)
                further = self.chance.choice(behind[child.group, child.said.sex])
                said = replace(child.said, further=further, postcode=postcode(self.chance))
                number = Identifier(NHS_NUMBER, f"8{serial:09}")
                record = as_record(said, (number,), f"{self.kind.name}-s{serial}")
                agency.add(replace(record, restricted=False), NOBODY)

    def _record(self, child: Child) -> Record:
        chance, kind = self.chance, self.kind
        share = _OTHER_FORM * min(1.0, kind.noise)
        told = otherwise(child, self.mistakes.told(child, kind.name), share, chance)
        noise = self._noises.get(child.own_further)
        if noise is None:
            noise = by_custom(child, self.noise.times(kind.noise))
            noise = replace(noise, no_postcode=noise.no_postcode * kind.placeless)
            self._noises[child.own_further] = noise
        said = written(told, noise, child.homes[-1], chance)
        homes = former_homes(child, said.postcode) if kind.keeps_homes else ()
        numbers = self._numbers(child)
        said = mistyped(said, noise, chance)
        record = as_record(said, numbers, f"{kind.name}-{child.key}", homes)
        record = replace(record, restricted=child.restricted if kind.marks else None)
        return self._renamed(self._surrounded(record, child), child)

    def _surrounded(self, record: Record, child: Child) -> Record:
        """With the parent and the practice, where the agency keeps these and somebody said them."""
        home, kept, chance = self.households[child.household], self.kind.keeps, self.chance
        if "carer" in kept and chance.random() < _SAID_CARER:
            record = replace(record, carers=(Carer(name=home.carer, relationship="parent"),))
        if "practice" in kept and chance.random() < _SAID_PRACTICE:
            record = replace(record, gp_practice=GpPractice(ods_code=home.practice))
        return record

    def _numbers(self, child: Child) -> tuple[Identifier, ...]:
        chance, whose, numbers = self.chance, child, []
        if chance.random() < _WRONG_NUMBER and not self.kind.fuzzy:  # that one gives the numbers
            whose = chance.choice(self.households[child.household].children)
        if chance.random() < self.kind.nhs:
            numbers.append(Identifier(NHS_NUMBER, whose.nhs))
        if whose.enrolled and chance.random() < self.kind.upn:
            numbers.append(Identifier(UPN, whose.upn))
        return tuple(numbers)

    def _renamed(self, record: Record, child: Child) -> Record:
        """A child who changed name: some files have both names, some only the old one."""
        if child.former_family is None or self.chance.random() < 0.4:
            return record
        former = Name(record.names[0].given, child.former_family, NameUse.FORMER)
        both = self.chance.random() < 0.8
        return replace(record, names=(*record.names, former) if both else (former,))
