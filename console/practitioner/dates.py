"""Dates as people type them, day first, become dates as the gateway takes them."""

import re
from typing import Final

from console.pages.words import day_of

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(r"(\d{4})\D+(\d{1,2})(?:\D+(\d{1,2}))?")
_TOGETHER: Final = re.compile(r"(\d\d)(\d\d)(\d{4})")
_YEAR: Final = 4  # digits
_SHORT: Final = 3  # letters of a month's short name


def partial_date(typed: str) -> str | None:
    """What was typed, as "2015-03-09", "2015-03" or "2015"; None if it is no date.

    Two digits are no year: of which century it is, nobody said.
    """
    text = _ORDINAL.sub("", typed).strip()
    if found := _YEAR_FIRST.fullmatch(text) or _TOGETHER.fullmatch(text):
        numbers = [each for each in found.groups() if each]
        return _dated(numbers if found.re is _YEAR_FIRST else numbers[::-1])
    parts = [_number(part) for part in re.findall(r"[^\W\d_]+|\d+", text)]
    return None if None in parts else _dated([str(part) for part in parts[::-1]])


def _number(part: str) -> str | None:
    if part.isdecimal():
        return part
    name = part.lower()
    found = (number for number, month in enumerate(_MONTHS, 1) if month.startswith(name))
    return str(number) if len(name) >= _SHORT and (number := next(found, None)) else None


def _dated(parts: list[str]) -> str | None:
    """From year, month and day, of which the last two may be missing."""
    if not 1 <= len(parts) <= 3 or len(parts[0]) != _YEAR:  # noqa: PLR2004  year, month and day
        return None
    if any(len(part) > _YEAR for part in parts):
        return None
    found = day_of(*parts, *["1"] * (3 - len(parts)))
    return found.isoformat()[: (4, 7, 10)[len(parts) - 1]] if found else None
