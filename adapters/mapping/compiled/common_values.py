"""Values as most of them come, converted in a few lines of a generated function.

Each writer here adds lines that give what the conversion of the same name gives where the value
`name` is of the common form. `odd` is asked for any other.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus, NameUse, Sex, SupportStatusCode
from adapters.contract.contact_points import EMAIL, LONGEST_EMAIL, TELEPHONE
from adapters.contract.dates import CHILDREN_ARE_BORN, EARLIEST_YEAR, UNIX_BEGINS, PartialDate
from adapters.contract.frozen import unfinished
from adapters.contract.identifiers import NHS_NUMBER, NO_POSTCODE, UPN
from adapters.contract.plain_number import PLAINLY
from adapters.mapping.caps import LIST_CAP, TEXT_CAP
from adapters.mapping.compiled.function import Function
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
from adapters.mapping.escaped import MARKS
from adapters.mapping.identity import to_sex
from adapters.mapping.not_held import is_no_record, is_not_held
from adapters.mapping.sections import to_involvement_status, to_support_status, to_use
from adapters.mapping.value import Convert

Writer = Callable[[Function, int, str, str], None]
"""Adds lines, so `deep` inside of a function, that convert what has a name, or ask `odd`."""

_SHORT_NUMBER: Final = len("01632960")  # 999 and 111 have no leading zero to lose
_DAY: Final = len("2015-03-09")
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_plain_nhs_number, _plain_upn = PLAINLY[NHS_NUMBER], PLAINLY[UPN]
is_telephone, is_email, may_be_escaped = TELEPHONE.fullmatch, EMAIL.fullmatch, MARKS.search


def plainly(name: str) -> str:
    """That a value is a text which has nothing to clean away but blanks around it."""
    text = f"type({name}) is str and {name}.isascii() and {name}.isprintable()"
    return f"{text} and len({name}) <= {TEXT_CAP}"


def _unless(function: Function, deep: int, name: str, odd: str, common: str) -> None:
    function.add(deep, f"if not ({common}): {name} = {odd}({name})")


def record_number(function: Function, deep: int, name: str, odd: str) -> None:
    """A record's own number, and none that many have."""
    text, many = function.variable(), function.named(is_no_record)
    function.add(deep, f"{text} = {name}.strip() if {plainly(name)} else ''")
    function.add(deep, f"{name} = {text} if {text} and not {many}({text}) else {odd}({name})")


def day(function: Function, deep: int, name: str, odd: str) -> None:
    """A whole day, as ISO 8601 writes it."""
    _write_day(function, deep, name, odd, f"{{}}.year >= {EARLIEST_YEAR}")


def limit(function: Function, deep: int, name: str, odd: str) -> None:
    """A whole day of a child's life."""
    born, unset = function.named(CHILDREN_ARE_BORN), function.named(date(*UNIX_BEGINS))
    _write_day(function, deep, name, odd, f"{{0}}.year in {born} and {{0}} != {unset}")


def _write_day(function: Function, deep: int, name: str, odd: str, suits: str) -> None:
    found, read = function.variable(), function.named(date.fromisoformat)
    whole = f"len({name}) == {_DAY} and {name}[4] == '-' == {name}[7]"
    function.add(deep, f"if type({name}) is str and {whole}:")
    function.add(deep + 1, f"try: {found} = {read}({name})")
    function.add(deep + 1, f"except ValueError: {found} = None")
    function.add(deep, f"else: {found} = None")
    function.add(deep, f"if {found} is not None and {suits.format(found)}:")
    made, kind = function.named(unfinished(PartialDate)), function.named(PartialDate)
    function.add(deep + 1, f"{name} = {made}({found}.year, {found}.month, {found}.day)")
    function.add(deep + 1, f"{name}.__class__ = {kind}")
    function.add(deep, f"else: {name} = {odd}({name})")


def telephone(function: Function, deep: int, name: str, odd: str) -> None:
    """A telephone number in plain digits."""
    plain, nobodys = function.named(is_telephone), function.named(is_not_held)
    # It begins with no blank, and has nothing in it that is cleaned away.
    said = f"type({name}) is str and {plain}({name}) and {name}[-1] != ' '"
    zero = f"({name}[0] in '+0' or len({name}) <= {_SHORT_NUMBER})"
    # What is one digit over and over ends as it begins.
    held = f"({name}[0] != {name}[-1] or not {nobodys}({name}))"
    _unless(function, deep, name, odd, f"{said} and {zero} and {held}")


def email(function: Function, deep: int, name: str, odd: str) -> None:
    """An e-mail address."""
    short, plain = f"len({name}) <= {LONGEST_EMAIL}", function.named(is_email)
    _unless(function, deep, name, odd, f"type({name}) is str and {short} and {plain}({name})")


def postcode(function: Function, deep: int, name: str, odd: str) -> None:
    """A postcode in capitals with its space."""
    plain = f"{function.named(_POSTCODE.fullmatch)}({name})"
    known = f"not {name}.startswith({function.named(NO_POSTCODE)})"
    _unless(function, deep, name, odd, f"type({name}) is str and {plain} and {known}")


def nhs_number(function: Function, deep: int, name: str, odd: str) -> None:
    """Ten digits, the last of them right."""
    plain = function.named(_plain_nhs_number)
    _unless(function, deep, name, odd, f"type({name}) is str and {plain}({name})")


def pupil_number(function: Function, deep: int, name: str, odd: str) -> None:
    """A permanent number in capitals, its check letter right."""
    plain = function.named(_plain_upn)
    _unless(function, deep, name, odd, f"type({name}) is str and {plain}({name})")


def names(function: Function, deep: int, name: str, odd: str) -> None:
    """Given names: a list of them, or one text."""
    words, listed = function.variable(), function.named(_listed_names)
    escaped = function.named(may_be_escaped)
    function.add(deep, f"if {plainly(name)} and not {escaped}({name}): {words} = {name}.split()")
    function.add(deep, f"else: {words} = {listed}({name}) if type({name}) is list else ()")
    whole = f"0 < len({words}) <= {LIST_CAP}"
    function.add(deep, f"{name} = tuple({words}) if {whole} else {odd}({name})")


def lines(function: Function, deep: int, name: str, odd: str) -> None:
    """An address: a list of lines, or one line."""
    function.add(deep, f"{name} = {function.named(_lines)}({name}) or {odd}({name})")


def _listed_names(items: list[Any]) -> tuple[str, ...]:
    escaped = any(type(item) is str and may_be_escaped(item) for item in items)
    return () if escaped else _plain_texts(items)


def _lines(value: Any) -> tuple[str, ...]:
    return _plain_texts(value if type(value) is list else [value])


def _plain_texts(items: list[Any]) -> tuple[str, ...]:
    """Those of these that say anything; none where any of them is not of the common form."""
    if len(items) > LIST_CAP:
        return ()
    texts = []
    for item in items:
        if item is None:
            continue
        plain = type(item) is str and item.isascii() and item.isprintable()
        if not plain or len(item) > TEXT_CAP:
            return ()
        if text := item.strip():
            texts.append(text)
    return tuple(texts)


def _word_of(kind: type[StrEnum]) -> Writer:
    known: Mapping[Any, StrEnum] = {
        word: one for one in kind for word in (one.value, one.value.lower(), one.value.title())
    }

    def word(function: Function, deep: int, name: str, odd: str) -> None:
        found = function.variable()
        said = f"{function.named(known)}.get({name}) if type({name}) is str else None"
        function.add(deep, f"{found} = {said}")
        function.add(deep, f"{name} = {odd}({name}) if {found} is None else {found}")

    return word


COMMON: Final[Mapping[Convert, Writer]] = {
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
