"""Which file of a folder is meant, and of which moment its data is."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from adapters.manifest.manifest import FileTable
from adapters.mapping.date_format import DateForm

ANYTHING: Final = "*"  # in `dated`: what stands there says nothing of the moment
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


class SameMomentError(Exception):
    """Two files are of the same moment: each may hold children that the other does not."""


def newest(files: Iterable[ListedFile], pattern: str, table: FileTable) -> ChosenFile | None:
    """The newest file that fits `pattern`: by the moment in its name, its own time, or its name.

    A name that has none of the forms of `dated` is none of the files. SameMomentError where it
    cannot be told which is the newest.
    """
    fitting = [file for file in files if _fits(file.name, pattern)]
    ordered = [(order, file.name) for file in fitting if (order := _order(file, table)) is not None]
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


def _order(file: ListedFile, table: FileTable) -> datetime | float | tuple[object, ...] | None:
    if table.dated:
        return _moment(file.name, table.dated)
    return file.written() if table.newest == "written" else _natural(file.name)


def _moment(name: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return DateForm.parse(form, anything=ANYTHING).moment(name)
        except (ValueError, OverflowError):
            continue
    return None


def _natural(name: str) -> tuple[object, ...]:
    # roll-10 comes after roll-9: the parts of a name are texts and numbers in turn.
    parts = _DIGITS.split(name.casefold())
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))
