"""The address of a request whose values need no escaping, such as numbers and days.

Each way to write a value (`as_value` and the others of manifest/placeholder.py) leaves ASCII
letters, digits and the dashes inside of them as they are. So does percent-encoding. Any other value
goes through them as before.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import quote

from adapters.manifest.operation import Operation
from adapters.manifest.placeholder import PLACEHOLDER

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]+")
_is_plain = _PLAIN.fullmatch
_MOST_CHOICES: Final = 64  # of keys that are given; there are eight keys
_KINDS: Final = frozenset({"rest", "oneroster", "fhir"})

Filled = tuple[str, tuple[str, ...]] | None
"""The text, with `%s` for each of these keys; None where it is not put together here."""


@dataclass(frozen=True, slots=True)
class AddressTemplate:
    """Where an operation is asked by GET: its path and its query. It `needs` these keys."""

    path: str
    entries: tuple[tuple[str, str], ...]
    needs: frozenset[str]
    chosen: dict[tuple[str, ...], Filled] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, operation: Operation, kind: str) -> Self | None:
        """Of a checked manifest's operation; None where it is asked in another way."""
        if kind not in _KINDS or operation.method != "GET" or operation.body:
            return None
        return cls(operation.path or "", tuple(operation.query.items()), operation.card.needs)

    def filled(self, base_url: str, given: Mapping[str, str]) -> str | None:
        """The address with these values; None where one of them is missing, or is to be escaped."""
        keys = tuple(given)
        found = self.chosen[keys] if keys in self.chosen else self._chosen(keys)
        if found is None:
            return None
        text, places = found
        values = tuple(map(given.__getitem__, places))
        return base_url.rstrip("/") + text % values if all(map(_is_plain, values)) else None

    def _chosen(self, keys: tuple[str, ...]) -> Filled:
        found = self._text(frozenset(keys))
        if len(self.chosen) < _MOST_CHOICES:
            self.chosen[keys] = found
        return found

    def _text(self, given: frozenset[str]) -> Filled:
        asked = [(name, text) for name, text in self.entries if _keys(text) <= given]
        if not (self.needs | _keys(self.path)) <= given:
            return None
        query = "&".join(f"{_escaped(name)}={_with_places(text)}" for name, text in asked)
        parts = [PLACEHOLDER.sub("%s", self.path.replace("%", "%%")), *filter(None, [query])]
        places = [key for text in (self.path, *(text for _, text in asked)) for key in _in(text)]
        return "?".join(parts), tuple(places)


def _in(text: str) -> Iterable[str]:
    return (found.group(1) for found in PLACEHOLDER.finditer(text))


def _keys(text: str) -> frozenset[str]:
    return frozenset(_in(text))


def _escaped(text: str) -> str:
    return quote(text, safe="").replace("%", "%%")


def _with_places(text: str) -> str:
    parts = PLACEHOLDER.split(text)[:: 1 + PLACEHOLDER.groups]
    return "%s".join(map(_escaped, parts))
