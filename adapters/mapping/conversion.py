"""One value of an agency's document, read as text, date, yes or no, number or code."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar

from adapters.contract.contact_points import is_email, is_telephone
from adapters.contract.dates import NoDayError, PartialDate
from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.mapping.caps import READ_CAP, TEXT_CAP, capped, capped_texts
from adapters.mapping.date_format import day_reader, iso_day
from adapters.mapping.escaped import unescaped
from adapters.mapping.marks.written import is_mark
from adapters.mapping.misread import MISREAD_CONTROLS, REPLACEMENT, is_misread
from adapters.mapping.not_held import is_no_record, is_not_held

E = TypeVar("E", bound=StrEnum)

_RAW_CAP = 4 * TEXT_CAP
_JOINERS = "\u200c\u200d"  # invisible, and needed to write some languages
_TRUE = frozenset({"true", "y", "yes", "1"})
_FALSE = frozenset({"false", "n", "no", "0"})
_NHS_DIGITS = 10
_LONGEST_LOST = 3  # leading zeros that a numeric column may have dropped
_COUNTED = re.compile(r"(?:(?P<abroad>44[1-9][0-9]{8,9})|(?P<national>[1-9][0-9]{8,9}))(?:\.0+)?")
_SPREADSHEET = re.compile(r"""^(?:="(?P<quoted>[^"]*)"|'?(?P<bare>.*))$""", re.DOTALL)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_NO_FRACTION = re.compile(r"(?<=[0-9])\.0+$")


def clean(text: str) -> str:
    """NFC, one line, no control, bidirectional or lone half characters.

    At most 400 characters: of a longer text the last one is an ellipsis.
    """
    if text.isascii() and text.isprintable():
        plain = text.strip()
        return plain if len(plain) <= TEXT_CAP else capped(plain)
    shown = filter(None, map(_shown, " ".join(text.split())))
    kept = "".join(islice(shown, _RAW_CAP))
    plain = unicodedata.normalize("NFC", " ".join(kept.split()))
    return capped(plain if next(shown, None) is None else plain.ljust(TEXT_CAP + 1))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\n\r\v\f":
        return " "
    if character in MISREAD_CONTROLS:
        return REPLACEMENT
    if category in {"Cc", "Cs", "Cn", "Co"}:
        return ""
    return character if category != "Cf" or character in _JOINERS else ""


def to_text(value: Any) -> str | None:
    """A text or a number as one clean line; None for null and for blanks."""
    if value is None:
        return None
    if type(value) is str:
        return clean(value) or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadableError("not a text")
    return clean(str(value)) or None


def to_record_id(value: Any) -> str | None:
    """The record's own number, as text; None for what many records have where they have none.

    A whole number is taken at its word: some tables begin to count at 0.
    """
    text = to_text(value)
    filled = text is not None and not isinstance(value, int) and is_no_record(text)
    return None if filled else text


def to_date(value: Any) -> PartialDate | None:
    """A day, month, year or date-time of ISO 8601, as `date_format.iso_day` reads it.

    None for a day that systems keep for none.
    """
    return _day(iso_day, value)


def to_limit(value: Any) -> PartialDate | None:
    """A day on which something of a child's began, ended or happened, read as `to_date` reads it.

    None for a day of no child's life, such as an end in 1900 or in 9999: nothing ended then.
    """
    day = to_date(value)
    return None if day is None or day.of_no_life else day


def to_date_by(form: str) -> Callable[[Any], PartialDate | None]:
    """What reads a day of the form that a checked manifest names."""
    return partial(_day, day_reader(form))


def _day(read: Callable[[str], PartialDate], value: Any) -> PartialDate | None:
    text = to_text(value)
    if text is None:
        return None
    try:
        return read(text)
    except NoDayError:
        return None
    except (ValueError, OverflowError):
        raise UnreadableError("not a date of this form") from None


def to_name(value: Any) -> str | None:
    """A name, as it is said; UnreadableError for one that was misread on its way, as BjÃ¶rn."""
    if not isinstance(value, str):
        return to_text(value)
    name = unescaped(value)
    if is_misread(name):
        raise UnreadableError("read in the wrong encoding")
    return to_text(name)


def to_bool(value: Any) -> bool | None:
    """true, yes, Y, 1 and their opposites, in any case; None for null and for blanks."""
    if value is None or isinstance(value, bool):
        return value
    text = to_text(value)
    if text is None:
        return None
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise UnreadableError("neither yes nor no")


def _held(value: Any) -> str | None:
    """A clean text; None too for what systems write where there is none."""
    text = to_text(value)
    return None if text is None or is_not_held(text) else text


def to_phone(value: Any) -> str | None:
    """A telephone number as it is dialled, as a text or a number.

    A leading zero or the plus of +44 that was lost is put back; what a spreadsheet put there, as
    in `'01632 960001` and `1632960001.0`, is taken away.
    """
    text = _held(value)
    if text is None:
        return None
    number = _undone(undecorated(text))
    if not is_telephone(number):
        raise UnreadableError("not a telephone number")
    return number


def _undone(number: str) -> str:
    """A telephone number before a column of numbers took its leading zero or its plus."""
    found = _COUNTED.fullmatch(number)
    if found is None:
        return number
    return f"+{found['abroad']}" if found["abroad"] else f"0{found['national']}"


def to_email(value: Any) -> str | None:
    """One plain e-mail address; UnreadableError for anything that only stands where one should."""
    text = _held(value)
    if text is not None and not is_email(text):
        raise UnreadableError("not an email address")
    return text


def undecorated(text: str) -> str:
    """A number without what a spreadsheet put around it: `'9990000018`, `="9990000018"`.

    Digits in full width become plain ones, and any space or dash is a plain one. A word beside it
    stays: "Mother: 9990000018" is no number of the child's.
    """
    if text.isascii() and text.isalnum():
        return text
    found = _SPREADSHEET.match(unicodedata.normalize("NFKC", text).strip())
    plain = (found["quoted"] or found["bare"] or "") if found else ""
    return _DASHES.sub("-", " ".join(plain.split()))


def to_nhs_number(value: Any) -> str | None:
    """An NHS number; up to three leading zeros that a numeric column dropped are put back.

    So is a number that a spreadsheet decorated, or made one with a fraction of nothing (`.0`).
    """
    text = to_text(value)
    if text is None:
        return None
    digits = text = _NO_FRACTION.sub("", undecorated(text))
    if text.isdigit() and len(text) >= _NHS_DIGITS - _LONGEST_LOST:
        digits = text.zfill(_NHS_DIGITS)
    return _parsed(NhsNumber.parse, digits)


def to_upn(value: Any) -> str | None:
    """A permanent unique pupil number, without what a spreadsheet put around it."""
    text = to_text(value)
    return None if text is None else _parsed(Upn.parse, undecorated(text))


def to_postcode(value: Any) -> str | None:
    """A full postcode in capitals with its space; words of a mark as they are, for `heeded`."""
    text = _held(value)
    return text if text is None or is_mark(text) else _parsed(Postcode.parse, text)


def _parsed(parse: Callable[[str], str], text: str) -> str:
    try:
        return str(parse(text))
    except ValueError:
        raise UnreadableError("not a valid number") from None


def to_word(kind: type[E], value: Any) -> E | None:
    """The member whose own word this is, in any case; UnreadableError for another word."""
    text = to_text(value)
    if text is None:
        return None
    try:
        return kind(text.upper().replace("-", "_").replace(" ", "_"))
    except ValueError:
        raise UnreadableError("not a known word") from None


def to_lines(value: Any) -> tuple[str, ...] | None:
    """A text, cut at its line ends, or a list of texts; None where nothing is in it."""
    items = value.splitlines() if isinstance(value, str) else value
    return _texts(items)


def to_given_names(value: Any) -> tuple[str, ...] | None:
    """A list of names, or one text cut at its spaces."""
    if isinstance(value, str):
        return _texts((to_name(value) or "").split())
    return _texts(value, to_name)


def _texts(items: Any, read: Callable[[Any], str | None] = to_text) -> tuple[str, ...] | None:
    if items is None:
        return None
    if not isinstance(items, list):
        raise UnreadableError("neither a text nor a list of texts")
    texts = (read(item) for item in items[:READ_CAP])
    return capped_texts([text for text in texts if text]) or None


def decode(table: Mapping[str, str | bool], code: Any) -> str | bool:
    """What a code table says; a code it does not list is its `"*"`, or unreadable without one."""
    if isinstance(code, bool):
        code = str(code).lower()
    known = table.get("*")
    if isinstance(code, str | int):
        known = table.get(str(code).strip(), known)
    if known is None:
        raise UnreadableError("not a listed code")
    return known


CONVERSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": to_text,
    "date": to_date,
    "bool": to_bool,
    "phone": to_phone,
    "nhs_number": to_nhs_number,
    "upn": to_upn,
    "postcode": to_postcode,
}
