"""Frozen values at the price of plain ones.

A frozen dataclass sets each of its fields through `object.__setattr__`, four times as dear as an
assignment. A question makes some thousand of them. So a value is filled in as a plain object with
the same slots, and then gets its own class; from then on it is as frozen as any other (ADR 0077).
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from types import new_class
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:  # its arguments are checked as those of the standard library's own
    from dataclasses import replace
else:
    from dataclasses import replace as replaced

    def replace(value: Any, /, **changes: Any) -> Any:
        """The same value but for these fields: quickly where its class is `plainly_made`."""
        copied = _COPIES.get(value.__class__)
        return copied(value, changes) if copied else replaced(value, **changes)


__all__ = ["plainly_made", "replace", "unfinished"]

T = TypeVar("T")
_Copy = Callable[[Any, Mapping[str, Any]], Any]
_COPIES: Final[dict[type, _Copy]] = {}
_PLAIN: Final[dict[type, type[Any]]] = {}
_SET_CLASS: Final = object.__dict__["__class__"].__set__


def plainly_made(kind: type[T]) -> type[T]:
    """The frozen dataclass with slots `kind`, with an `__init__` that costs what a plain one does.

    TypeError for a class whose slots are not all its own.
    """
    every = fields(kind)  # type: ignore[arg-type]
    if not {object, Generic}.issuperset(kind.__bases__):
        raise TypeError(f"{kind.__name__} has a base, which may have fields of its own")
    slots = {"__slots__": tuple(one.name for one in every)}
    bases = getattr(kind, "__orig_bases__", ())
    plain = new_class(f"{kind.__name__}Plain", bases, {}, lambda space: space.update(slots))
    _SET_CLASS(object.__new__(plain), kind)  # TypeError where the slots are others
    exact = kind.__init__
    space: dict[str, Any] = {"_kind": kind, "_plain": plain, "_new": object.__new__}
    space |= {"_exact": exact, "_set_class": _SET_CLASS, "_missing": MISSING}
    lines = (*_init(kind, every, space), *_copy(kind, every), *_filled(every))
    exec("\n".join(lines), space)  # noqa: S102  own names
    space["init"].__annotations__ = exact.__annotations__
    space["init"].__qualname__ = exact.__qualname__
    kind.__init__ = space["init"]  # type: ignore[method-assign]
    plain.__init__ = space["filled"]  # type: ignore[misc]
    _COPIES[kind], _PLAIN[kind] = space["copied"], plain
    return kind


def unfinished(kind: type) -> type[Any]:
    """What makes a `kind` that may still be changed, called with all its fields in their order.

    It is one, and as frozen as any, once it is told so as its `__class__`. For generated code that
    fills in a value by parts; what a value checks of itself is not checked. KeyError for a class
    that is not `plainly_made`.
    """
    return _PLAIN[kind]


def _init(kind: type, every: tuple[Field[Any], ...], space: dict[str, Any]) -> list[str]:
    """The text of `__init__`; of another class that inherits it, the exact one makes the value."""
    for one in every:
        space[f"_default_{one.name}"] = one.default
        space[f"_make_{one.name}"] = one.default_factory
    told = [one for one in every if one.init]
    by_name = [_argument(one) for one in told if one.kw_only]
    by_place = [_argument(one) for one in told if not one.kw_only]
    heads = ["self", *by_place, *(["*", *by_name] if by_name else [])]
    passed = [f"{one.name}={_value(one)}" for one in told]
    return [
        f"def init({', '.join(heads)}):",
        " if self.__class__ is not _kind:",
        f"  return _exact({', '.join(('self', *passed))})",
        " _set_class(self, _plain)",
        *(f" self.{one.name} = {_value(one)}" for one in every),
        *_finished(kind, "self"),
    ]


def _copy(kind: type, every: tuple[Field[Any], ...]) -> list[str]:
    """The text of what copies a value with other fields; what is not told is made anew."""
    lines = [
        f" made.{one.name} = {f'value.{one.name}' if one.init else _value(one)}" for one in every
    ]
    return [
        "def copied(value, changes):",
        " made = _new(_plain)",
        *lines,
        " for name, changed in changes.items():",
        "  setattr(made, name, changed)",
        *_finished(kind, "made"),
        " return made",
    ]


def _filled(every: tuple[Field[Any], ...]) -> list[str]:
    """The text of what fills in every field."""
    names = [one.name for one in every]
    head = f"def filled({', '.join(('self', *names))}):"
    return [head, *(f" self.{name} = {name}" for name in names), " return None"]


def _finished(kind: type, name: str) -> list[str]:
    after = [f" {name}.__post_init__()"] if hasattr(kind, "__post_init__") else []
    return [f" {name}.__class__ = _kind", *after]


def _argument(one: Field[Any]) -> str:
    if one.default is not MISSING:
        return f"{one.name}=_default_{one.name}"
    return f"{one.name}=_missing" if one.default_factory is not MISSING else one.name


def _value(one: Field[Any]) -> str:
    """What a field is set to."""
    if not one.init:
        factory = one.default_factory is not MISSING
        return f"_make_{one.name}()" if factory else f"_default_{one.name}"
    if one.default_factory is not MISSING:
        return f"_make_{one.name}() if {one.name} is _missing else {one.name}"
    return one.name
