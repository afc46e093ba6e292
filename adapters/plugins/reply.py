"""What a plugin replies, held to what every kind keeps: known words, plain texts, bounded lists."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from adapters.contract.contact_points import is_email, is_telephone
from adapters.contract.contract import (
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    Source,
    TooMany,
    Unavailable,
)
from adapters.contract.record import Record
from adapters.contract.turns import in_turn
from adapters.manifest.operation import KEYS
from adapters.mapping.caps import both_ends, capped_record, capped_texts, is_cut
from adapters.mapping.conversion import clean
from adapters.mapping.marks.written import heeded

_RULE: Final = re.compile(r"[a-z_]{1,40}")
_CONTACTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "telephone": is_telephone,
    "email": is_email,
}
_OURS: Final = frozenset({"defects", "cut"})
_OF_A_RECORD: Final = 2048  # bytes
_NOT_A_REPLY: Final = Malformed("plugin")


@dataclass(frozen=True, slots=True)
class CheckedPlugin:
    """Somebody else's source, whose replies are believed only as far as they are ones."""

    source: Source
    max_records: int

    async def ask(self, question: Question) -> Reply:
        """The plugin's reply, its texts cleaned; Malformed("plugin") for what is none."""
        reply = await self.source.ask(question)
        return await in_turn(_length(reply), lambda: checked(reply, self.max_records))

    async def aclose(self) -> None:
        """Close the plugin's source; what it raises meanwhile keeps nothing else from closing."""
        with suppress(Exception):
            await self.source.aclose()


def _length(reply: object) -> int:
    """About how many bytes a reply is worth, by the time that it takes to look at it."""
    return len(reply.records) * _OF_A_RECORD if isinstance(reply, Records) else 0


def checked(reply: object, most: int) -> Reply:
    """`reply` where it is one; a record in it is built again from its values."""
    match reply:
        case Records(records=tuple() as records) if records and _moment(reply.as_of):
            return TooMany() if len(records) > most else _records(records, reply)
        case NoRecord() if _moment(reply.as_of):
            return NoRecord(reply.as_of, whole=reply.whole is True)
        case MoreNeeded(needs=tuple() as needs) if KEYS.issuperset(needs):
            return reply
        case Malformed(rule=str() as rule):
            return Malformed(rule) if _RULE.fullmatch(rule) else _NOT_A_REPLY
        case TooMany() | Refused() | Unavailable():
            return reply
        case _:
            return _NOT_A_REPLY


def _moment(as_of: object) -> bool:
    aware = isinstance(as_of, datetime) and as_of.tzinfo is not None
    return as_of is None or aware


def _records(records: tuple[Any, ...], reply: Records) -> Reply:
    try:
        return Records(tuple(map(_record, records)), reply.as_of, whole=reply.whole is True)
    except (ValidationError, PydanticSerializationError, ValueError, TypeError, AttributeError):
        return _NOT_A_REPLY


def _record(given: Any) -> Record:
    if not isinstance(given, Record):
        raise TypeError("no record")
    values = _plain(_shape().dump_python(given, warnings="error"))
    cut = {*values["cut"], *(n for n, held in values.items() if n not in _OURS and _is_cut(held))}
    defects = {
        f"{name}.{bad}" for name, held in values.items() for bad in _without_false_contacts(held)
    }
    values["defects"] = tuple(sorted({*values["defects"], *defects}))
    return heeded(capped_record(_shape().validate_python(values), cut))


def _is_cut(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_is_cut, value.values()))
        case tuple() if any(isinstance(item, dict) for item in value):
            return any(map(_is_cut, value))
        case _:
            return is_cut(value)


def _without_false_contacts(value: Any) -> Iterator[str]:
    """The names of what is no telephone number or e-mail address, each taken out of `value`."""
    if isinstance(value, tuple):
        for item in value:
            yield from _without_false_contacts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in _CONTACTS and item is not None and not _CONTACTS[name](item):
                value[name] = None
                yield name
            else:
                yield from _without_false_contacts(item)


@cache
def _shape() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


def _plain(value: Any) -> Any:
    match value:
        case str() if type(value) is str:
            return clean(value)
        case Mapping():
            return {name: _plain(item) for name, item in value.items()}
        case tuple():
            plain = tuple(map(_plain, both_ends(value)))
            return capped_texts(plain) if all(isinstance(one, str) for one in plain) else plain
        case _:
            return value
