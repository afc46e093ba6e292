"""Frozen values made at the price of plain ones.

A frozen dataclass sets each field through `object.__setattr__`, four times as dear as an
assignment. A twin has the same slots and no guard. Once it is filled in it is told its real class,
and from then on it is as frozen as any other.
"""

from dataclasses import fields
from functools import cache
from typing import Any


@cache
def twin_of(kind: type) -> type:
    """A class with the slots of the frozen dataclass `kind`, all of which it is called with."""
    names = tuple(one.name for one in fields(kind))
    space: dict[str, Any] = {}
    head = f"def __init__(self, {', '.join(names)}):"
    lines = [head, *(f"    self.{name} = {name}" for name in names)]
    exec("\n".join(lines), space)  # noqa: S102  # names of our own fields alone
    return type(f"{kind.__name__}Twin", (), {"__slots__": names, **space})
