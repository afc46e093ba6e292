"""Declarations that cannot go without a description: a docstring is what clients read."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from inspect import cleandoc, getdoc
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.enum import EnumValue

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def field(description: str, *, name: str | None = None, deprecated: str | None = None) -> Any:
    """A field or input field; `name` where the camel-cased attribute would not do.

    `deprecated` says what to use instead.
    """
    return strawberry.field(description=description, name=name, deprecation_reason=deprecated)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def output(cls: type[T]) -> type[T]:
    """An object type, described by its docstring; `ChildType` is `Child` to clients."""
    name = cls.__name__.removesuffix("Type")
    return strawberry.type(cls, name=name, description=_docstring(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def interface(cls: type[T]) -> type[T]:
    """An interface, described by its docstring; named to clients as `output` says."""
    name = cls.__name__.removesuffix("Type")
    return strawberry.interface(cls, name=name, description=_docstring(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def entry(cls: type[T]) -> type[T]:
    """An input type, described by its docstring; `ScopeArgument` is `Scope` to clients."""
    name = cls.__name__.removesuffix("Argument")
    return strawberry.input(cls, name=name, description=_docstring(cls))


def resolved(method: Callable[..., Any]) -> Any:
    """A field with a resolver, described by its docstring."""
    return strawberry.field(method, description=_docstring(method))


def argument(description: str, *, name: str | None = None) -> Any:
    """What stands in `Annotated` beside an argument's type."""
    return strawberry.argument(description=description, name=name)


def code_list(codes: type[E], description: str, meanings: Mapping[E, str]) -> None:
    """Give an enum of the domain its place in the schema; a code without a meaning stays out."""
    # A type that mentions the enum may have defined it already, so the definition is amended.
    definition = StrawberryAnnotation(codes).create_enum(codes)
    definition.description = description
    definition.values = [
        EnumValue(code.name, code.value, description=meaning) for code, meaning in meanings.items()
    ]


def _docstring(declared: object) -> str:
    return cleandoc(getdoc(declared) or "")


@output
class PageInfo:
    """Whether there is more before and after this page, and how to ask for it."""

    has_next_page: bool = field("Whether more follows; ask again with `after: endCursor`.")
    has_previous_page: bool = field("Whether something came before.")
    start_cursor: str | None = field("The cursor of the first item; null on an empty page.")
    end_cursor: str | None = field("The cursor of the last item; null on an empty page.")
