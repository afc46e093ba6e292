"""The question drives: the fan-out is given values, and nothing that it could call or wait for."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, get_args, get_origin, get_type_hints

import pytest

from gateway.fanout.fan_out import Calls, FanOut
from gateway.fanout.source_answer import CallContext, SourceAnswer

ACTS = (Awaitable, asyncio.Future)


class Teacher(Protocol):
    def lessons(self) -> None: ...


@dataclass(frozen=True)
class Order:
    until: float
    teach: Callable[[], None] | None = None


@dataclass(frozen=True)
class Orders:
    by_source: Mapping[str, tuple[Order, ...]]


class Bell:
    def __call__(self) -> None: ...


def acts(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """What of a value of this type could be called or awaited; or might be, as nobody says."""
    if kind in seen:
        return
    seen |= {kind}
    origin = get_origin(kind) or kind
    if kind in (Any, object) or (isinstance(origin, type) and is_active(origin)):
        yield str(kind)
        return
    for part in get_args(kind):
        yield from acts(part, seen)
    if is_dataclass(origin) and isinstance(origin, type):
        hints = get_type_hints(origin)
        for field in fields(origin):
            yield from acts(hints[field.name], seen)


def is_active(kind: type) -> bool:
    """Whether it is a callable, an awaitable, or somebody of whom only the methods are known."""
    is_protocol = Protocol in kind.__bases__
    return is_protocol or issubclass(kind, ACTS) or any("__call__" in vars(c) for c in kind.__mro__)


def taken(kind: type) -> dict[str, Any]:
    """What each method takes that a question may call, by method and parameter."""
    methods = inspect.getmembers(kind, inspect.isfunction)
    return {
        f"{name}({parameter})": hint
        for name, method in methods
        if not name.startswith("_")
        for parameter, hint in get_type_hints(inspect.unwrap(method)).items()
        if parameter != "return"
    }


@pytest.mark.parametrize("kind", [FanOut, Calls])
def test_the_fan_out_is_given_values_alone(kind: type) -> None:
    assert {name: list(acts(hint)) for name, hint in taken(kind).items() if any(acts(hint))} == {}


def test_the_search_reaches_what_goes_with_every_call() -> None:
    hints = taken(Calls).values()
    assert CallContext in hints
    assert SourceAnswer | None in hints


@pytest.mark.parametrize(
    "kind",
    [
        Callable[[str], None],
        Mapping[str, Callable[[], None]],
        asyncio.Task[None],
        Awaitable[int],
        Teacher,
        Order,
        Orders,
        Orders | None,
        Bell,
        Mapping[str, Any],
    ],
)
def test_what_could_call_back_is_found_wherever_it_is_hidden(kind: Any) -> None:
    assert list(acts(kind))
