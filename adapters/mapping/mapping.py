"""From one JSON document of an agency to one Record, or to the verdict that it is unusable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from adapters.contract.codes import NameUse, Sex
from adapters.contract.contract import Malformed
from adapters.contract.identifiers import AGENCY_RECORD
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.record import Identifier, Name, Record
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import JMESPATH, Language
from adapters.expressions.shape import shape_of
from adapters.manifest.operation import Operation
from adapters.mapping.caps import LIST_CAP, is_cut, kept
from adapters.mapping.compiled.record_readers import COUNTS, RecordReaders
from adapters.mapping.identity import NAMING, NUMBERS, SINGLES, VALUES, is_known, may_be
from adapters.mapping.marks.written import PLACES, heeded, within
from adapters.mapping.periods import is_in_use
from adapters.mapping.sections import Defects, SectionReading, sections_of
from adapters.mapping.value import CodeTables, Reading

RECORD: Final = "record"

_FHIR_IDENTIFIER: Final = frozenset({"identifier", "system", "value", "use", "period"})
_IDENTITY_SECTIONS: Final = frozenset({"names", "identifiers"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """A document that is no record: the rule it broke, where in its operation, what was met."""

    rule: str
    place: str = field(default="", compare=False)
    shape: str = field(default="", compare=False)

    def malformed(self, operation: str) -> Malformed:
        """The reply that it comes to."""
        place = ".".join(filter(None, ("operation", operation, self.place)))
        return Malformed(self.rule, place, self.shape)


class _UnusableError(Exception):
    """A value that makes its document unusable: its key below the operation, what was met."""

    def __init__(self, place: str, shape: str = "") -> None:
        self.place = place
        self.shape = shape
        super().__init__(place)


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """One operation's mapping, compiled. `systems` are the FHIR code systems of identifiers."""

    values: Mapping[str, Reading]
    sections: tuple[SectionReading, ...]
    systems: Mapping[str, str]
    readers: RecordReaders = field(default_factory=RecordReaders, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        operation: Operation,
        codes: CodeTables,
        systems: Mapping[str, str] | None = None,
        language: Language = JMESPATH,
        paths: Paths = COMPILED,
    ) -> Self:
        """Compile the mapping of a checked manifest's operation."""
        mapped = {name: getattr(operation.map, name) for name in VALUES}
        values = {
            name: Reading.of(
                value, codes, VALUES[name], decides=name == "restricted", language=language
            )
            for name, value in mapped.items()
            if value is not None
        }
        sections = sections_of(operation, codes, language)
        return cls(values, sections, systems or {}, RecordReaders(paths))

    def roots(self, fields: frozenset[str]) -> frozenset[str]:
        """Every name that an answer with these fields may mention in a document.

        Those of places are among them, as a mark may be written there.
        """
        once = (r.expression.roots for r in self.values.values() if r.expression is not None)
        lists = (section.roots for section in self._wanted(fields | PLACES))
        return frozenset().union(*once, *lists)

    @property
    def naming(self) -> frozenset[str]:
        """Every name by whose value a document says of whom it is."""
        values = (self.values[name].expression for name in NAMING if name in self.values)
        once = (one.roots for one in values if one is not None)
        lists = (one.roots for one in self.sections if one.name in _IDENTITY_SECTIONS)
        return frozenset().union(*once, *lists) - {"rows"}

    @property
    def joins_rows(self) -> bool:
        """Whether a record may be told in several rows of a table, each with a part of it."""
        told = any("rows" in section.roots for section in self.sections)
        return told and "record_id" in self.values

    def key_of(self, document: Any) -> Any:
        """The record's own id as the document has it, by which rows of one record are told.

        None where nothing is mapped into it; UnreadableError if it cannot be read.
        """
        reading = self.values.get("record_id")
        return None if reading is None else reading.read(document)

    def fields_using(self, root: str) -> frozenset[str]:
        """The fields of a record whose sections mention `root`."""
        return frozenset(section.name for section in self.sections if root in section.roots)

    def record(self, document: Any, fields: frozenset[str], today: date) -> Record | Unusable:
        """Identity, restriction and the wanted `fields` of one document; never raises.

        Generated functions read what is common. The rest, or all of it, is read as `exact` does.
        Places are read whatever is wanted, as a mark may be written there.
        """
        wider = fields | PLACES
        if wider in self.readers.readers:
            read = self.readers.readers[wider]
        else:
            read = self.readers.reader(wider, self.values, self._wanted(wider), self.systems)
        if read is None:
            COUNTS.read(exact=1)
            return self.exact(document, fields, today)
        record = read(document, today)
        if record is None:
            COUNTS.read(redone=1)
            return self.exact(document, fields, today)
        COUNTS.read(generated=1)
        return _heeded(record, fields)

    def exact(self, document: Any, fields: frozenset[str], today: date) -> Record | Unusable:
        """`record` without generated functions, which are held to it."""
        try:
            return _heeded(self._record(document, fields | PLACES, today), fields)
        except _UnusableError as error:
            shape = error.shape or shape_of(document, self._identifying(), "record")
            return Unusable(RECORD, error.place, shape)

    def _identifying(self) -> frozenset[str]:
        read = (self.values[name].expression for name in self.values)
        return frozenset().union(*(one.roots for one in read if one is not None))

    def numbers(self, scheme: str, document: Any, today: date) -> frozenset[str]:
        """The numbers of one scheme that a document says, even where it is no record.

        Empty where it says none that can be read.
        """
        try:
            found = self._identifiers(document, Defects(), today)
            return frozenset(one.value for one in found if one.scheme == scheme)
        except _UnusableError:
            return frozenset()

    def _record(self, document: Any, fields: frozenset[str], today: date) -> Record:
        defects = Defects()
        once = {name: self._identity(name, document, defects) for name in SINGLES}
        lists = self._lists(document, fields, today, defects)
        practices = lists.pop("gp_practice", ())
        if len(practices) > 1:
            defects.cut.add("gp_practice")
        numbers = [*self._identifiers(document, defects, today), *lists.pop("identifiers", ())]
        names = [*_first_name(once), *lists.pop("names", ())]
        record = Record(
            record_id=once["record_id"],
            identifiers=_kept("identifiers", numbers, defects),
            names=_kept("names", names, defects),
            birth_date=once["birth_date"],
            birth_date_estimated=bool(once["birth_date_estimated"]),
            sex=once["sex"],
            restricted=self._restricted(document),
            consent=once["consent"],
            gp_practice=practices[0] if practices else None,
            **lists,
            defects=tuple(sorted(defects.names)),
            cut=tuple(sorted(defects.cut)),
        )
        return _usable(record)

    def _identity(self, name: str, document: Any, defects: Defects) -> Any:
        reading = self.values.get(name)
        if reading is None:
            return None
        try:
            raw = reading.raw(document)
            if not may_be(name, raw, counted=reading.counted):
                raise _UnusableError(f"map.{name}", _met(reading, document))
            return _whole(name, reading.meaning(raw), defects)
        except UnreadableError:
            defects.names.add(name)
            return Sex.UNKNOWN if name == "sex" else None

    def _restricted(self, document: Any) -> bool | None:
        reading = self.values.get("restricted")
        if reading is None:
            return None
        try:
            return None if (value := reading.read(document)) is None else bool(value)
        except UnreadableError:
            raise _UnusableError("map.restricted", _met(reading, document)) from None

    def _identifiers(self, document: Any, defects: Defects, today: date) -> Iterator[Identifier]:
        for scheme, convert in NUMBERS.items():
            if scheme in self.values:
                value = self._identity(scheme, document, defects)
                yield from () if value is None else (Identifier(scheme, value),)
                continue
            for entry in _in_system(document, self.systems.get(scheme)):
                try:
                    if not is_in_use(entry, today):
                        continue
                    if not may_be(scheme, entry.get("value")):
                        raise _UnusableError("map", shape_of(document, _FHIR_IDENTIFIER, "record"))
                    value = convert(entry.get("value"))
                except UnreadableError:
                    defects.names.add(scheme)
                    continue
                yield from () if value is None else (Identifier(scheme, value),)

    def _wanted(self, fields: frozenset[str]) -> Iterator[SectionReading]:
        wanted = fields | _IDENTITY_SECTIONS
        return (section for section in self.sections if section.name in wanted)

    def _lists(
        self, document: Any, fields: frozenset[str], today: date, defects: Defects
    ) -> dict[str, tuple[Any, ...]]:
        found: dict[str, list[Any]] = {}
        for section in self._wanted(fields):
            items = found.setdefault(section.name, [])
            items.extend(section.read(document, today, defects))
        return {name: _kept(name, items, defects) for name, items in found.items()}


def _met(reading: Reading, document: Any) -> str:
    names = frozenset[str]() if reading.expression is None else reading.expression.roots
    return shape_of(document, names, "record")


def _in_system(document: Any, system: str | None) -> Iterator[dict[str, Any]]:
    # FHIR: identifier is a list of {system, value, use, period}.
    if system is None:
        return
    listed = document.get("identifier") if isinstance(document, dict) else None
    if listed is not None and not isinstance(listed, list):
        raise _UnusableError("map", shape_of(document, _FHIR_IDENTIFIER, "record"))
    for entry in listed or ():
        if not isinstance(entry, dict):
            raise _UnusableError("map", shape_of(document, _FHIR_IDENTIFIER, "record"))
        if entry.get("system") == system:
            yield entry


def _first_name(once: Mapping[str, Any]) -> Iterator[Name]:
    given, family = once["given_names"] or (), once["family_name"]
    if given or family:
        yield Name(given, family, NameUse.CURRENT)


def _whole(name: str, value: Any, defects: Defects) -> Any:
    if is_cut(value):
        if name == AGENCY_RECORD:
            raise UnreadableError("part of a record's number may belong to another child")
        defects.cut.add(name)
    return value


def _kept(name: str, items: list[Any], defects: Defects) -> tuple[Any, ...]:
    every = tuple(dict.fromkeys(items) if len(items) > 1 else items)
    if len(every) <= LIST_CAP:
        return every
    stay = kept(name, every)
    if len(stay) < len(every):
        defects.cut.add(name)
    return stay


def _usable(record: Record) -> Record:
    if is_known(record):
        return record
    raise _UnusableError("map")


def _heeded(record: Record, fields: frozenset[str]) -> Record | Unusable:
    """With what is written as a mark taken for one; a name that was one may leave nobody."""
    found = within(heeded(record), fields)
    return found if found is record or is_known(found) else Unusable(RECORD, "map")
