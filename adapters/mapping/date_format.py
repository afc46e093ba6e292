"""A day as an agency writes it: as ISO 8601 has it, or in the form that the manifest names.

Nothing is guessed: 03/04/2015 is two days, and only the agency knows which.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, Self
from zoneinfo import ZoneInfo

from adapters.contract.dates import EARLIEST_YEAR, NoDayError, PartialDate

_MOMENT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].+")
_ZERO_DATE: Final = "0000-00-00"
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]+)?")
_DOTNET: Final = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/")
_LONDON: Final = ZoneInfo("Europe/London")
_EXCEL_BEGINS: Final = date(1899, 12, 30)  # its 1900 is a leap year, so days count from March on
_EXCEL_1904_BEGINS: Final = date(1904, 1, 1)
_EXCEL_FIRST: Final = 61
_LATEST_OF_THIS_CENTURY: Final = 68  # POSIX, strptime: 69 to 99 are of the twentieth century

_PARTS: Final[Mapping[str, str]] = {
    "d": r"(?P<d>[0-9]{1,2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "B": r"(?P<b>[A-Za-z]{3,9})\.?",
    "a": r"[A-Za-z]{2,9}\.?",
    "A": r"[A-Za-z]{2,9}\.?",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{2})",
    "S": r"(?P<S>[0-9]{2})",
    "f": r"[0-9]{1,9}",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
_DIRECTIVE: Final = re.compile(r"%(.?)")
_LOOSE: Final = "[0-9]{1,2}"
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SHORTEST_MONTH: Final = 3


class DateFormatError(ValueError):
    """The form is none that can be read by; its message says what to write."""


@dataclass(frozen=True, slots=True)
class DateForm:
    """A form such as "%d/%m/%Y", compiled; numbers that touch each other have all their digits."""

    shape: re.Pattern[str]
    parts: frozenset[str]

    @classmethod
    def parse(cls, form: str, *, anything: str = "") -> Self:
        """Compile `form`; DateFormatError if it is none.

        The character `anything`, of the names of files, stands for any text, and case is no matter.
        """
        shape, end, parts = "", 0, set[str]()
        for found in _DIRECTIVE.finditer(form):
            shape += _literal(form[end : found.start()], anything)
            name, end = found.group(1), found.end()
            if name not in _PARTS:
                raise DateFormatError(f"%{name} is not known; write %d, %m, %Y, %b, %H, %M or %S")
            if name in parts:
                raise DateFormatError(f"%{name} stands twice")
            touches = form[end : end + 1] == "%" or form[: found.start()][-2:-1] == "%"
            part = _PARTS[name]
            shape += part.replace(_LOOSE, "[0-9]{2}") if touches else part
            parts |= {name} if name != "%" else set()
        case = re.IGNORECASE if anything else re.NOFLAG
        return cls(re.compile(shape + _literal(form[end:], anything), case), _dated(parts))

    def day(self, text: str) -> PartialDate:
        """The day, month or year that `text` says, in Britain where it has an offset."""
        found = self._found(text)
        if found.get("z") and "H" in found:
            return _in_britain(_moment(found))
        year, month, day = _year(found), _month(found), int(found.get("d") or 0)
        if day and not month:
            raise ValueError("a day of no month")
        if "d" in found and not (year % 100 or month or day):
            raise NoDayError("a date of zeros alone")
        said = (f"{year:04}", *(f"{part:02}" for part in (month, day) if part))
        return PartialDate.parse("-".join(said))

    def moment(self, text: str) -> datetime:
        """The moment that `text` says, its time left out being midnight; UTC without an offset."""
        return _moment(self._found(text))

    def _found(self, text: str) -> dict[str, str]:
        found = self.shape.fullmatch(text)
        if found is None:
            raise ValueError("not of this form")
        return {name: part for name, part in found.groupdict().items() if part is not None}


def _literal(text: str, anything: str) -> str:
    return "".join(
        ".*" if character == anything else r"\s+" if character == " " else re.escape(character)
        for character in text
    )


def _dated(parts: set[str]) -> frozenset[str]:
    months, years = parts & {"m", "b", "B"}, parts & {"Y", "y"}
    if len(years) != 1 or len(months) > 1:
        raise DateFormatError("it needs one year, %Y or %y, and not two months")
    if "d" in parts and not months:
        raise DateFormatError("a day %d needs its month, %m or %b")
    return frozenset(parts)


def _year(found: Mapping[str, str]) -> int:
    if "Y" in found:
        return int(found["Y"])
    short = int(found["y"])
    return short + (2000 if short <= _LATEST_OF_THIS_CENTURY else 1900)


def _month(found: Mapping[str, str]) -> int:
    if "b" not in found:
        return int(found.get("m", 0))
    name = found["b"].lower()
    known = [month for month in _MONTHS if month.startswith(name) or name == "sept" == month[:4]]
    if len(known) != 1 or len(name) < _SHORTEST_MONTH:
        raise ValueError("no month")
    return _MONTHS.index(known[0]) + 1


def _moment(found: Mapping[str, str]) -> datetime:
    hour = int(found.get("H") or found.get("I") or 0)
    if "p" in found:
        hour = hour % 12 + (12 if found["p"] in "Pp" else 0)
    zone = datetime.strptime(found["z"], "%z").tzinfo if "z" in found else UTC
    day = (_year(found), _month(found) or 1, int(found.get("d") or 1))
    return datetime(*day, hour, int(found.get("M") or 0), int(found.get("S") or 0), tzinfo=zone)


def iso_day(text: str) -> PartialDate:
    """A day, month, year or date-time of ISO 8601; ValueError for any other.

    A date-time with an offset is the day it was in Britain: systems write a local midnight in
    summer as 23:00 UTC of the day before.
    """
    if not _MOMENT.fullmatch(text):
        return PartialDate.parse(text)
    if text.startswith(_ZERO_DATE):
        return PartialDate.parse(_ZERO_DATE)
    return _in_britain(datetime.fromisoformat(text))


def _in_britain(moment: datetime) -> PartialDate:
    # Before railways each place had a time of its own, and the year 1 has no day before it.
    local = moment.tzinfo is None or moment.year < EARLIEST_YEAR
    return PartialDate.of((moment if local else moment.astimezone(_LONDON)).date())


def _written_day(text: str) -> PartialDate:
    moment = _MOMENT.fullmatch(text)
    if moment and not text.startswith(_ZERO_DATE):
        datetime.fromisoformat(text)
    return PartialDate.parse(moment[1] if moment else text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return float(text)


def _serial(text: str) -> PartialDate:
    days = int(_number(text))
    if days == 0:
        raise NoDayError("an empty cell that was counted on")
    if days < _EXCEL_FIRST:
        raise ValueError("spreadsheets disagree about this day")
    return PartialDate.of(_EXCEL_BEGINS + timedelta(days=days))


def _serial_1904(text: str) -> PartialDate:
    return PartialDate.of(_EXCEL_1904_BEGINS + timedelta(days=int(_number(text))))


def _since_1970(seconds: float) -> PartialDate:
    return _in_britain(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


def _seconds(text: str) -> PartialDate:
    return _since_1970(_number(text))


def _milliseconds(text: str) -> PartialDate:
    return _since_1970(_number(text) / 1000)


def _dotnet(text: str) -> PartialDate:
    found = _DOTNET.fullmatch(text)
    if found is None:
        raise ValueError("no /Date(...)/")
    return _since_1970(int(found[1]) / 1000)


Read = Callable[[str], PartialDate]
NAMED: Final[Mapping[str, Read]] = {
    "iso": iso_day,
    "iso-as-written": _written_day,
    "excel": _serial,
    "excel-1904": _serial_1904,
    "unix": _seconds,
    "unix-ms": _milliseconds,
    "dotnet": _dotnet,
}


@cache
def day_reader(form: str) -> Read:
    """What reads a day of this form; DateFormatError if there is no such form.

    What it gives raises ValueError, or OverflowError, for a text that is no such day.
    """
    if form in NAMED:
        return NAMED[form]
    if "%" not in form:
        names = ", ".join(NAMED)
        raise DateFormatError(f'a form like "%d/%m/%Y", or one of {names}')
    return DateForm.parse(form).day
