"""One value of a mapping as lines of a generated function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.expressions.jmespath_expression import UnreadableError, bounded
from adapters.mapping.caps import TEXT_CAP, is_cut
from adapters.mapping.compiled.common_values import COMMON
from adapters.mapping.compiled.expression_text import write_expression
from adapters.mapping.compiled.function import Function, NotGenerated, Uncommon
from adapters.mapping.conversion import to_bool, to_name, to_text
from adapters.mapping.escaped import MARKS
from adapters.mapping.identity import NUMBERS, may_be
from adapters.mapping.value import Convert, Reading

_TEXTS: Final = frozenset({to_text, to_name})
_UNLISTED: Final = object()
may_be_escaped = MARKS.search


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """The name that has a value while the function runs; `constant` is what no document changes."""

    name: str
    constant: bool = False
    absent: bool = False


ABSENT: Final = WrittenValue("None", constant=True, absent=True)


def write_value(
    function: Function, deep: int, document: str, reading: Reading, identity: str = ""
) -> WrittenValue:
    """Read a value of the dictionary `document` into a variable.

    `identity` is its name where it is one that a record has once.
    """
    if reading.expression is None:
        return _constant(function, reading, identity)
    name = write_read(function, deep, document, reading.expression, keeps=reading.decides)
    _write_meaning(function, deep, name, reading, identity)
    return WrittenValue(name)


def write_read(
    function: Function, deep: int, document: str, read: Any, *, keeps: bool = False
) -> str:
    """Read what an expression gives of the dictionary `document`, unbounded, into a variable.

    Where it `keeps` the place of what it drops, it is one that finds items.
    """
    path = getattr(read, "path", None)
    if path is None:
        found = write_expression(function, deep, document, read, keeps=keeps)
        if found != document:
            return found
    name = function.variable()
    keys = [function.named(key) for key in path or ()]
    function.add(deep, f"{name} = {f'{document}.get({keys[0]})' if keys else document}")
    for key in keys[1:]:
        function.add(deep, f"{name} = {name}.get({key}) if isinstance({name}, dict) else None")
    return name


def _constant(function: Function, reading: Reading, identity: str) -> WrittenValue:
    try:
        value = _uncut(_meaning_of(reading, identity)(reading.constant))
    except (UnreadableError, Uncommon):
        raise NotGenerated from None
    return ABSENT if value is None else WrittenValue(function.named(value), constant=True)


def _write_meaning(
    function: Function, deep: int, name: str, reading: Reading, identity: str
) -> None:
    odd = function.named(_uncommon(reading, identity))
    if reading.table is not None:
        _write_coded(function, deep, name, reading, odd)
        return
    function.add(deep, f"if {name} is not None:")
    if reading.convert in _TEXTS:
        _write_text(function, deep + 1, name, odd, is_name=reading.convert is to_name)
    elif reading.convert is to_bool:
        function.add(deep + 1, f"if {name} is not True and {name} is not False:")
        function.add(deep + 2, f"{name} = {odd}({name})")
    elif reading.convert in COMMON:
        COMMON[reading.convert](function, deep + 1, name, odd)
    else:
        function.add(deep + 1, f"{name} = {odd}({name})")


def _write_text(function: Function, deep: int, name: str, odd: str, *, is_name: bool) -> None:
    plain = f"type({name}) is str and {name}.isascii() and {name}.isprintable()"
    if is_name:
        plain += f" and not {function.named(may_be_escaped)}({name})"
    function.add(deep, f"if {plain} and len({name}) <= {TEXT_CAP}:")
    function.add(deep + 1, f"{name} = {name}.strip() or None")
    function.add(deep, "else:")
    function.add(deep + 1, f"{name} = {odd}({name})")


def _write_coded(function: Function, deep: int, name: str, reading: Reading, odd: str) -> None:
    codes, unlisted = function.named(_codes(reading)), function.named(_UNLISTED)
    listed = f"{codes}.get({name}, {unlisted})"
    may_be_listed = f"type({name}) is str"
    if reading.decides:
        may_be_listed = f"({name} is None or {may_be_listed})"
    else:
        function.add(deep, f"if {name} is not None:")
        deep += 1
    coded = function.variable()
    function.add(deep, f"{coded} = {listed} if {may_be_listed} else {unlisted}")
    function.add(deep, f"{name} = {odd}({name}) if {coded} is {unlisted} else {coded}")


def _codes(reading: Reading) -> Mapping[Any, Any]:
    # A code with blanks around it is never found by the text that it is.
    codes: dict[Any, Any] = {}
    for code in (None, *(one for one in reading.table or () if one == one.strip())):
        try:
            codes[code] = _uncut(reading.meaning(code))
        except (UnreadableError, Uncommon):
            continue
    return codes


def _uncommon(reading: Reading, identity: str) -> Callable[[Any], Any]:
    """What reads a value that is not of the common form; Uncommon where that is a defect."""
    meaning = _meaning_of(reading, identity)
    return lambda raw: _uncut(meaning(bounded(raw)))


def _meaning_of(reading: Reading, identity: str) -> Convert:
    if not identity:
        return reading.meaning

    def meaning(raw: Any) -> Any:
        if not may_be(identity, raw, counted=reading.counted):
            raise Uncommon
        return reading.meaning(raw)

    return meaning


def _uncut(value: Any) -> Any:
    if is_cut(value):
        raise Uncommon
    return value


def odd_number(scheme: str) -> Convert:
    """What reads a number of a FHIR identifier that is not of the common form."""

    def number(raw: Any) -> Any:
        if not may_be(scheme, raw):
            raise Uncommon
        return NUMBERS[scheme](raw)

    return number
