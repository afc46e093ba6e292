"""How a page says what the gateway says: codes in words, moments and telephone numbers."""

import re
import unicodedata
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

CLOCK: Final = ZoneInfo("Europe/London")  # of everybody who reads these pages
_NOT_DIALLED: Final = re.compile(r"[^0-9+*#,;]")
_EXTENSION: Final = re.compile(r"x|ext", re.IGNORECASE)
_WHOLE_NUMBER: Final = 9  # digits: 01632/960001 is one number
_DATE: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
_NHS_NUMBER: Final = re.compile(r"[0-9]{10}")
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_DETAILS: Final = {
    "nhs_number": "NHS number",
    "upn": "unique pupil number",
    "birth_date": "date of birth",
    "gp_practice": "GP practice",
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def in_words(said: str | None) -> str:
    """A moment, a date as precisely as it is known, or a code; as a sentence would have it."""
    if not said:
        return "not said"
    if known := _DATE.fullmatch(said):
        return _as_known(*known.groups())
    if _MOMENT.match(said):
        return _as_moment(said)
    return said.replace("_", " ").capitalize() if said.isupper() else said


def shortly(said: str) -> str:
    """A moment for a narrow column."""
    moment = here(said)
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]} {moment:%Y, %H:%M}"


def here(said: str) -> datetime:
    """A moment by the clock of the reader; one without a zone is taken as it was written."""
    moment = datetime.fromisoformat(said)
    return moment.astimezone(CLOCK) if moment.tzinfo else moment


def detail(name: str) -> str:
    """The name of a detail, as the gateway writes it in lists of details."""
    return _DETAILS.get(name, name.replace("_", " "))


def grouped(number: str) -> str:
    """An NHS number in groups of 3, 3 and 4 digits, as the NHS prints it; all else as it is.

    The rule is that of the NHS Data Model and Dictionary, "NHS Number".
    """
    digits = "".join(number.split())
    if _NHS_NUMBER.fullmatch(digits) is None:
        return number
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def typed_number(text: str) -> str:
    """A child's number as it was typed: plain digits and capitals, without what is between them.

    Digits of any script and width are the digits that they show. "" if it has nothing to read.
    """
    shown = filter(str.isalnum, unicodedata.normalize("NFKC", text))
    return "".join(str(int(each)) if each.isdecimal() else each for each in shown).upper()


def whole_number(text: str) -> int | None:
    """A place or a version as an address has it; None if no version or place is so large."""
    return int(text) if _WHOLE.fullmatch(text) else None


def day_of(year: str, month: str, day: str) -> date | None:
    """The day of three numbers as somebody typed them; None if no calendar has it."""
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):  # a year of eleven digits is no integer of the calendar's
        return None


def _as_known(year: str, month: str | None, day: str | None) -> str:
    """A partial date for people: nothing is added to it."""
    if month is None:
        return year
    named = f"{_MONTHS[int(month) - 1]} {year}"
    return named if day is None else f"{int(day)} {named}"


def _as_moment(said: str) -> str:
    """A moment for people; what only looks like one stays as an agency wrote it."""
    try:
        moment = here(said)
    except (ValueError, OverflowError):
        return said
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y at %H:%M %Z}".rstrip()


def telephone(number: str) -> str:
    """The address of a telephone link: of two numbers the first, and no extension.

    The zero of "+44 (0)1632 960001" is dialled from within the country alone.
    """
    main = _EXTENSION.split(number)[0]
    first = main.partition("/")[0]
    dialled = first if sum(map(str.isdigit, first)) >= _WHOLE_NUMBER else main
    return "tel:" + _NOT_DIALLED.sub("", dialled.replace("(0)", "") if "+" in dialled else dialled)
