"""One SELECT of a manifest, its named binds typed for the database that runs it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from sqlalchemy import BigInteger, Date, String, TextClause, bindparam, text

from adapters.contract.contract import MoreNeeded
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER

RECORD_IDS: Final = "record_ids"
_BIND = re.compile(r"(?<![:\w]):([a-z_]+)")
_BIRTH_DATE: Final = "birth_date"


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT; `binds` are the names it needs.

    Every bind is a text, but `birth_date`: on PostgreSQL a DATE, which equals a DATE or TIMESTAMP
    column as it stands and a text column by `CAST(:birth_date AS text)`; on SQLite, which has no
    dates, the text YYYY-MM-DD. A number column is compared with `CAST(:nhs_number AS bigint)`.
    `counted` is the same with the NHS number as a number, on SQLite alone: there a text equals no
    number in a column without a type, and finds nothing without a word.
    """

    clause: TextClause
    binds: frozenset[str]
    typed_dates: bool
    counted: TextClause | None = None

    @classmethod
    def of(cls, sql: str, *, typed_dates: bool) -> Self:
        """Compile a checked manifest's statement."""
        binds = frozenset(_BIND.findall(sql))
        date_type = Date() if typed_dates else String()
        types = {name: date_type if name == _BIRTH_DATE else String() for name in binds}
        clause = _bound(sql, types)
        if typed_dates or NHS_NUMBER not in binds:
            return cls(clause, binds, typed_dates)
        counted = _bound(sql, {**types, NHS_NUMBER: BigInteger()})
        return cls(clause, binds, typed_dates, counted)

    def values(self, given: Mapping[str, str]) -> dict[str, Any] | MoreNeeded:
        """What to bind; MoreNeeded for a key that is not given, or a birth date not whole."""
        missing = sorted(name for name in self.binds if not given.get(name))
        if missing:
            return MoreNeeded(tuple(missing))
        values: dict[str, Any] = {name: given[name] for name in self.binds}
        if self.typed_dates and _BIRTH_DATE in values:
            born = _whole_date(values[_BIRTH_DATE])
            if born is None:
                return MoreNeeded((_BIRTH_DATE,))
            values[_BIRTH_DATE] = born
        return values


def as_number(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with the NHS number as a number."""
    return {**values, NHS_NUMBER: int(values[NHS_NUMBER])}


def _bound(sql: str, types: Mapping[str, Any]) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))


def detail_statement(sql: str, record_ids: list[Any]) -> TextClause:
    """A detail's SELECT, its `:record_ids` bound as the type that the main rows have."""
    whole = all(isinstance(one, int) for one in record_ids)
    kind = BigInteger() if whole else None
    return text(sql).bindparams(bindparam(RECORD_IDS, record_ids, expanding=True, type_=kind))


def in_list_statement(sql: str, key: str, values: Sequence[str | int]) -> TextClause:
    """A batch's SELECT, the values of its key bound as a list under the key's name + s."""
    kind = BigInteger() if all(isinstance(one, int) for one in values) else String()
    return text(sql).bindparams(bindparam(f"{key}s", [*values], expanding=True, type_=kind))


def _whole_date(given: str) -> date | None:
    try:
        born = PartialDate.parse(given)
    except ValueError:
        return None
    return date(born.year, born.month, born.day) if born.whole else None
