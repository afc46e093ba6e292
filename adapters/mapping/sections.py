"""The lists of a record: names, addresses, carers, schools, involvements, statuses, events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus, NameUse, SupportStatusCode
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Name,
    Practitioner,
    School,
    SupportStatus,
)
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import JMESPATH, Language, Readable
from adapters.expressions.xml_document import TEXT, is_element, names_in
from adapters.manifest.operation import Operation
from adapters.manifest.record_map import Section, Value
from adapters.mapping.caps import READ_CAP, both_ends, is_cut
from adapters.mapping.conversion import (
    to_bool,
    to_email,
    to_given_names,
    to_limit,
    to_lines,
    to_name,
    to_phone,
    to_postcode,
    to_text,
    to_word,
)
from adapters.mapping.periods import UNREADABLE_END, currency_of, is_past_or_to_come, status_of
from adapters.mapping.value import CodeTables, Convert, Reading

Values = dict[str, Any]
Build = Callable[[Values, date], Any]


@dataclass(slots=True)
class Defects:
    """What one record lacks: `names` of values that could not be read, `cut` of what is longer."""

    names: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class SectionKind:
    """Which key of a manifest fills which field of a record, and how each value is read."""

    key: str
    values: Mapping[str, Convert]
    build: Build


@dataclass(frozen=True, slots=True)
class SectionReading:
    """One section of one operation, compiled; `roots` are the names its expressions mention.

    `key` is what the manifest calls it, `name` the field of a record that it fills, and `reads` are
    the names that are read of each item.
    """

    key: str
    name: str
    each: Readable | None
    readings: Mapping[str, Reading]
    build: Build
    roots: frozenset[str]
    reads: frozenset[str]

    def read(self, document: Any, today: date, defects: Defects) -> list[Any]:
        """Its items in the agency's order, as many as are looked at."""
        built = (self._item(item, today, defects) for item in self._items(document, defects))
        return [item for item in built if item is not None]

    def _items(self, document: Any, defects: Defects) -> list[Any]:
        if self.each is None:
            return [document]
        try:
            found = self.each.read(document)
        except UnreadableError:
            found = ""
        if found is not None and not isinstance(found, list | dict):
            defects.names.add(self.name)
            return []
        listed = [found] if isinstance(found, dict) else found or []
        items = [item for item in listed if item is not None]
        if len(items) < len(listed):
            defects.names.add(self.name)
        if len(items) > READ_CAP:
            defects.cut.add(self.name)
        return [*both_ends(items)]

    def _item(self, item: Any, today: date, defects: Defects) -> Any:
        values: Values = {}
        said = self.each is not None
        for name, reading in self.readings.items():
            try:
                value = reading.read(item)
            except UnreadableError:
                defects.names.add(f"{self.name}.{name}")
                value = _UNREADABLE.get(name)
                said = True
            if value is not None:
                values[name] = value
                said = said or reading.expression is not None
                if is_cut(value):
                    defects.cut.add(self.name)
        if self.each is not None and self._is_strange(item, values):
            defects.names.add(self.name)
        return self.build(values, today) if said else None

    def _is_strange(self, item: Any, values: Values) -> bool:
        # Something else stands where an item should be, such as {"access": "denied"}; an item whose
        # fields are there and empty says nothing, as the rows of an outer join do.
        if not self.reads or item == {}:
            return False
        if isinstance(item, dict):
            return self.reads.isdisjoint(item)
        if is_element(item):
            if (said := names_in(item)) == {TEXT}:
                return not any(self.readings[name].expression for name in values)
            return self.reads.isdisjoint(said) and bool(said)
        return isinstance(item, str | int | float | list)


# What an unreadable value must be taken for, where taking it for absent would mislead.
_UNREADABLE: Final[Mapping[str, Any]] = {"sensitive": True, "end": UNREADABLE_END}


def _plain(kind: type) -> Build:
    known = {one.name for one in fields(kind)}

    def build(values: Values, _today: date) -> Any:
        found = {name: value for name, value in _readable(values).items() if name in known}
        return kind(**found) if found else None

    return build


def _readable(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not UNREADABLE_END}


def _address(values: Values, today: date) -> Address | None:
    current = currency_of(values.get("current"), values.get("start"), values.get("end"), today)
    found = _readable(values)
    return Address(**{**found, "current": current}) if found else None


def _practice(values: Values, today: date) -> GpPractice | None:
    if is_past_or_to_come(values.get("start"), values.get("end"), today):
        return None
    practice: GpPractice | None = _plain(GpPractice)(values, today)
    return practice


def _name(values: Values, _today: date) -> Name | None:
    given, family = values.get("given", ()), values.get("family")
    use = values.get("use", NameUse.ALIAS)
    return Name(given, family, use) if given or family else None


def _identifier(values: Values, _today: date) -> Identifier | None:
    return Identifier(**values) if "value" in values else None


def _status(values: Values, _today: date) -> SupportStatus | None:
    return SupportStatus(**_readable(values)) if "code" in values else None


WORKER: Final = {
    "practitioner": "name",
    "practitioner_telephone": "telephone",
    "practitioner_email": "email",
    "registration": "registration",
}
FLAGS: Final = {"status", "sensitive", "lead_practitioner"}


def _involvement(values: Values, today: date) -> Involvement | None:
    if not values.keys() - FLAGS:
        return None
    status = status_of(values.get("status"), values.get("start"), values.get("end"), today)
    kept = _readable({n: v for n, v in values.items() if n not in WORKER and n != "status"})
    worker = {WORKER[n]: v for n, v in values.items() if n in WORKER}
    practitioner = Practitioner(**worker) if worker else None
    return Involvement(**kept, status=status, practitioner=practitioner)


def to_use(value: Any) -> NameUse | None:
    """Whether a name is used now; UnreadableError for another word."""
    return to_word(NameUse, value)


def to_involvement_status(value: Any) -> InvolvementStatus | None:
    """Whether a service still works with the child; UNKNOWN for another word."""
    try:
        return to_word(InvolvementStatus, value)
    except UnreadableError:
        return InvolvementStatus.UNKNOWN


def to_support_status(value: Any) -> SupportStatusCode | None:
    """A status of support; OTHER for another word."""
    try:
        return to_word(SupportStatusCode, value)
    except UnreadableError:
        return SupportStatusCode.OTHER


_PERIOD: Final[Mapping[str, Convert]] = {"start": to_limit, "end": to_limit}

SECTIONS: Final[Mapping[str, SectionKind]] = {
    "names": SectionKind(
        "name_", {"given": to_given_names, "family": to_name, "use": to_use}, _name
    ),
    "identifiers": SectionKind("identifier", {"scheme": to_text, "value": to_text}, _identifier),
    "addresses": SectionKind(
        "address",
        {
            "lines": to_lines,
            "postcode": to_postcode,
            "uprn": to_text,
            "current": to_bool,
            **_PERIOD,
        },
        _address,
    ),
    "carers": SectionKind(
        "carer",
        {
            "name": to_text,
            "relationship": to_text,
            "parental_responsibility": to_bool,
            "telephone": to_phone,
        },
        _plain(Carer),
    ),
    "schools": SectionKind("school", {"name": to_text, "urn": to_text, **_PERIOD}, _plain(School)),
    "gp_practice": SectionKind(
        "gp_practice",
        {"name": to_text, "ods_code": to_text, "telephone": to_phone, **_PERIOD},
        _practice,
    ),
    "involvements": SectionKind(
        "involvement",
        {
            "service": to_text,
            "role": to_text,
            "practitioner": to_text,
            "practitioner_telephone": to_phone,
            "practitioner_email": to_email,
            "registration": to_text,
            "team": to_text,
            "telephone": to_phone,
            "email": to_email,
            "hours": to_text,
            "lead_practitioner": to_bool,
            "sensitive": to_bool,
            "status": to_involvement_status,
            **_PERIOD,
        },
        _involvement,
    ),
    "support_statuses": SectionKind(
        "support_status",
        {"code": to_support_status, "system": to_text, "label": to_text, **_PERIOD},
        _status,
    ),
    "events": SectionKind(
        "event", {"date": to_limit, "kind": to_text, "summary": to_text}, _plain(Event)
    ),
}


def sections_of(
    operation: Operation, codes: CodeTables, language: Language = JMESPATH
) -> tuple[SectionReading, ...]:
    """Every section of `operation`, compiled, in the order of the record's fields."""
    return tuple(
        _compiled(name, kind, section, codes, language)
        for name, kind in SECTIONS.items()
        for section in getattr(operation, kind.key)
    )


def _compiled(
    name: str, kind: SectionKind, section: Section, codes: CodeTables, language: Language
) -> SectionReading:
    each = None if section.each is None else language.items(section.each)
    readings = {
        key: Reading.of(value, codes, convert, decides=key == "sensitive", language=language)
        for key, convert in kind.values.items()
        if (value := _mapped(getattr(section, key))) is not None
    }
    values = (reading.expression for reading in readings.values())
    reads = frozenset[str]().union(*(one.roots for one in values if one is not None))
    roots = reads if each is None else reads | each.roots
    return SectionReading(kind.key.rstrip("_"), name, each, readings, kind.build, roots, reads)


def _mapped(given: Value | str | None) -> Value | None:
    return Value(value=given) if isinstance(given, str) else given
