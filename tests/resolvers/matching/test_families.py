"""Families of England, and what a person would say of each record: see `families.toml`.

A scenario may name sources that may hold a child twice (`doubled`), and say whether a record that
is `restricted` shields the child (`shielded`). A record has the told sex unless it says another.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Carer, Identifier, Name, Record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference, Surroundings

SCENARIOS: Final = [
    scenario
    for file in sorted(Path(__file__).parent.glob("families*.toml"))
    for scenario in tomllib.loads(file.read_text("utf-8"))["scenario"]
]
NUMBERS: Final = {1: "9990000018", 2: "9990000026", 3: "9990000034"}
UPNS: Final = {1: "H801200001001", 2: "T801200001002"}
BORN, HOME = "2014-05-17", "XX1 2YY"
POPULATIONS: Final = {"pds": 12_000_000}
GRADES: Final = {
    "certain": {MatchGrade.CERTAIN},
    "shown": {MatchGrade.PROBABLE, MatchGrade.POSSIBLE},
}


def name(text: str) -> Name:
    given, _, family = text.partition(",")
    return Name(tuple(given.split()), family.strip() or None)


def identifiers(said: dict[str, Any]) -> tuple[Identifier, ...]:
    nhs, upn = said.get("nhs"), said.get("upn")
    found = [Identifier(NHS_NUMBER, NUMBERS[nhs])] if nhs else []
    return (*found, *([Identifier(UPN, UPNS[upn])] if upn else []))


def sex(said: dict[str, Any]) -> Sex:
    return Sex(said.get("sex", "female").upper())


def reference(told: dict[str, Any]) -> Reference:
    names = (name(told["name"]), *([name(told["also"])] if "also" in told else []))
    home = told.get("postcode", HOME)
    return Reference(
        identifiers=frozenset(identifiers(told)),
        names=names,
        stated_names=names,
        stated_birth_date=PartialDate.parse(told.get("born", BORN)),
        sex=sex(told),
        stated_postcodes=frozenset([*([home] if home else []), *told.get("former", [])]),
        stated_surroundings=Surroundings(carers=tuple(told.get("carers", ()))),
    ).located()


def record(held: dict[str, Any], place: int) -> Record:
    homes = [held.get("postcode", HOME), *([held["former"]] if "former" in held else [])]
    return Record(
        record_id=str(place),
        identifiers=identifiers(held),
        names=tuple(map(name, held.get("names") or [held["name"]])),
        birth_date=PartialDate.parse(held.get("born", BORN)),
        sex=sex(held),
        addresses=tuple(Address(postcode=home) for home in homes),
        restricted=held.get("restricted"),
        carers=tuple(Carer(name=carer) for carer in held.get("carers", ())),
    )


@pytest.mark.parametrize("scenario", [pytest.param(s, id=s["title"]) for s in SCENARIOS])
def test_a_family_is_judged_as_a_person_would(scenario: dict[str, Any]) -> None:
    said = scenario["records"]
    like = {"sex": scenario["told"].get("sex", "female")}
    records = [record({**like, **held}, place) for place, held in enumerate(said)]
    world: dict[str, tuple[Record, ...]] = {}
    for held, one in zip(said, records, strict=True):
        world[held["at"]] = (*world.get(held["at"], ()), one)
    populations = {source: POPULATIONS.get(source, 60_000) for source in world}
    doubled = scenario.get("doubled", ())
    known = reference(scenario["told"])
    found = resolve(known, world, populations=populations, duplicates=doubled)
    graded = {g.record.record_id: g.grade for every in found.by_source.values() for g in every}
    for place, held in enumerate(said):
        grade = graded.get(str(place))
        if held["right"] == "out":
            assert grade is None, held
            continue
        assert grade is not None, held
        assert grade.grade in GRADES[held["right"]], (held, grade)
        assert held.get("differed") in (None, *grade.differed)
    shielded = any(map(found.restricted_at, world))
    assert scenario.get("shielded", False) is shielded


def test_there_are_families_enough_each_with_a_reason() -> None:
    assert len(SCENARIOS) >= 30
    assert all(scenario["why"].endswith(".") for scenario in SCENARIOS)
