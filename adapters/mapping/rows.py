"""Rows of a SELECT become documents like JSON, the rows of one record merged into one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any, Final
from uuid import UUID

from adapters.contract.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
from adapters.contract.record import Record
from adapters.mapping.caps import kept
from adapters.mapping.mapping import RECORD, RecordMapping, Unusable
from adapters.mapping.not_held import is_no_record

Row = Mapping[str, Any]
DetailRows = Mapping[str, Sequence[Row]]

ROWS: Final = "rows"
_OF_A_ROW: Final = 128  # bytes
_AS_IN_JSON: Final = frozenset({str, int, float, bool, NoneType})


@dataclass(frozen=True, slots=True)
class Merged:
    """One record's rows as documents: the first is the record, all of them are its `rows`."""

    documents: tuple[dict[str, Any], ...]


def record_keys(rows: Iterable[Row]) -> list[Any]:
    """The record_id of each record, in order; a row without one is a record of its own (None)."""
    keys = [_key(row) for row in rows]
    known = dict.fromkeys(key for key in keys if key is not None)
    return [*known, *(key for key in keys if key is None)]


def _key(row: Row) -> Any:
    key = row.get(AGENCY_RECORD)
    return None if isinstance(key, str) and is_no_record(key.strip()) else key


def belong(items: Iterable[Row], keys: Iterable[Any]) -> bool:
    """Whether every row of a detail names one of the records that it was read for."""
    known = {str(key) for key in keys}
    return all(str(item.get(AGENCY_RECORD)) in known for item in items)


def size(rows: Iterable[Row]) -> int:
    """About how many characters the rows hold."""
    texts = (value for row in rows for value in row.values() if isinstance(value, str | bytes))
    return sum(map(len, texts))


def length(rows: Iterable[Row]) -> int:
    """About how many bytes of an answer rows are worth, by the time that it takes to read them."""
    return sum(_OF_A_ROW for _ in rows) + size(rows)


def merged(rows: Sequence[Row], details: DetailRows) -> list[Merged]:
    """The records in the order of their first rows.

    A document has the columns of its row, each detail's rows under the detail's name, and under
    `rows` every main row of the record, so that a join may be read by `each = "rows"`.
    """
    groups: dict[Any, list[Row]] = {}
    for number, row in enumerate(rows):
        key = _key(row)
        groups.setdefault(("row", number) if key is None else ("record", key), []).append(row)
    by_record = {name: _by_record(items) for name, items in details.items()}
    return [_merged(key, group, by_record) for (_, key), group in groups.items()]


def _by_record(items: Sequence[Row]) -> dict[str, list[dict[str, Any]]]:
    """A detail's rows as documents, by the record that each names: gone through once for all."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in items:
        found.setdefault(str(row.get(AGENCY_RECORD)), []).append(_document(row))
    return found


def _merged(
    key: Any, group: list[Row], by_record: Mapping[str, Mapping[str, list[dict[str, Any]]]]
) -> Merged:
    documents = [_document(row) for row in group]
    lists = {name: found.get(str(key), []) for name, found in by_record.items()}
    return Merged(tuple({**document, **lists, ROWS: documents} for document in documents))


def _document(row: Row) -> dict[str, Any]:
    return {
        name: value if type(value) in _AS_IN_JSON else _json(value) for name, value in row.items()
    }


def _json(value: Any) -> Any:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            whole = value.is_finite() and value == value.to_integral_value()
            return int(value) if whole else str(value)
        case UUID():
            return str(value)
        case _:
            return value  # bytes too: they are no text, so what is read of them is told


def record_of(
    mapping: RecordMapping, rows: Merged, fields: frozenset[str], today: date
) -> Record | Unusable:
    """One record of its rows: names of all, restricted if any says so, one identity or unusable."""
    if len(rows.documents) == 1:
        return mapping.record(rows.documents[0], fields, today)
    first = _first_told(mapping, rows, fields, today)
    alone = _row_alone(mapping)
    for document in _otherwise(alone, rows.documents):
        other = alone.record(document, frozenset(), today)
        if isinstance(first, Unusable):
            return first
        if isinstance(other, Unusable):
            return other
        if _contradicts(first, other):
            return Unusable(RECORD, "map", "rows of one record_id are of different children")
        names = tuple(dict.fromkeys((*first.names, *other.names)))
        stay = kept("names", names)
        cut = {*first.cut, *other.cut, *(("names",) if len(stay) < len(names) else ())}
        restricted = _either(first.restricted, other.restricted)
        first = replace(first, names=stay, restricted=restricted, cut=tuple(sorted(cut)))
    return first


def _first_told(
    mapping: RecordMapping, rows: Merged, fields: frozenset[str], today: date
) -> Record | Unusable:
    # A section without `each` is read of the first row alone; where another row has it otherwise,
    # as in a join, that is a cut.
    first = mapping.record(rows.documents[0], fields, today)
    if isinstance(first, Unusable):
        return first
    asked = (one for one in mapping.sections if one.each is None and one.name in fields)
    cut = {one.name for one in asked if _differs(one.roots, rows.documents)}
    return replace(first, cut=tuple(sorted({*first.cut, *cut}))) if cut else first


def _differs(roots: frozenset[str], documents: Sequence[dict[str, Any]]) -> bool:
    said = {repr([one.get(root) for root in sorted(roots)]) for one in documents}
    return len(said) > 1


def _row_alone(mapping: RecordMapping) -> RecordMapping:
    # What is read from all rows was read with the first of them.
    sections = (one for one in mapping.sections if one.each is None or ROWS not in one.each.roots)
    return replace(mapping, sections=tuple(sections), readers=mapping.readers.apart())


def _otherwise(
    mapping: RecordMapping, documents: Sequence[dict[str, Any]]
) -> Iterable[dict[str, Any]]:
    # A join repeats in each row who the child is; only a row that says it otherwise says more.
    roots = sorted(mapping.roots(frozenset()))
    unlike = {repr([one.get(root) for root in roots]): one for one in reversed(documents)}
    return [one for one in reversed(unlike.values()) if one is not documents[0]]


def _contradicts(one: Record, other: Record) -> bool:
    pairs = [(one.identifier(s), other.identifier(s)) for s in (NHS_NUMBER, UPN)]
    pairs.append((str(one.birth_date or ""), str(other.birth_date or "")))
    return any(a and b and a != b for a, b in pairs)


def _either(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - two equal sides
    if one or other:
        return True
    return None if one is None or other is None else False
