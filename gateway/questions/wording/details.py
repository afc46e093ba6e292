"""The details of a child by the names that people use."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "agency_record": "its own record number",
        "birth_date": "the date of birth",
        "carers": "a parent or carer",
        "family_name": "the family name",
        "given_name": "a given name",
        "gp_practice": "the GP practice",
        "nhs_number": "the NHS number",
        "postcode": "the postcode",
        "schools": "the school",
        "sex": "the sex",
        "telephone": "a telephone number of the family",
        "upn": "the UPN",
    }
)


def listed(details: Iterable[str]) -> str:
    """These details in words, "the UPN or the postcode"; the name itself where it has no word."""
    words = [_WORDS.get(each, each.replace("_", " ")) for each in sorted(set(details))]
    *first, last = words or [""]
    return f"{', '.join(first)} or {last}" if first else last
