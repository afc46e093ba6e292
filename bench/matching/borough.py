"""The demo's borough, every child of it asked about in memory, with nobody's adapters between."""

from collections.abc import Iterator

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from bench.matching.questions import Totals
from bench.matching.world import Agency, Kind
from demo.caseload import Holding, town
from demo.people import Child
from demo.register import INTAKES
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference


def measure(*, numbered: bool) -> Totals:
    """Ask about every child, by name, birth date, sex and postcode, and perhaps a number."""
    people = town()
    children = [lead.child for lead in people.cast] + list(people.crowd)
    keys = {child.ref: key for key, child in enumerate(children)}
    agencies = [_filled(name, people.caseload(name), keys) for name in INTAKES]
    totals = Totals(numbered)
    for child in children:
        totals.questions += 1
        _ask(child, keys[child.ref], agencies, totals)
    return totals


def _filled(name: str, holdings: tuple[Holding, ...], keys: dict[str, int]) -> Agency:
    agency = Agency(Kind(name, 1.0, 1.0, 1.0))
    for holding in holdings:
        record = _record(holding.child, f"{name}-{holding.serial}")
        agency.add(record, keys.get(holding.child.ref, -1))
    return agency


def _record(child: Child, record_id: str) -> Record:
    return Record(
        record_id=record_id,
        identifiers=tuple(_numbers(child)),
        names=tuple(_names(child)),
        birth_date=PartialDate.of(child.born),
        sex=Sex(child.sex.upper()),
        addresses=tuple(Address(postcode=home.postcode) for home in child.addresses),
    )


def _numbers(child: Child) -> Iterator[Identifier]:
    if child.nhs_number:
        yield Identifier(NHS_NUMBER, child.nhs_number)
    if child.upn:
        yield Identifier(UPN, child.upn)


def _names(child: Child) -> Iterator[Name]:
    yield Name(child.given, child.family)
    if child.former_family:
        yield Name(child.given, child.former_family)


def _ask(child: Child, key: int, agencies: list[Agency], totals: Totals) -> None:
    asked = _record(child, "")
    reference = Reference(
        identifiers=frozenset(asked.identifiers if totals.numbered else ()),
        stated_names=asked.names[:1],
        stated_birth_date=asked.birth_date,
        sex=asked.sex,
        postcodes=frozenset({child.home.postcode}),
    )
    found = {agency.kind.name: agency.found(asked) for agency in agencies}
    resolution = resolve(
        reference,
        {name: tuple(record for record, _ in each) for name, each in found.items()},
        populations={agency.kind.name: len(agency.records) for agency in agencies},
    )
    for name, each in found.items():
        grades = {g.record.record_id: g.grade.grade for g in resolution.by_source[name]}
        for record, whose in each:
            grade = grades.get(record.record_id, MatchGrade.CERTAINLY_NOT)
            (totals.own if whose == key else totals.others)[grade] += 1
