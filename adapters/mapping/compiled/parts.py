"""The parts of a record, each as one generated function."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from adapters.contract.codes import NameUse
from adapters.contract.frozen import unfinished
from adapters.contract.record import Identifier, Name, Record
from adapters.expressions.xml_document import is_element, names_in
from adapters.expressions.xpath import XPath
from adapters.mapping.caps import LIST_CAP
from adapters.mapping.compiled.common_values import Writer, nhs_number, pupil_number
from adapters.mapping.compiled.function import Function
from adapters.mapping.compiled.item_text import write_item, write_made
from adapters.mapping.compiled.value_text import (
    ABSENT,
    WrittenValue,
    odd_number,
    write_read,
    write_value,
)
from adapters.mapping.identity import NUMBERS, SINGLES
from adapters.mapping.periods import is_in_use
from adapters.mapping.sections import SectionReading
from adapters.mapping.value import Reading

Once = Callable[[Any, date], Any]
"""From a document to its unfinished record of a day, without lists."""
Lists = Callable[[Any, date, Any], None]
"""Puts one list of a document into its unfinished record."""

_COMMON_NUMBER: Final[Mapping[str, Writer]] = {"nhs_number": nhs_number, "upn": pupil_number}
_OF_ONE: Final = {"names", "identifiers"}  # the lists that begin with what a record has once


def write_once(readings: Mapping[str, Reading], systems: Mapping[str, str]) -> Once:
    """What reads the values that a record has once; NotGenerated if they are too unlike others."""
    function = Function("document, today")
    found = {name: _single(function, readings, name) for name in (*SINGLES, "restricted")}
    function.add(0, "numbers = []")
    for scheme in NUMBERS:
        _write_number(function, scheme, readings, systems.get(scheme))
    function.add(0, "names = ()")
    _write_first_name(function, found["given_names"], found["family_name"])
    function.add(0, f"if len(numbers) > {LIST_CAP}: raise Uncommon")
    function.add(0, "if len(numbers) > 1: numbers = dict.fromkeys(numbers)")
    known = {
        **{name: value.name for name, value in found.items()},
        "birth_date_estimated": f"bool({found['birth_date_estimated'].name})",
        "identifiers": "tuple(numbers)",
        "names": "names",
        "gp_practice": "None",
    }
    made = function.named(unfinished(Record))
    given = (known.get(name, "()") for name in Record.__match_args__)
    function.add(0, f"return {made}({', '.join(given)})")
    return function.made()


def write_list(name: str, sections: Sequence[SectionReading]) -> Lists:
    """What reads every section of one field of a record; NotGenerated as above."""
    function = Function("document, today, record")
    function.add(0, f"items = {f'[*record.{name}]' if name in _OF_ONE else '[]'}")
    for section in sections:
        _write_section(function, section)
    if name == "gp_practice":
        function.add(0, "if len(items) > 1: raise Uncommon")
        function.add(0, "if items: record.gp_practice = items[0]")
        return function.made()
    function.add(0, f"if len(items) > {LIST_CAP}: raise Uncommon")
    function.add(0, "if len(items) > 1: items = dict.fromkeys(items)")
    function.add(0, f"record.{name} = tuple(items)")
    return function.made()


def reads_xml(readings: Mapping[str, Reading]) -> bool:
    """Whether documents are elements."""
    return any(isinstance(one.expression, XPath) for one in readings.values())


def _single(function: Function, readings: Mapping[str, Reading], name: str) -> WrittenValue:
    reading = readings.get(name)
    return ABSENT if reading is None else write_value(function, 0, "document", reading, name)


def _write_first_name(function: Function, given: WrittenValue, family: WrittenValue) -> None:
    if given.absent and family.absent:
        return
    function.add(0, f"if {given.name} or {family.name}:")
    use = function.named(NameUse.CURRENT)
    write_made(function, 1, Name, (f"{given.name} or ()", family.name, use), "name")
    function.add(1, "names = (name,)")


def _write_number(
    function: Function, scheme: str, readings: Mapping[str, Reading], system: str | None
) -> None:
    deep, name = 0, ""
    if scheme in readings:
        written = write_value(function, 0, "document", readings[scheme], scheme)
        if written.absent:
            return
        name = written.name
    elif system is not None:
        deep, name = _write_of_system(function, scheme, system)
    else:
        return
    function.add(deep, f"if {name} is not None:")
    write_made(function, deep + 1, Identifier, (function.named(scheme), name), "number")
    function.add(deep + 1, "numbers.append(number)")


def _write_of_system(function: Function, scheme: str, system: str) -> tuple[int, str]:
    name, listed = function.variable(), function.variable()
    odd = function.named(odd_number(scheme))
    function.add(0, f"{listed} = document.get('identifier')")
    function.add(0, f"if {listed} is not None and type({listed}) is not list: raise Uncommon")
    function.add(0, f"for entry in {listed} or ():")
    function.add(1, "if type(entry) is not dict: raise Uncommon")
    used = f"entry.get('period') is None or {function.named(is_in_use)}(entry, today)"
    function.add(
        1,
        f"if entry.get('system') == {function.named(system)} and entry.get('use') != 'old'"
        f" and ({used}):",
    )
    function.add(2, f"{name} = entry.get('value')")
    function.add(2, f"if {name} is not None:")
    _COMMON_NUMBER[scheme](function, 3, name, odd)
    return 2, name


def _write_section(function: Function, section: SectionReading) -> None:
    if section.each is None:
        _write_values(function, 0, section, "document")
        return
    found = write_read(function, 0, "document", section.each, keeps=True)
    function.add(0, f"if {found} is not None:")
    function.add(1, f"if type({found}) is dict: {found} = ({found},)")
    function.add(1, f"elif type({found}) is not list or len({found}) > {LIST_CAP}: raise Uncommon")
    function.add(1, f"for item in {found}:")
    if isinstance(section.each, XPath):
        function.add(2, f"if not {function.named(is_element)}(item): raise Uncommon")
        names = f"{function.named(names_in)}(item)"
    else:
        function.add(2, "if type(item) is not dict: raise Uncommon")
        names = "item"
    if section.reads:
        reads = function.named(section.reads)
        function.add(2, f"names = {names}")
        function.add(2, f"if {reads}.isdisjoint(names) and names: raise Uncommon")
    _write_values(function, 2, section, "item")


def _write_values(function: Function, deep: int, section: SectionReading, document: str) -> None:
    values = {
        name: write_value(function, deep, document, reading)
        for name, reading in section.readings.items()
    }
    write_item(function, deep, section.name, values, listed=section.each is not None)
