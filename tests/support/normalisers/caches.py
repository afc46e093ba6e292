"""The rules by which three clients keep an answer, as their documentation states them.

Apollo Client's InMemoryCache: an object of a type with `id` (or `_id`) is kept under "Type:id"; any
other one stays inside the object that has it, and replaces what stood there.
urql's graphcache: the same keys; any other object is kept under its parent's key and the field, and
in a list by its place.
Relay: the id alone is the key, whatever the type; any other object is kept under "client:", its
parent's key and the field, and in a list by its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.normalisers.answer import ROOT, Store, written

Named = Callable[[Mapping[str, Any]], str | None]


def _by_type(thing: Mapping[str, Any]) -> str | None:
    name = thing.get("id", thing.get("_id"))
    return None if name is None else f"{thing['__typename']}:{name}"


def _by_id(thing: Mapping[str, Any]) -> str | None:
    name = thing.get("id")
    return None if name is None else str(name)


@dataclass(slots=True)
class Cache:
    """What one client keeps of one or several answers.

    `clashes` are fields that stood under one key with two values. What hangs on the query itself
    and has no id is the last answer to that field and no more, so it is not looked at.
    """

    named: Named
    embeds: bool = False
    prefix: str = ""
    store: Store = field(default_factory=dict)
    clashes: list[str] = field(default_factory=list)

    def keep(self, data: Mapping[str, Any]) -> "Cache":
        """Keep an answer's `data`."""
        for name, value in data.items():
            self._value(value, f"{self.prefix}{ROOT}.{name}")
        return self

    @property
    def shared(self) -> Store:
        """Everything that is kept under the name of a thing, or below it."""
        roots = f"{self.prefix}{ROOT}."
        return {key: fields for key, fields in self.store.items() if not key.startswith(roots)}

    def _value(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [self._value(each, f"{path}.{place}") for place, each in enumerate(value)]
        return self._thing(value, path) if isinstance(value, dict) else value

    def _thing(self, thing: Mapping[str, Any], path: str) -> Any:
        key = self.named(thing)
        if key is None and self.embeds:
            return {name: self._value(each, f"{path}.{name}") for name, each in thing.items()}
        at = key or path
        start = at if key is None else f"{self.prefix}{at}"
        fields = {name: self._value(each, f"{start}.{name}") for name, each in thing.items()}
        self.clashes += [c for c in written(self.store, at, fields) if not c.startswith(ROOT)]
        return {"ref": at}


CLIENTS: Final[Mapping[str, Callable[[], Cache]]] = {
    "apollo": lambda: Cache(_by_type, embeds=True),
    "graphcache": lambda: Cache(_by_type),
    "relay": lambda: Cache(_by_id, prefix="client:"),
}
