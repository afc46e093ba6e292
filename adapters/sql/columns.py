"""The columns of a result that two tables of a join both have: nobody can tell which is meant."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from adapters.manifest.operation import Operation

_WORD: Final = re.compile(r"\w+")
_UNREAD: Final = {"sql", "unreadable", "batch", "detail"}  # what is sent, and not what is read


class SaidTwice(Exception):
    """Two columns of one name say different things, and the manifest reads that name."""


def words_of(operation: Operation) -> frozenset[str]:
    """Every word of what a checked operation reads, among them the names of its columns."""
    said = operation.model_dump_json(exclude=_UNREAD)
    return frozenset({"record_id", *_WORD.findall(said)})


def row_reader(
    columns: Iterable[str], words: frozenset[str]
) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """What makes a row of a result a dictionary; it raises SaidTwice where a value would be lost.

    `words` are as of `words_of`. `p.*, f.*` has the columns of two tables, both with a `restricted`
    perhaps, and in a dictionary the second hides the first.
    """
    names = tuple(columns)
    if len(set(names)) == len(names):
        return lambda row: dict(zip(names, row, strict=True))
    read = {name for name in names if words.issuperset(_WORD.findall(name))}

    def document(row: Sequence[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in zip(names, row, strict=True):
            if name in read and found.setdefault(name, value) != value:
                raise SaidTwice
            found[name] = value
        return found

    return document
