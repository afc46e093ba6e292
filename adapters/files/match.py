"""Whether one row or element is what a question asks for, by what the mapping reads from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.mapping.mapping import RecordMapping
from adapters.mapping.value import Reading

# Which value of `map` answers to a key of a question.
MAPPED: Final[Mapping[str, str]] = {
    "nhs_number": "nhs_number",
    "upn": "upn",
    "record_id": "record_id",
    "given_name": "given_names",
    "family_name": "family_name",
    "birth_date": "birth_date",
    "sex": "sex",
}

_NUMBERS: Final = frozenset({NHS_NUMBER, UPN})


@dataclass(slots=True)
class Match:
    """Counts what it saw: where a key was never readable, an empty result proves nothing."""

    wanted: tuple[tuple[Reading, str], ...]
    digits: str | None = None
    rows: int = 0
    readable: int = 0

    @classmethod
    def of(cls, by: tuple[str, ...], mapping: RecordMapping, given: Mapping[str, str]) -> Self:
        """For the keys of a checked manifest's `by` that are given."""
        keys = [key for key in (one.removesuffix("?") for one in by) if given.get(key)]
        wanted = [(mapping.values[MAPPED[key]], _folded(given[key])) for key in keys]
        numbered = keys[0] in _NUMBERS
        return cls(tuple(wanted), _digits(given[keys[0]]) if numbered else None)

    def fits(self, document: Any) -> bool:
        """Whether every key agrees; one that cannot be read does not."""
        self.rows += 1
        reading, value = self.wanted[0]
        if self.readable and self.digits is not None and not _has(reading, document, self.digits):
            return False
        first = _read(reading, document)
        if first is None:
            return False
        self.readable += 1
        return value in first and all(
            value in (_read(reading, document) or ()) for reading, value in self.wanted[1:]
        )

    @property
    def blind(self) -> bool:
        """Whether there were rows and in none of them could the first key be read."""
        return self.rows > 0 and self.readable == 0


def _digits(value: str) -> str:
    return "".join(value.split()).replace("-", "").lstrip("0")


def _has(reading: Reading, document: Any, digits: str) -> bool:
    # Reading a number whole is most of the time that a long file takes; in nearly every row a look
    # at its digits is enough to see that it is another one.
    try:
        raw = reading.raw(document)
    except UnreadableError:
        return False
    return raw is not None and digits in _digits(str(raw).upper())


def _read(reading: Reading, document: Any) -> tuple[str, ...] | None:
    try:
        value = reading.read(document)
    except UnreadableError:
        return None
    match value:
        case None:
            return None
        case tuple():
            return (_folded(value[0]),) if value else None
        case PartialDate():
            return (str(value),)
        case _:
            return (_folded(str(value)),)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
