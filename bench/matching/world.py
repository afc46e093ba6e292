"""A made-up district: families from pseudopeople's sample, seven agencies, and their mistakes."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from adapters.contract.codes import NameUse, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from bench.matching.noise import Noise, Said, date_slip, slip, written

_TWINS, _NAMESAKES, _MOVED, _RENAMED, _ENROLLED = 0.03, 0.02, 0.3, 0.04, 0.75
_ALIKE: Final = 0.05  # twins whose given names are one slip apart
_NOWHERE: Final = 0.12  # children whom no agency has met
_WRONG_NUMBER: Final = 0.001  # records under the number of a brother, a sister or a stranger


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the sample; `origin` is the sample's word for the group that the name is from.

    Whoever is not enrolled at a school has no UPN that anybody could know.
    """

    key: int
    household: str
    said: Said
    origin: str
    nhs: str
    upn: str
    old_postcode: str
    former_family: str | None = None
    nowhere: bool = False
    enrolled: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """An agency: the share of children it holds and of its records that bear each number."""

    name: str
    coverage: float
    nhs: float
    upn: float
    noise: float = 1.0


KINDS: Final = (
    Kind("demographics", 0.99, 1.0, 0.0, 0.5),
    Kind("gp", 0.95, 0.99, 0.0),
    Kind("school", 1.0, 0.0, 0.98),  # of those enrolled
    Kind("social-care", 0.15, 0.75, 0.6, 1.5),
    Kind("hospital", 0.5, 0.9, 0.0),
    Kind("police", 0.08, 0.0, 0.0, 2.0),
    Kind("housing", 0.35, 0.0, 0.0, 1.5),
)


@dataclass(slots=True)
class Agency:
    """Its records with whose they are, and the indexes it is searched by."""

    kind: Kind
    records: list[tuple[Record, int]] = field(default_factory=list)
    by: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record, key: int) -> None:
        """File a record."""
        place = len(self.records)
        self.records.append((record, key))
        for index in _indexes(record):
            self.by[index].append(place)

    def found(self, record: Record, most: int = 12) -> list[tuple[Record, int]]:
        """What a search by the details of `record` brings, best-filed first."""
        places = dict.fromkeys(p for index in _indexes(record) for p in self.by.get(index, ()))
        return [self.records[place] for place in list(places)[:most]]


@dataclass(frozen=True, slots=True)
class World:
    """Every child, and every agency with its records."""

    children: list[Child]
    households: dict[str, list[Child]]
    agencies: list[Agency]


def sample() -> list[dict[str, str]]:
    """The children of the census that the package `pseudopeople` carries, each once."""
    from pathlib import Path  # noqa: PLC0415 - beside the optional extra

    import pandas as pd  # noqa: PLC0415 - an optional extra
    import pseudopeople  # noqa: PLC0415 - an optional extra

    folder = Path(pseudopeople.__file__).parent / "data/sample_datasets/decennial_census"
    frame = pd.read_parquet(folder / "decennial_census.parquet")
    frame = frame[(frame.age.astype(float) < 18) & (frame.housing_type == "Household")]
    frame = frame.drop_duplicates("simulant_id").astype(str)
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def world(people: list[dict[str, str]], noise: Noise, seed: int) -> World:
    """A district of these people; the same for the same seed."""
    chance = Random(seed)
    children = _children(people, chance)
    households: dict[str, list[Child]] = defaultdict(list)
    for child in children:
        households[child.household].append(child)
    agencies = [_filled(kind, children, households, noise, chance) for kind in KINDS]
    return World(children, households, agencies)


def as_record(said: Said, identifiers: tuple[Identifier, ...], key: str | None) -> Record:
    """What was written down, as an adapter would read it."""
    return Record(
        record_id=key,
        identifiers=identifiers,
        names=(Name(tuple(g for g in (said.given, said.middle) if g), said.family or None),),
        birth_date=PartialDate.parse(said.born) if said.born else None,
        sex=Sex(said.sex) if said.sex else None,
        addresses=(Address(postcode=said.postcode),) if said.postcode else (),
    )


def _children(people: list[dict[str, str]], chance: Random) -> list[Child]:
    middles = [row["first_name"] for row in people]
    homes: dict[str, str] = {}
    children: list[Child] = []
    for row in people:
        household = row["household_id"]
        home = homes.setdefault(household, _postcode(chance))
        born = f"{2008 + int(row['date_of_birth'][:4]) % 18}{row['date_of_birth'][4:10]}"
        said = Said(
            given=row["first_name"],
            middle=chance.choice(middles),
            family=row["last_name"],
            born=born if not born.endswith("02-29") else f"{born[:8]}28",
            sex=row["sex"].upper(),
            postcode=home,
        )
        _add(children, said, household, row["race_ethnicity"], chance)
        if chance.random() < _TWINS:
            _add(children, _twin(said, people, chance), household, "", chance)
        if chance.random() < _NAMESAKES:
            _add(children, _namesake(said, chance), f"n{len(children)}", "", chance)
    return children


def _add(children: list[Child], said: Said, household: str, origin: str, chance: Random) -> None:
    key = len(children)
    moved = chance.random() < _MOVED
    children.append(
        Child(
            key=key,
            household=household,
            said=said,
            origin=origin or children[-1].origin,
            nhs=f"9{key:08}{key % 7}",
            upn=f"H8{key:010}{key % 7}",
            old_postcode=_postcode(chance) if moved else said.postcode or "",
            former_family=chance.choice(_OTHER_FAMILIES) if chance.random() < _RENAMED else None,
            nowhere=chance.random() < _NOWHERE,
            enrolled=chance.random() < _ENROLLED,
        )
    )


_OTHER_FAMILIES: Final = ("Achterby", "Jones", "Okafor", "Taylor", "Nowak", "Brindle", "Reyes")


def _twin(said: Said, people: list[dict[str, str]], chance: Random) -> Said:
    """The other of a pair: a name of their own, of some pairs one letter from the first."""
    other, middle = chance.choice(people), chance.choice(people)["first_name"]
    given, sex = other["first_name"], other["sex"].upper()
    if chance.random() < _ALIKE:
        given, sex = slip(said.given, chance).capitalize(), said.sex or sex
    if given == said.given:
        return _twin(said, people, chance)
    return replace(said, given=given, middle=middle, sex=sex)


def _namesake(said: Said, chance: Random) -> Said:
    """Another child of the same name: half of them born on a day that is easily mistaken."""
    born = (
        f"{chance.randrange(2008, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    )
    if chance.random() < 0.5 and said.born:
        born = date_slip(said.born, chance)
    if born == said.born:
        born = "2010-06-15" if said.born != "2010-06-15" else "2010-06-16"
    return replace(said, middle="", born=born, postcode=_postcode(chance))


def _postcode(chance: Random) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit = chance.choice(letters) + chance.choice(letters)
    return f"QX{chance.randrange(1, 30)} {chance.randrange(10)}{unit}"


def _filled(
    kind: Kind,
    children: list[Child],
    households: dict[str, list[Child]],
    noise: Noise,
    chance: Random,
) -> Agency:
    agency = Agency(kind)
    for child in children:
        elsewhere = kind.name == "school" and not child.enrolled
        if child.nowhere or elsewhere or chance.random() >= kind.coverage:
            continue
        agency.add(_filed(child, kind, households, noise, chance), child.key)
    return agency


def _filed(
    child: Child, kind: Kind, households: dict[str, list[Child]], noise: Noise, chance: Random
) -> Record:
    said = written(child.said, noise.times(kind.noise), child.old_postcode, chance)
    whose = child
    if chance.random() < _WRONG_NUMBER:
        whose = chance.choice(households[child.household])
    numbers = []
    if chance.random() < kind.nhs:
        numbers.append(Identifier(NHS_NUMBER, whose.nhs))
    if whose.enrolled and chance.random() < kind.upn:
        numbers.append(Identifier(UPN, whose.upn))
    record = as_record(said, tuple(numbers), f"{kind.name}-{child.key}")
    return _renamed(record, child, chance)


def _renamed(record: Record, child: Child, chance: Random) -> Record:
    """A child who changed name: some files have both names, some only the old one."""
    if child.former_family is None or chance.random() < 0.4:
        return record
    former = Name(record.names[0].given, child.former_family, NameUse.FORMER)
    both = chance.random() < 0.8
    return replace(record, names=(*record.names, former) if both else (former,))


def _indexes(record: Record) -> list[tuple[str, str]]:
    keys = [(i.scheme, i.value) for i in record.identifiers]
    born = str(record.birth_date) if record.birth_date else ""
    for name in record.names:
        given, family = " ".join(name.given[:1]).lower(), (name.family or "").lower()
        keys += [
            ("names", f"{given}|{family}"),
            ("names", f"{family}|{given}"),
            ("family-born", f"{family}|{born[:4]}"),
            ("given-born", f"{given}|{born}"),
            ("start-born", f"{family[:2]}|{born}"),
        ]
    if born:
        keys.append(("born", born))
    return keys
