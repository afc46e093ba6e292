"""The demo's borough under its own manifests: every child who is not shielded asked about."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import demo
from adapters.authoring.grant import claimed
from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from adapters.manifest.manifest import Manifest
from bench.matching.gateway.agencies import Kind
from bench.matching.gateway.asking import answered
from bench.matching.gateway.filing import Filing
from bench.matching.gateway.staged import PRACTITIONER, StagedGateway, source_of, wired
from demo.population import register
from demo.population.caseload import Holding, Town, town
from demo.population.people import Child
from demo.population.register import EVERYWHERE, INTAKES
from gateway.config.operator_file import read_operator_file
from resolvers.matching.grade import MatchGrade
from tests.support.virtual_time import run

DEMO: Final = Path(demo.__file__).parent
_UNMARKED: Final[Mapping[str, bool | None]] = {
    register.NHS_DEMOGRAPHICS: False,
    register.CHILD_HEALTH: False,
    register.NORTHBROOK_SOCIAL_CARE: False,
    register.EASTHALLOW_SOCIAL_CARE: None,
}


@dataclass(frozen=True, slots=True)
class Borough:
    """Of so many children asked about, how many were found; `false` had another child's record."""

    given: str
    asked: int
    found: int
    false: int


def measure(*, numbered: bool) -> Borough:
    """Ask about each by first name, surname, birth date, sex and postcode, perhaps a number.

    By a social worker of the child's own area who is not cleared to see shielded children.
    """
    return run(_asked(town(), numbered=numbered))


async def _asked(people: Town, *, numbered: bool) -> Borough:
    agencies = [_filled(name, people) for name in INTAKES]
    shielded = {
        holding.child.ref
        for name in _UNMARKED
        for holding in people.caseload(name)
        if _restricted(name, holding) is not False
    }
    keys = _keys(people)
    gateways = {area.code: _gateway(agencies, area.code) for area in EVERYWHERE}
    asked = [c for c in _children(people) if c.ref not in shielded]
    found = false = 0
    for child in asked:
        told = await answered(gateways[child.area], _told(child, numbered=numbered))
        found += told.answer.child is not None
        false += any(
            graded.grade.grade is MatchGrade.CERTAIN
            and _agency(agencies, source).whose[graded.record.record_id or ""] != keys[child.ref]
            for source in told.findings.answers
            for graded in told.findings.graded(source)
        )
    given = "and an identifier" if numbered else "name, date, sex, postcode"
    return Borough(given, len(asked), found, false)


def _gateway(agencies: list[Filing], area: str) -> StagedGateway:
    sources = []
    for agency in agencies:
        text = (DEMO / "manifests" / f"{agency.kind.name}.toml").read_text("utf-8")
        manifest = Manifest.model_validate(tomllib.loads(text))
        sources.append(source_of(agency, manifest, claimed(manifest)))
    operator = read_operator_file(DEMO / "operator.toml")
    return wired(sources, operator, replace(PRACTITIONER, areas=(area,)))


def _filled(name: str, people: Town) -> Filing:
    hospital = name == register.HOSPITAL
    kind = Kind(name, "", 1, 1, 1, (), fuzzy=name == register.NHS_DEMOGRAPHICS, forename=hospital)
    agency, keys = Filing(kind), _keys(people)
    for holding in people.caseload(name):
        record = _record(holding.child, f"{name}-{holding.serial}")
        marked = replace(record, restricted=_restricted(name, holding))
        agency.add(marked, keys.get(holding.child.ref, -1))
    return agency


def _children(people: Town) -> list[Child]:
    return [lead.child for lead in people.cast] + list(people.crowd)


def _keys(people: Town) -> dict[str, int]:
    return {child.ref: key for key, child in enumerate(_children(people))}


def _agency(agencies: list[Filing], name: str) -> Filing:
    return next(agency for agency in agencies if agency.kind.name == name)


def _restricted(name: str, holding: Holding) -> bool | None:
    """The mark as the agency's system has it: some have none for a child without one."""
    if name not in _UNMARKED:
        return None
    if holding.restricted is None:
        return True if _UNMARKED[name] is None else _UNMARKED[name]
    return holding.restricted


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


def _told(child: Child, *, numbered: bool) -> dict[str, Any]:
    details = {
        "givenNames": list(child.given[:1]),
        "familyName": child.family,
        "birthDate": str(child.born),
        "sex": child.sex.upper(),
        "postcode": child.home.postcode,
    }
    numbers = {"nhsNumber": child.nhs_number, "upn": child.upn} if numbered else {}
    return details | {name: number for name, number in numbers.items() if number}
