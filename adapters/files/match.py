"""Whether one row or element is what a question asks for, by what the mapping reads from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from adapters.contract.dates import PartialDate
from adapters.contract.plain_number import PLAINLY
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

MOST_ASIDE: Final = 5_000  # rows
_DECORATION: Final = str.maketrans("", "", " -'=\"\u00a0")


def _any(_document: Any) -> bool:
    return True


@dataclass(slots=True)
class Match:
    """Counts what it saw: where a key was not readable, an empty result proves nothing.

    `aside` are the rows whose key was not readable, up to `most_aside`: another row of the same
    record may have it. `astray`: a row of another key has the number in another column, as one that
    was replaced. `is_one` tells who is looked for at all: a teacher in a roster is no pupil.
    `continued`: right below a row that fits is one that names nobody, as where a sheet has a
    child's number once above all her rows.
    """

    wanted: tuple[tuple[Reading, str], ...]
    plainly: Callable[[str], bool] | None = None
    is_one: Callable[[Any], bool] = _any
    rows: int = 0
    readable: int = 0
    unreadable: int = 0
    most_aside: int = 0
    aside: list[Any] = field(default_factory=list)
    astray: bool = False
    continued: bool = False
    says_who: Callable[[Any], bool] = _any
    _below: bool = False

    @classmethod
    def of(cls, by: tuple[str, ...], mapping: RecordMapping, given: Mapping[str, str]) -> Self:
        """For the keys of a checked manifest's `by` that are given."""
        keys = [key for key in (one.removesuffix("?") for one in by) if given.get(key)]
        wanted = [(mapping.values[MAPPED[key]], _folded(given[key])) for key in keys]
        coded = wanted[0][0].table is not None
        return cls(tuple(wanted), None if coded else PLAINLY.get(keys[0]))

    def fits(self, document: Any) -> bool:
        """Whether every key agrees; one that cannot be read does not, and is counted."""
        fits = self._fits(document)
        if self._below and not fits and not self.says_who(document):
            self.continued = True
            return False
        self._below = fits
        return fits

    def _fits(self, document: Any) -> bool:
        self.rows += 1
        if self.plainly is not None and self._is_plainly_another(document, self.plainly):
            self.readable += 1
            self.astray = self.astray or self._stands_in(document)
            return False
        for place, (reading, value) in enumerate(self.wanted):
            read = _read(reading, document)
            if read is None:
                self._set_aside(document)
                return False
            self.readable += place == 0
            if value not in read:
                return False
        return True

    @property
    def forgot(self) -> bool:
        """Whether rows that may belong to a record that was found could not be kept."""
        return 0 < self.most_aside < self.unreadable

    @property
    def blind(self) -> bool:
        """Whether there were rows and in none of them could the first key be read."""
        return self.rows > 0 and self.readable == 0

    def _is_plainly_another(self, document: Any, plainly: Callable[[str], bool]) -> bool:
        # Reading a number whole is most of the time that a long file takes; nearly every row has
        # one that a look at its check digit shows to be readable, and another.
        reading, value = self.wanted[0]
        try:
            raw = reading.raw(document)
        except UnreadableError:
            return False
        text = str(raw).translate(_DECORATION).removesuffix(".0").upper()
        return plainly(text) and text != value.upper()

    def _stands_in(self, row: Any) -> bool:
        return isinstance(row, dict) and self.wanted[0][1].upper() in row.values()

    def _set_aside(self, document: Any) -> None:
        if self.is_one(document):
            self.unreadable += 1
            if len(self.aside) < self.most_aside:
                self.aside.append(document)


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
