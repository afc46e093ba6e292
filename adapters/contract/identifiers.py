"""Identifiers of a child, checked once at the edge and trusted inside."""

import re
from typing import Final, Self

from stdnum.gb import nhs, upn
from stdnum.util import clean

NHS_NUMBER: Final = "nhs_number"
UPN: Final = "upn"
AGENCY_RECORD: Final = "record_id"
CHILD_NUMBERS: Final = frozenset({NHS_NUMBER, UPN})  # each is one child's everywhere
IDENTIFYING: Final = CHILD_NUMBERS | {AGENCY_RECORD}

SYSTEMS: Final = {
    NHS_NUMBER: "https://fhir.nhs.uk/Id/nhs-number",
    UPN: "urn:teamaround:upn",
}

NO_POSTCODE: Final = "ZZ99"  # of an address that is not known (ONS, pseudo-postcodes)
_SEPARATORS = re.compile(r"[\s-]+")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", re.ASCII)
_UPN_SHAPE = re.compile(r"[A-Z]\d{11}[\dA-Z]", re.ASCII)


def _compact(text: str) -> str:
    """The text without spaces and hyphens; what only looks like ASCII becomes ASCII.

    A word processor makes a dash of a hyphen, and some keyboards write wide digits. One number
    must be one text, however it was written: otherwise no agency would know it.
    """
    return _SEPARATORS.sub("", text if text.isascii() else clean(text))


def is_one_digit(digits: str) -> bool:
    """Whether it is one digit over and over: nobody's number, whatever its check says."""
    return digits == digits[:1] * len(digits)


class NhsNumber(str):
    """Ten digits with a valid mod-11 check digit (NHS Data Dictionary, NHS NUMBER).

    Ten times the same digit passes that check and is what people type to fill a field.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number with or without spaces or hyphens; ValueError if it cannot be one."""
        digits = text if _TEN_DIGITS.fullmatch(text) else _compact(text)
        whole = _TEN_DIGITS.fullmatch(digits) and nhs.checksum(digits) == 0
        if not whole or is_one_digit(digits):
            raise ValueError("an NHS number is ten digits, the last of them a check digit")
        return cls(digits)


class Upn(str):
    """A permanent unique pupil number: a check letter and twelve digits (DfE, UPN guide).

    A temporary number ends in a letter and identifies nobody, so it does not parse. Nor does one
    digit twelve times.
    An authority unknown to the check list is accepted: that list is from 2011.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a UPN in either case; ValueError if it is temporary or its letter is wrong."""
        number = _compact(text).upper()
        if not _UPN_SHAPE.fullmatch(number):
            raise ValueError("a UPN is a check letter and twelve digits")
        if not number[-1].isdigit():
            raise ValueError("a temporary UPN (it ends in a letter) identifies nobody")
        if is_one_digit(number[1:]):
            raise ValueError("a UPN of one repeated digit belongs to nobody")
        if upn.calc_check_digit(number[1:]) != number[0]:
            raise ValueError("the check letter of this UPN does not fit its digits")
        return cls(number)


class Postcode(str):
    """A UK postcode, in capitals with one space; "ZZ99" pseudo-postcodes do not parse."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a full postcode, spaced or not; ValueError if it is none."""
        found = _POSTCODE.fullmatch(_compact(text).upper())
        if found is None:
            raise ValueError("a postcode is like AB1 2CD")
        if found.group(1) == NO_POSTCODE:
            raise ValueError("a ZZ99 postcode is not an address")
        return cls(f"{found.group(1)} {found.group(2)}")
