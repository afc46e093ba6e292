"""How a page says what the gateway says: codes in words, moments and telephone numbers."""

import re
from datetime import datetime
from typing import Final

_NOT_DIALLED: Final = re.compile(r"[^0-9+*#,;]")
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
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", said):
        return _as_known(said)
    if re.match(r"\d{4}-\d\d-\d\dT", said):
        moment = datetime.fromisoformat(said)
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y at %H:%M} UTC"
    if said.isupper():
        return said.replace("_", " ").capitalize()
    return said


def shortly(said: str) -> str:
    """A moment for a narrow column, in UTC."""
    moment = datetime.fromisoformat(said)
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]} {moment:%Y, %H:%M}"


def detail(name: str) -> str:
    """The name of a detail, as the gateway writes it in lists of details."""
    return _DETAILS.get(name, name.replace("_", " "))


def _as_known(date: str) -> str:
    """A partial date for people: nothing is added to it."""
    year, *rest = date.split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def telephone(number: str) -> str:
    """The address of a telephone link."""
    return "tel:" + _NOT_DIALLED.sub("", number.partition("ext")[0])
