"""The values that a record has once: what each is read as, and the JSON types it may come in."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.contract.codes import Sex
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Record
from adapters.mapping.conversion import (
    to_bool,
    to_date,
    to_given_names,
    to_name,
    to_nhs_number,
    to_record_id,
    to_upn,
    to_word,
)
from adapters.mapping.value import Convert


def to_sex(value: Any) -> Sex | None:
    """A word of FHIR's administrative gender."""
    return to_word(Sex, value)


NUMBERS: Final[Mapping[str, Convert]] = {NHS_NUMBER: to_nhs_number, UPN: to_upn}
VALUES: Final[Mapping[str, Convert]] = {
    **NUMBERS,
    "record_id": to_record_id,
    "given_names": to_given_names,
    "family_name": to_name,
    "birth_date": to_date,
    "birth_date_estimated": to_bool,
    "sex": to_sex,
    "restricted": to_bool,
    "consent": to_bool,
}
NAMING: Final = (*NUMBERS, "record_id", "given_names", "family_name", "birth_date")
SINGLES: Final = tuple(name for name in VALUES if name not in {*NUMBERS, "restricted"})
# The JSON types in which identity may come; another type means that the mapping reads the wrong
# place, and then nothing of the document can be trusted.
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    NHS_NUMBER: (str, int, float),
    UPN: (str,),
    "record_id": (str, int),
    "given_names": (str, list),
    "family_name": (str,),
    "birth_date": (str,),
    "sex": (str, int),
}
_COUNTS: Final = frozenset({int, float})


def may_be(name: str, raw: Any, *, counted: bool = False) -> bool:
    """Whether the value `name` may come as `raw`; `counted` is as in Reading."""
    allowed = _TYPES.get(name)
    if raw is None or allowed is None:
        return True
    if isinstance(raw, list):
        return list in allowed and all(isinstance(item, str | None) for item in raw)
    plainly = isinstance(raw, allowed) and not isinstance(raw, bool)
    return plainly or (counted and type(raw) in _COUNTS)


def is_known(record: Record) -> bool:
    """Whether a record says of whom it is: a number, or two of its own id, a name and a day."""
    named, dated = bool(record.names), record.birth_date is not None
    known = bool(record.identifiers) or (named and dated)
    return known or (record.record_id is not None and (named or dated))
