"""Exactly the told home tells a namesake who lives elsewhere apart, however rare the name is."""

from dataclasses import replace

import pytest

from adapters.contract.codes import Sex
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching import joining
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, AMARA_NHS, BORN, TWIN_NHS

HERS, ELSEWHERE, NEAR = "XX1 2YY", "AB9 1CD", "XX1 9ZZ"
NAMES = ("Zebedee Raja", "Ayaan Raja", "Isa Ahmed", "Adam Khan", "Oliver Smith")


def a_file(name: str, number: Identifier, postcode: str) -> Record:
    given, family = name.split()
    return replace(
        AMARA,
        record_id=postcode,
        identifiers=(number,),
        names=(Name((given,), family),),
        sex=Sex.FEMALE,
        addresses=(Address(postcode=postcode),),
    )


def certain(name: str, *homes: str) -> set[str | None]:
    """The homes on the register's files that are certain, of a child and of her namesakes."""
    given, family = name.split()
    told = Reference(
        names=(Name((given,), family),),
        stated_names=(Name((given,), family),),
        birth_dates=frozenset({BORN}),
        stated_birth_date=BORN,
        sex=Sex.FEMALE,
        stated_postcodes=frozenset({HERS}),
    ).located()
    numbers = (AMARA_NHS, TWIN_NHS)
    files = tuple(a_file(name, n, home) for n, home in zip(numbers, homes, strict=False))
    found = resolve(told, {"register": files}, populations={"register": 12_000_000})
    return {record.record_id for record in found.certain("register")}


@pytest.mark.parametrize("name", NAMES)
def test_the_file_at_the_told_home_is_hers_beside_a_namesakes_elsewhere(name: str) -> None:
    assert certain(name, HERS) == certain(name, HERS, ELSEWHERE) == {HERS}
    assert certain(name, ELSEWHERE, HERS) == {HERS}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("home", [NEAR, HERS])
def test_beside_one_who_lives_near_or_at_the_same_home_nobody_is(name: str, home: str) -> None:
    assert not certain(name, HERS, home)


def test_the_law_finds_a_score_that_makes_a_namesake_elsewhere_a_rival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "_elsewhere", lambda *_: False)
    assert any(certain(name, HERS, ELSEWHERE) != {HERS} for name in NAMES)
