"""Planting a fault: one function or value of the running code replaced, until the test is over."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Replacing = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A way in which the shield was once broken, or could be, and the law that finds it.

    `places` are dotted paths, "module:name.attribute", each with what makes the faulty value of
    what stands there; all are replaced. `law` is the name of the law in LAWS, `seed` one from which
    on it is soon found.
    """

    name: str
    law: str
    places: tuple[tuple[str, Replacing], ...]
    seed: int = 1

    @property
    def has_places(self) -> bool:
        """Whether the running code has every place that this fault replaces."""
        try:
            return all(_holder(place) for place, _ in self.places)
        except (ImportError, AttributeError):
            return False

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The running code with the fault."""
        kept: list[tuple[Any, str, Any]] = []
        try:
            for place, replacing in self.places:
                holder, name = _holder(place)
                kept.append((holder, name, vars(holder)[name]))
                setattr(holder, name, replacing(vars(holder)[name]))
            yield
        finally:
            for holder, name, original in reversed(kept):
                setattr(holder, name, original)


def _holder(place: str) -> tuple[Any, str]:
    """What holds a place, and its name there; ImportError or AttributeError if there is none."""
    module, _, path = place.partition(":")
    holder: Any = importlib.import_module(module)
    *between, name = path.split(".")
    for each in between:
        holder = getattr(holder, each)
    if name not in vars(holder):
        raise AttributeError(place)
    return holder, name
