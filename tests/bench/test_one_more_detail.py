"""Whoever is shown a child is shown her still once they tell one more true detail of her."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Carer, GpPractice, Identifier, Record
from bench.matching.district.child import Said, as_record
from bench.matching.gateway import agencies
from bench.matching.gateway.agencies import Kind
from bench.matching.gateway.asking import answered
from bench.matching.gateway.filing import Filing
from bench.matching.gateway.staged import staged
from gateway.questions.shield.home import ToldHome
from resolvers import exchange
from resolvers.comparison.common_names import family_frequency
from resolvers.matching import evidence
from resolvers.outcome import Outcome
from tests.support.virtual_time import run

TOWN: Final = 4_000  # children, whom each agency may hold
KINDS: Final = tuple(
    replace(kind, population=TOWN) if kind.population == 0 else kind for kind in agencies.KINDS
)
AMARA: Final = Said("Amara", ("Rose",), "Okonjo", "2015-03-09", "FEMALE", "QX1 1AA")
FORMER: Final = "QX9 9ZZ"
NHS, PUPIL = Identifier(NHS_NUMBER, "9990000018"), Identifier(UPN, "H801200001001")
HOMES: Final = ("QX1 1AA", FORMER)
CARER, PRACTICE = "Ngozi Okonjo", "Q00001"
FIRST: Final = {"givenNames": ["Amara"], "familyName": "Okonjo", "birthDate": "2015-03-09"}
DETAILS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sex": {"sex": "FEMALE"},
    "postcode": {"postcode": "QX1 1AA"},
    "former home": {"formerPostcodes": [FORMER]},
    "carer": {"carers": [CARER]},
    "practice": {"gpPractice": PRACTICE},
    "further name": {"givenNames": ["Amara", "Rose"]},
    "pupil number": {"upn": PUPIL.value},
    "other name": {"otherNames": [{"givenNames": ["Amara"], "familyName": "Smith"}]},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What each agency holds of Amara, what is told of her, and one detail more."""

    files: Mapping[str, tuple[Record, ...]]
    told: tuple[str, ...]
    more: str


@st.composite
def files(draw: st.DrawFn, kind: Kind) -> Record:
    """A file of hers, with some of what is true of her."""
    every = [number for number in (NHS, PUPIL) if _has(kind, number.scheme)]
    sure = kind.nhs == 1.0  # demographics gives the numbers
    said = replace(
        AMARA,
        further=AMARA.further if draw(st.booleans()) else (),
        sex=AMARA.sex if draw(st.booleans()) else None,
        postcode=draw(st.sampled_from([*HOMES, None])),
    )
    numbers = [number for number in every if sure or draw(st.booleans())]
    carer = "carer" in kind.keeps and draw(st.booleans())
    record = file_of(kind.name, said, *numbers, carer=carer)
    practice = "practice" in kind.keeps and draw(st.booleans())
    return replace(record, gp_practice=GpPractice(ods_code=PRACTICE)) if practice else record


def _has(kind: Kind, scheme: str) -> bool:
    return bool(kind.nhs if scheme == NHS_NUMBER else kind.upn)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Agencies that hold her or do not; what somebody tells, and one detail more but a number.

    A number may be on a file of somebody else, so it may well bring a doubt.
    """
    held = {kind.name: draw(st.sampled_from([True, True, False])) for kind in KINDS}
    files_of = {k.name: (draw(files(k)),) if held[k.name] else () for k in KINDS}
    first, *others = draw(st.permutations([name for name in DETAILS if name != "pupil number"]))
    return Asked(files_of, tuple(draw(st.lists(st.sampled_from(others), unique=True))), first)


def shown(asked: Asked, *, told: tuple[str, ...]) -> frozenset[str]:
    """The agencies whose records of her the caller sees, after they told these."""
    known = dict(FIRST)
    for detail in told:
        known |= DETAILS[detail]

    async def asking() -> frozenset[str]:
        town = [Filing(kind) for kind in KINDS]
        for agency in town:
            for record in asked.files[agency.kind.name]:
                agency.add(record, 0)
        rows = (await answered(staged(town), known)).answer.rows
        return frozenset(row.agency.id for row in rows if row.outcome is Outcome.HAS_RECORD)

    return run(asking())


def lost(asked: Asked) -> frozenset[str]:
    """The agencies whose records of her are not shown any more."""
    before = shown(asked, told=asked.told)
    return before - shown(asked, told=(*asked.told, asked.more)) if before else before


def linked(asked: Asked) -> bool:
    """Whether numbers and homes link her files: one with a home of its own may be a namesake's."""
    left = [_ties(record) for every in asked.files.values() for record in every]
    groups: list[frozenset[str]] = []
    while left:
        group = left.pop()
        while met := [ties for ties in left if ties & group]:
            left = [ties for ties in left if not ties & group]
            group = group.union(*met)
        groups.append(group)
    return sum(not group.isdisjoint(HOMES) for group in groups) <= 1


def _ties(record: Record) -> frozenset[str]:
    numbers = {number.value for number in record.identifiers}
    return frozenset(numbers | {str(home.postcode) for home in record.addresses})


@given(asked())
def test_one_more_true_detail_loses_no_record_that_was_shown(asked: Asked) -> None:
    assert not lost(asked) or not linked(asked)


def file_of(agency: str, said: Said, *numbers: Identifier, carer: bool = False) -> Record:
    """A file of Amara; of an agency that can mark it, unmarked."""
    marks = agency in ("demographics", "social-care")
    record = as_record(said, numbers, f"{agency}-Amara")
    carers = (Carer(name=CARER),) if carer else ()
    return replace(record, restricted=False if marks else None, carers=carers)


def town(told: tuple[str, ...], more: str, **held: Record) -> Asked:
    """These files, one at each agency."""
    files = {kind.name: (held[kind.name],) if kind.name in held else () for kind in KINDS}
    return Asked(files, told, more)


ALONE: Final = replace(AMARA, further=(), postcode=None)  # with no home on the file
THEN: Final = replace(AMARA, postcode=FORMER)
BY_CARER, BY_HOME, BY_OTHER_NAME = "a carer ties", "a home links", "another name"
WORLDS: Final = {
    # Nobody was asked by the pupil number that the school's file has.
    BY_CARER: town(
        ("sex", "postcode"),
        "carer",
        demographics=file_of("demographics", AMARA, NHS),
        school=file_of("school", replace(ALONE, sex=None), PUPIL, carer=True),
    ),
    "her school has no home, and the register has a former one": town(
        ("further name", "postcode", "sex"),
        "carer",
        demographics=file_of("demographics", THEN, NHS),
        school=file_of("school", replace(ALONE, further=("Rose",)), PUPIL, carer=True),
    ),
    # A hospital has her former home and her number, and a carer ties her school's file there.
    BY_HOME: town(
        ("further name", "sex"),
        "carer",
        demographics=file_of("demographics", AMARA, NHS),
        hospital=file_of("hospital", THEN, NHS),
        school=file_of("school", THEN, PUPIL, carer=True),
    ),
    # The other name is a common one, and the register has no home.
    BY_OTHER_NAME: town(
        ("sex", "further name"),
        "other name",
        demographics=file_of("demographics", ALONE, NHS),
        housing=file_of("housing", AMARA),
    ),
    "her pupil number is told, and the register has no home": town(
        ("sex", "postcode"),
        "pupil number",
        demographics=file_of("demographics", ALONE, NHS),
        school=file_of("school", AMARA, PUPIL),
    ),
}


@pytest.mark.parametrize("asked", WORLDS.values(), ids=WORLDS)
def test_she_is_shown_before_and_after(asked: Asked) -> None:
    assert shown(asked, told=asked.told)
    assert not lost(asked)


def any_name_told(_: frozenset[str], known: frozenset[str]) -> float:
    return max(map(family_frequency, known))


FAULTS: tuple[tuple[Any, str, Any, str], ...] = (
    (ToldHome, "_in_full_asked", lambda _, supposed: supposed, BY_CARER),
    (exchange, "_links", lambda held: held.identifiers, BY_HOME),
    (evidence, "met_family_frequency", any_name_told, BY_OTHER_NAME),
)


@pytest.mark.parametrize(("room", "name", "fault", "world"), FAULTS)
def test_the_law_finds_a_detail_that_loses_her(
    monkeypatch: pytest.MonkeyPatch, room: Any, name: str, fault: Any, world: str
) -> None:
    monkeypatch.setattr(room, name, fault)
    assert lost(WORLDS[world])
