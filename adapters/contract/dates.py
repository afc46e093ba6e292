"""Dates as agencies really hold them: a day, a month or a year, and never a made-up day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from adapters.contract.frozen import plainly_made

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
EARLIEST_YEAR: Final = 1850
# Whom a question is about is a child. Systems begin or end their calendar outside these years, and
# write such a day for none: 30 December 1899 (spreadsheets), 31 December 2099 or 9999.
CHILDREN_ARE_BORN: Final = range(1901, 2099)
# A count of seconds, or of milliseconds, that was never set.
UNIX_BEGINS: Final = (1970, 1, 1)
# What is kept for no date at all, by year, month and day: MySQL's zero date; the first day of .NET,
# Java and Oracle, which PostgreSQL's drivers also say for -infinity; of Windows's file times; of
# SQL Server's datetime; of Clarion.
_NO_DAYS: Final = frozenset({(0, 0, 0), (1, 1, 1), (1601, 1, 1), (1753, 1, 1), (1800, 12, 28)})


class NoDayError(ValueError):
    """This is what systems keep for no date at all."""


@plainly_made
@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A year, a year and month, or a whole date; month and day are 0 where not known.

    Orders with the vaguer date first, so that "2015" sorts before "2015-03-09".
    """

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2015", "2015-03" or "2015-03-09"; ValueError for anything else.

        NoDayError for a day that systems keep for none.
        """
        found = _PARTIAL.fullmatch(text.strip())
        if found is None:
            raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD")
        year = int(found[1])
        month, day = [None if part is None else int(part) for part in found.group(2, 3)]
        _refuse_unlived(year, month or 0, day or 0)
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError:  # newer Pythons quote the day in their message
            raise ValueError("there is no such day in the calendar") from None
        return cls(year, month or 0, day or 0)

    @classmethod
    def of(cls, day: date) -> Self:
        """The whole date `day`; ValueError as for `parse`."""
        _refuse_unlived(day.year, day.month, day.day)
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        if self.month and self.day:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        parts = [f"{self.year:04}"]
        if self.month:
            parts.append(f"{self.month:02}")
        return "-".join(parts)

    @property
    def whole(self) -> bool:
        """Whether year, month and day are all known."""
        return bool(self.day)

    @property
    def placeholder(self) -> bool:
        """Whether systems write this for "not known": a 1 January, or a year of no child's."""
        return (self.month, self.day) == (1, 1) or self.year not in CHILDREN_ARE_BORN

    @property
    def of_no_life(self) -> bool:
        """Whether nothing about a child can have begun or ended then: it is kept for no day."""
        unset = (self.year, self.month, self.day) == UNIX_BEGINS
        return unset or self.year not in CHILDREN_ARE_BORN


def _refuse_unlived(year: int, month: int, day: int) -> None:
    if (year, month, day) in _NO_DAYS:
        raise NoDayError("a day that systems keep for no date")
    if year < EARLIEST_YEAR:
        raise ValueError(f"nobody alive was born before {EARLIEST_YEAR}")
