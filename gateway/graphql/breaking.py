"""What a schema breaks for clients that were built against an earlier one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
)
from graphql.utilities import find_breaking_changes

from gateway.model.errors import ConfigurationInvalid


def breaking_changes(released: Path, now: Path) -> tuple[str, ...]:
    """Each change from the schema in `released` to the one in `now` that a client may notice.

    What was deprecated there already may be gone: clients were told. ConfigurationInvalid if a
    file holds no schema.
    """
    before = _read(released)
    for type_ in before.type_map.values():
        _forget_deprecated(type_)
    return tuple(change.description for change in find_breaking_changes(before, _read(now)))


def _read(file: Path) -> GraphQLSchema:
    try:
        return build_schema(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None
    except (GraphQLSyntaxError, TypeError):
        raise ConfigurationInvalid(f"{file}: is no GraphQL schema") from None


def _forget_deprecated(type_: Any) -> None:
    for members in _members(type_):
        for name in [name for name, one in members.items() if one.deprecation_reason is not None]:
            del members[name]


def _members(type_: Any) -> Iterator[dict[str, Any]]:
    """What of a type may be deprecated: its fields and their arguments, or its codes."""
    if isinstance(type_, GraphQLEnumType):
        yield type_.values
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        yield type_.fields
        yield from (field.args for field in type_.fields.values())
    elif isinstance(type_, GraphQLInputObjectType):
        yield type_.fields
