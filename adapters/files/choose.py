"""Which file of a folder is meant, and of which moment its data is."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from math import comb
from typing import Final

from adapters.manifest.manifest import FileTable
from adapters.mapping.date_format import DateForm

ANYTHING: Final = "*"  # in `dated`: what stands there says nothing of the moment
# To read one name by the forms of `dated`, and all names of a folder: some milliseconds, a second.
_MOST_OF_ONE: Final = 200_000
_MOST_WAYS: Final = 50_000_000
_DIGITS: Final = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a folder; `written` says when, and is asked only where the newest is told by it."""

    name: str
    written: Callable[[], float]


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file's name; `dated` is the moment that the name carries, if it does."""

    name: str
    dated: datetime | None = None


class TooManyWaysError(Exception):
    """Names so long that to read them by the forms of `dated` would take too much time."""


class SameMomentError(Exception):
    """Two files are of the same moment: each may hold children that the other does not."""


def newest(files: Iterable[ListedFile], pattern: str, table: FileTable) -> ChosenFile | None:
    """The newest file that fits `pattern`: by the moment in its name, its own time, or its name.

    A name that has none of the forms of `dated` is none of the files. SameMomentError where it
    cannot be told which is the newest, TooManyWaysError where that would take too long.
    """
    fitting = [file for file in files if _fits(file.name, pattern)]
    _refuse_costly([file.name for file in fitting], table.dated)
    forms = [DateForm.parse(form, anything=ANYTHING) for form in table.dated]
    ordered = [
        (order, file.name) for file in fitting if (order := _order(file, table, forms)) is not None
    ]
    if not ordered:
        return None
    latest = max(order for order, _ in ordered)
    names = [name for order, name in ordered if order == latest]
    if len(names) > 1:
        raise SameMomentError
    return ChosenFile(names[0], latest if isinstance(latest, datetime) else None)


def _fits(name: str, pattern: str) -> bool:
    # Of several files one in capitals is another export; a whole name means that file alone.
    if ANYTHING not in pattern:
        return fnmatchcase(name, pattern)
    return fnmatchcase(name.casefold(), pattern.casefold())


def _refuse_costly(names: Iterable[str], forms: tuple[str, ...]) -> None:
    """A form with several `*` may read a name in as many ways as these divide it among them."""
    several = [count for form in forms if (count := form.count(ANYTHING)) > 1]
    left = _MOST_WAYS
    for name in names if several else ():
        ways = sum(comb(len(name) + count, count) for count in several)
        left -= ways
        if left < 0 or ways > _MOST_OF_ONE:
            raise TooManyWaysError


def _order(
    file: ListedFile, table: FileTable, forms: Iterable[DateForm]
) -> datetime | float | tuple[object, ...] | None:
    if table.dated:
        return _moment(file.name, forms)
    return file.written() if table.newest == "written" else _natural(file.name)


def _moment(name: str, forms: Iterable[DateForm]) -> datetime | None:
    for form in forms:
        try:
            return form.moment(name)
        except (ValueError, OverflowError):
            continue
    return None


def _natural(name: str) -> tuple[object, ...]:
    # roll-10 comes after roll-9: the parts of a name are texts and numbers in turn.
    parts = _DIGITS.split(name.casefold())
    return tuple(_number(part) if place % 2 else part for place, part in enumerate(parts))


def _number(digits: str) -> tuple[int, str]:
    # In the order of the numbers, which Python does not read where they have thousands of digits.
    plain = digits.lstrip("0")
    return len(plain), plain
