"""What a plugin replies, held to what every kind keeps: known words, plain texts, bounded lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

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
from adapters.manifest.operation import KEYS
from adapters.mapping.conversion import LIST_CAP, clean

_RULE: Final = re.compile(r"[a-z_]{1,40}")
_NOT_A_REPLY: Final = Malformed("plugin")


@dataclass(frozen=True, slots=True)
class CheckedPlugin:
    """Somebody else's source, whose replies are believed only as far as they are ones."""

    source: Source
    max_records: int

    async def ask(self, question: Question) -> Reply:
        """The plugin's reply, its texts cleaned; Malformed("plugin") for what is none."""
        return checked(await self.source.ask(question), self.max_records)

    async def aclose(self) -> None:
        """Close the plugin's source."""
        await self.source.aclose()


def checked(reply: object, most: int) -> Reply:
    """`reply` where it is one; a record in it is built again from its values."""
    match reply:
        case Records(records=tuple() as records) if records and _moment(reply.as_of):
            return TooMany() if len(records) > most else _records(records, reply.as_of)
        case NoRecord() if _moment(reply.as_of):
            return reply
        case MoreNeeded(needs=tuple() as needs) if KEYS.issuperset(needs):
            return reply
        case Malformed(rule=str() as rule):
            return reply if _RULE.fullmatch(rule) else _NOT_A_REPLY
        case TooMany() | Refused() | Unavailable():
            return reply
        case _:
            return _NOT_A_REPLY


def _moment(as_of: object) -> bool:
    aware = isinstance(as_of, datetime) and as_of.tzinfo is not None
    return as_of is None or aware


def _records(records: tuple[Any, ...], as_of: datetime | None) -> Reply:
    try:
        return Records(tuple(map(_record, records)), as_of)
    except (ValidationError, PydanticSerializationError, ValueError, TypeError, AttributeError):
        return _NOT_A_REPLY


def _record(given: Any) -> Record:
    if not isinstance(given, Record):
        raise TypeError("no record")
    values = _shape().dump_python(given, warnings="error")
    return _shape().validate_python(_plain(values))


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
            if len(value) > LIST_CAP:
                raise ValueError("too long a list")
            return tuple(map(_plain, value))
        case _:
            return value
