"""Amara and those who are easily taken for her."""

from dataclasses import replace

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Name, Record
from resolvers.matching.reference import Reference

AMARA_NHS = Identifier(NHS_NUMBER, "9990000018")
TWIN_NHS = Identifier(NHS_NUMBER, "9990000026")
AMARA_UPN = Identifier(UPN, "H801200001001")
TWIN_UPN = Identifier(UPN, "T801200001002")
BORN = PartialDate(2015, 3, 9)

AMARA = Record(
    record_id="a-1",
    identifiers=(AMARA_NHS,),
    names=(Name(("Amara", "Rose"), "O'Brien"),),
    birth_date=BORN,
    sex=Sex.FEMALE,
    restricted=False,
)
STRANGER = Record(
    record_id="s-1",
    identifiers=(Identifier(NHS_NUMBER, "9990000034"),),
    names=(Name(("Jordan",), "Mistry"),),
    birth_date=PartialDate(2011, 11, 30),
)
CALLED = (Name(("Amara",), "O'Brien"),)
KNOWN_BY_NUMBER = Reference(
    identifiers=frozenset({AMARA_NHS}), names=CALLED, stated_birth_date=BORN
)
KNOWN_BY_NAME = Reference(stated_names=CALLED, stated_birth_date=BORN)
KNOWN_IN_FULL = replace(KNOWN_BY_NAME, stated_names=AMARA.names, sex=Sex.FEMALE)


def amara(*identifiers: Identifier, record_id: str = "a-1") -> Record:
    """Amara as an agency holds her under these identifiers."""
    return replace(AMARA, record_id=record_id, identifiers=identifiers)


def named(record: Record, *given: str, family: str | None = "O'Brien") -> Record:
    """The same record under another name."""
    return replace(record, names=(Name(given, family),))


def born(record: Record, day: str) -> Record:
    """The same record with another birth date."""
    return replace(record, birth_date=PartialDate.parse(day))
