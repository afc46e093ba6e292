"""Which expression of a manifest read what, place by place: kinds and counts, no value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from adapters.conformance.date_candidates import forms_of
from adapters.conformance.trial.step import TrialStep
from adapters.contract.record import Record
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import Readable
from adapters.expressions.shape import shape_of
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.mapping.sections import SectionReading
from adapters.mapping.value import Reading


@dataclass(frozen=True, slots=True)
class WatchedMapping(RecordMapping):
    """A mapping that keeps the documents it was given, and what they came to."""

    seen: list[tuple[Any, Record | Unusable]] = field(default_factory=list)

    @classmethod
    def over(cls, mapping: RecordMapping) -> "WatchedMapping":
        """The same mapping, watched."""
        return cls(**{one.name: getattr(mapping, one.name) for one in fields(RecordMapping)})

    def record(self, document: Any, wanted: frozenset[str], today: date) -> Record | Unusable:
        """As ever; the last reading of each document is kept, which is the fullest."""
        record = RecordMapping.record(self, document, wanted, today)
        self.seen[:] = [one for one in self.seen if one[0] != document]
        self.seen.append((document, record))
        return record


def readings(operation: Any, scope: Any) -> Iterator[str]:
    """What each expression of a compiled operation reads from an answer."""
    for one in fields(operation):
        expression = getattr(operation, one.name)
        if _is_readable(expression):
            yield f"{one.name}{_text(expression)}: {_found(expression, scope)}"
    following = getattr(getattr(operation, "paging", None), "next", None)
    if following is not None:
        yield f"page.next{_text(following)}: {_found(following, scope)}"


def _text(expression: Readable | None) -> str:
    written = getattr(expression, "text", None) or getattr(
        getattr(expression, "find", None), "path", ""
    )
    return f" = {written}" if written else ""


def _is_readable(value: Any) -> bool:
    return hasattr(value, "holds") and hasattr(value, "roots")


def mapped(mapping: RecordMapping, document: Any, number: int) -> TrialStep:
    """What each mapped value and section reads from one document."""
    lines = [
        f"map.{name}{_text(reading.expression)}: {_meaning(reading, document)}"
        for name, reading in mapping.values.items()
    ]
    for section in mapping.sections:
        lines += _section(section, document)
    return TrialStep(f"Reading record {number}", tuple(lines))


def _section(section: SectionReading, document: Any) -> Iterator[str]:
    items = [document]
    if section.each is not None:
        yield f"{section.key}.each{_text(section.each)}: {_found(section.each, document)}"
        items = _items(section.each, document)
    for name, reading in section.readings.items() if items else ():
        said = _text(reading.expression)
        yield f"{section.key}.{name}{said}: {_meaning(reading, items[0])}"


def _items(each: Readable, document: Any) -> list[Any]:
    try:
        found = each.read(document)
    except UnreadableError:
        return []
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def _found(expression: Readable, scope: Any) -> str:
    try:
        return kind_of(expression.read(scope))
    except UnreadableError:
        return "unreadable"


def _meaning(reading: Reading, document: Any) -> str:
    if reading.expression is None:
        return "as the manifest says"
    try:
        raw = reading.raw(document)
    except UnreadableError:
        return "unreadable: the expression does not suit the document"
    try:
        value = reading.meaning(raw)
    except UnreadableError as error:
        return f"unreadable: {kind_of(raw)} is {error}{_forms(raw, error)}"
    if value is None:
        return f"nothing ({kind_of(raw)})"
    return f"read from {kind_of(raw)}"


def _forms(raw: Any, error: UnreadableError) -> str:
    if "date" not in str(error):
        return ""
    forms = " or ".join(f'"{form}"' for form in forms_of(raw))
    return f'; write as = "date", format = {forms}' if forms else ""


def kind_of(value: Any) -> str:
    """A value's kind and size, in words."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return f"found {len(value)} {'item' if len(value) == 1 else 'items'}"
        case Mapping():
            return "an object"
        case _:
            return shape_of(value, ())
