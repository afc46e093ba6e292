"""What stands for nothing is missing evidence on either side: it never agrees and never raises."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Address, Identifier, Name, Record
from resolvers.matching.grade import MatchGrade
from resolvers.matching.identify import grade, resolve
from resolvers.matching.reference import Reference
from tests.support.resolvers.people import AMARA, KNOWN_BY_NAME

ARABIC = "\u0623\u0645\u0627\u0631\u0629"
NOTHINGS: list[tuple[str, dict[str, Any]]] = [
    ("given_name", {"names": (Name((), "O'Brien"),)}),
    ("given_name", {"names": (Name((" ", ""), "O'Brien"),)}),
    ("given_name", {"names": (Name(("Baby",), "O'Brien"),)}),
    ("given_name", {"names": (Name(("Unknown",), "O'Brien"),)}),
    ("given_name", {"names": (Name(("-",), "O'Brien"),)}),
    ("family_name", {"names": (Name(("Amara",), "UNKNOWN"),)}),
    ("family_name", {"names": (Name(("Amara",), "  "),)}),
    ("birth_date", {"birth_date": None}),
    ("birth_date", {"birth_date": PartialDate(2015, 1, 1)}),
    ("birth_date", {"birth_date": PartialDate(1900, 1, 1)}),
    ("sex", {"sex": Sex.UNKNOWN}),
    ("upn", {"identifiers": (Identifier(UPN, "H80120000100A"),)}),
    ("upn", {"identifiers": (Identifier(UPN, ""),)}),
    ("nhs_number", {"identifiers": (Identifier(NHS_NUMBER, "0000000000"),)}),
    ("nhs_number", {"identifiers": (Identifier(NHS_NUMBER, ""),)}),
    ("postcode", {"addresses": (Address(postcode="ZZ99 3VZ"),)}),
    ("postcode", {"addresses": (Address(postcode=""),)}),
    ("postcode", {"addresses": (Address(postcode="not known"),)}),
]
WHOLE = replace(AMARA, addresses=(Address(postcode="ZE1 0AA"),))


def known_by(record: Record) -> Reference:
    """Whoever knows all that this record says, of a child who is cleared."""
    return Reference(
        identifiers=frozenset(record.identifiers),
        stated_names=record.names,
        stated_birth_date=record.birth_date,
        sex=record.sex,
        postcodes=frozenset(a.postcode for a in record.addresses if a.postcode),
    )


@pytest.mark.parametrize(("detail", "nothing"), NOTHINGS)
def test_what_stands_for_nothing_agrees_with_nothing_not_even_with_itself(
    detail: str, nothing: dict[str, Any]
) -> None:
    empty = replace(WHOLE, **nothing)
    for record, known in ((empty, WHOLE), (WHOLE, empty), (empty, empty)):
        assert detail not in grade(known_by(known), record).agreed


@pytest.mark.parametrize(("detail", "nothing"), NOTHINGS)
def test_what_stands_for_nothing_makes_nobody_another_child(
    detail: str, nothing: dict[str, Any]
) -> None:
    found = grade(known_by(WHOLE), replace(WHOLE, **nothing))
    assert detail not in found.differed
    assert found.grade is not MatchGrade.CERTAINLY_NOT


def test_a_name_in_another_script_says_nothing_unless_it_is_the_same() -> None:
    there = replace(WHOLE, names=(Name((ARABIC,), ARABIC),))
    assert {"given_name", "family_name"}.isdisjoint(grade(known_by(WHOLE), there).agreed)
    assert {"given_name", "family_name"}.isdisjoint(grade(known_by(WHOLE), there).differed)
    assert {"given_name", "family_name"} <= set(grade(known_by(there), there).agreed)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_whatever_raises(given_name: str, family: str, number: str, postcode: str) -> None:
    odd = Record(
        record_id=number,
        identifiers=(Identifier(NHS_NUMBER, number), Identifier(UPN, number)),
        names=(Name((given_name,), family),),
        addresses=(Address(postcode=postcode),),
    )
    for known in (KNOWN_BY_NAME, known_by(odd)):
        assert set(resolve(known, {"gp": (odd, AMARA)}).by_source) == {"gp"}
