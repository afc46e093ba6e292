"""Answers that say nothing beside their records, seen by their keys: nearly every one of an API.

The keys are those that a manifest's own expressions name, so none of an agency's is remembered.
Whatever else stands in an answer is held against all the words, as ever.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.mapping.beside import more, told, trouble
from adapters.mapping.beside.told import called

_LARGE: Final = sys.maxsize  # no count that is larger is held to be one


def quiet_keys(names: Iterable[str], *, counts: bool) -> Mapping[str, bool]:
    """Those of these keys that say nothing of trouble or of more, whatever stands below them.

    Where the manifest `counts` itself, no other count of an answer does: then a key of one is quiet
    too, and its value is True here, as its number has to be looked at.
    """
    quiet: dict[str, bool] = {}
    for name in names:
        said = called(name)
        if said in trouble.HEEDED or said in told.LOOKED_INTO or more.may_lead_on(said):
            continue
        counted = more.may_count(said)
        if counts or not counted:
            quiet[name] = counted
    return quiet


def is_quiet(headers: Mapping[str, str], body: Any, keys: Mapping[str, bool]) -> bool:
    """Whether an answer says nothing beside its records; False where it may, and no more is known.

    `keys` are those of `quiet_keys`.
    """
    if type(body) is not dict or not keys or not told.HEARD_HEADERS.isdisjoint(headers):
        return False
    for name in headers:
        if name[:2] == "x-":
            return False
    for name, value in body.items():
        number = keys.get(name)
        if number is None or type(value) is dict:
            return False
        if number and type(value) is int and value > _LARGE:
            return False
    return True
