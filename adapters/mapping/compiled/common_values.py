"""Values as most of them come, converted in a step.

Each function here gives what the conversion of the same name gives, or None where the value is not
of the common form: then that conversion is asked.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus, NameUse, Sex, SupportStatusCode
from adapters.contract.contact_points import is_email, is_telephone
from adapters.contract.dates import EARLIEST_YEAR, PartialDate
from adapters.contract.frozen import unfinished
from adapters.contract.identifiers import NHS_NUMBER, NO_POSTCODE, UPN
from adapters.contract.plain_number import PLAINLY
from adapters.mapping.caps import LIST_CAP, TEXT_CAP
from adapters.mapping.conversion import (
    to_date,
    to_email,
    to_given_names,
    to_limit,
    to_lines,
    to_nhs_number,
    to_phone,
    to_postcode,
    to_record_id,
    to_upn,
)
from adapters.mapping.escaped import may_be_escaped
from adapters.mapping.identity import to_sex
from adapters.mapping.not_held import is_no_record, is_not_held
from adapters.mapping.sections import to_involvement_status, to_support_status, to_use
from adapters.mapping.value import Convert

_SHORT_NUMBER: Final = len("01632960")  # 999 and 111 have no leading zero to lose
_DAY: Final = len("2015-03-09")
_Day: Final = unfinished(PartialDate)
_of_no_life: Final = attrgetter("of_no_life")
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_plain_nhs_number, _plain_upn = PLAINLY[NHS_NUMBER], PLAINLY[UPN]


def plain_text(value: Any) -> str | None:
    """A text that has nothing to clean away but blanks around it; never an empty one."""
    if type(value) is str and value.isascii() and value.isprintable() and len(value) <= TEXT_CAP:
        return value.strip()
    return None


def record_number(value: Any) -> str | None:
    """A record's own number, and none that many have."""
    text = plain_text(value)
    return None if text is None or is_no_record(text) else text


def day(value: Any) -> PartialDate | None:
    """A whole day, as ISO 8601 writes it."""
    if type(value) is not str or len(value) != _DAY or not value[4] == "-" == value[7]:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    if found.year < EARLIEST_YEAR:
        return None
    made: Any = _Day(found.year, found.month, found.day)
    made.__class__ = PartialDate
    whole: PartialDate = made
    return whole


def limit(value: Any) -> PartialDate | None:
    """A whole day of a child's life."""
    found = day(value)
    return None if found is None or _of_no_life(found) else found


def telephone(value: Any) -> str | None:
    """A telephone number in plain digits."""
    # It begins with no blank, and has nothing in it that is cleaned away.
    if type(value) is not str or not is_telephone(value) or value[-1] == " ":
        return None
    if value[0] not in "+0" and len(value) > _SHORT_NUMBER:
        return None
    # What is one digit over and over ends as it begins.
    return None if value[0] == value[-1] and is_not_held(value) else value


def email(value: Any) -> str | None:
    """An e-mail address."""
    return value if type(value) is str and is_email(value) else None


def postcode(value: Any) -> str | None:
    """A postcode in capitals with its space."""
    if type(value) is str and _POSTCODE.fullmatch(value) and not value.startswith(NO_POSTCODE):
        return value
    return None


def nhs_number(value: Any) -> str | None:
    """Ten digits, the last of them right."""
    return value if type(value) is str and _plain_nhs_number(value) else None


def pupil_number(value: Any) -> str | None:
    """A permanent number in capitals, its check letter right."""
    return value if type(value) is str and _plain_upn(value) else None


def names(value: Any) -> tuple[str, ...] | None:
    """Given names: a list of them, or one text."""
    if type(value) is list:
        return None if any(map(_is_odd_name, value)) else _plain_texts(value)
    words = (plain_text(value) or "").split()
    if any(map(may_be_escaped, words)):
        return None
    return tuple(words) if len(words) <= LIST_CAP else None


def _is_odd_name(item: Any) -> bool:
    return type(item) is str and may_be_escaped(item)


def lines(value: Any) -> tuple[str, ...] | None:
    """An address: a list of lines, or one line."""
    if type(value) is list:
        return _plain_texts(value)
    return (text,) if (text := plain_text(value)) else None


def _plain_texts(items: list[Any]) -> tuple[str, ...] | None:
    if len(items) > LIST_CAP:
        return None
    texts = [plain_text(item) for item in items if item is not None]
    return None if None in texts else tuple(filter(None, texts))


def _word_of(kind: type[StrEnum]) -> Convert:
    known: Mapping[Any, StrEnum] = {
        word: one for one in kind for word in (one.value, one.value.lower(), one.value.title())
    }
    return lambda value: known.get(value) if type(value) is str else None


COMMON: Final[Mapping[Convert, Callable[[Any], Any]]] = {
    to_record_id: record_number,
    to_date: day,
    to_limit: limit,
    to_phone: telephone,
    to_email: email,
    to_postcode: postcode,
    to_nhs_number: nhs_number,
    to_upn: pupil_number,
    to_given_names: names,
    to_lines: lines,
    to_sex: _word_of(Sex),
    to_use: _word_of(NameUse),
    to_involvement_status: _word_of(InvolvementStatus),
    to_support_status: _word_of(SupportStatusCode),
}
