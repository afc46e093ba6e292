"""Which variable is wrong and what to write instead; never what was written.

graphql-core's own messages quote the value that was sent, which may be a child's name or number.
These are composed from the schema's words alone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    VariableDefinitionNode,
    is_input_type,
    is_required_input_field,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values

_MOST: Final = 10

_BUILT_IN: Final = {
    "String": "write text in quotes",
    "ID": "write text in quotes",
    "Int": "write a whole number",
    "Float": "write a number",
    "Boolean": "write true or false",
}

InputPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class InputError:
    """One thing to change. `path` leads from the variable's name to what is wrong in it."""

    message: str
    path: InputPath


@dataclass(frozen=True, slots=True)
class WrongVariables:
    """Variables that do not fit their operation: at least one error, at most ten."""

    errors: tuple[InputError, ...]


def coerced(
    schema: GraphQLSchema,
    definitions: Collection[VariableDefinitionNode],
    variables: Mapping[str, Any],
) -> VariableValues | WrongVariables:
    """An operation's variables as Python values, or what to change in them."""
    values = get_variable_values(schema, definitions, dict(variables), max_errors=1)
    if isinstance(values, VariableValues):
        return values
    found = tuple(islice(_of_definitions(schema, definitions, variables), _MOST))
    return WrongVariables(found or (InputError("the variables do not fit the operation", ()),))


def _of_definitions(
    schema: GraphQLSchema,
    definitions: Collection[VariableDefinitionNode],
    variables: Mapping[str, Any],
) -> Iterator[InputError]:
    for node in definitions:
        name = node.variable.name.value
        type_ = type_from_ast(schema, node.type)
        if is_input_type(type_) and (name in variables or node.default_value is None):
            yield from _of_value(variables.get(name), type_, (name,))


def _of_value(value: object, type_: GraphQLInputType, path: InputPath) -> Iterator[InputError]:
    match type_:
        case GraphQLNonNull() if value is None:
            yield _error(path, "give a value, it is required")
        case GraphQLNonNull():
            yield from _of_value(value, type_.of_type, path)
        case _ if value is None:
            return
        case GraphQLList():
            yield from _of_list(value, type_.of_type, path)
        case GraphQLInputObjectType():
            yield from _of_object(value, type_, path)
        case GraphQLEnumType() | GraphQLScalarType():
            yield from _of_leaf(value, type_, path)


def _of_list(value: object, of_type: GraphQLInputType, path: InputPath) -> Iterator[InputError]:
    if not isinstance(value, list):  # GraphQL takes one value for a list of one
        yield from _of_value(value, of_type, path)
        return
    for index, item in enumerate(value):
        yield from _of_value(item, of_type, (*path, index))


def _of_object(
    value: object, type_: GraphQLInputObjectType, path: InputPath
) -> Iterator[InputError]:
    if not isinstance(value, dict):
        yield _error(path, f"write an object with fields of {type_.name}: {_listed(type_.fields)}")
        return
    unknown = [name for name in value if name not in type_.fields]
    if unknown:
        yield _error(path, _unknown(unknown, type_))
    for name, field in type_.fields.items():
        if name in value:
            yield from _of_value(value[name], field.type, (*path, name))
        elif is_required_input_field(field):
            yield _error((*path, name), "give a value, it is required")


def _of_leaf(
    value: object, type_: GraphQLEnumType | GraphQLScalarType, path: InputPath
) -> Iterator[InputError]:
    try:
        type_.coerce_input_value(value)  # type: ignore[arg-type]  # it may be any JSON
    except ValueError as wrong:  # this schema's own scalars: their words quote nothing
        yield _error(path, str(wrong))
    except Exception:  # noqa: BLE001  # graphql-core's own words quote the value
        yield _error(path, _spelling(type_))


def _spelling(type_: GraphQLEnumType | GraphQLScalarType) -> str:
    if isinstance(type_, GraphQLEnumType):
        return f"write one of {_listed(type_.values)}"
    return _BUILT_IN.get(type_.name, f"write a {type_.name}")


def _unknown(names: list[str], type_: GraphQLInputObjectType) -> str:
    """Even an unknown field's name is not repeated: it may be a value in the wrong place."""
    near = {close for name in names for close in get_close_matches(name, type_.fields, n=1)}
    meant = f" (perhaps {_listed(sorted(near))} is meant)" if near else ""
    return f"leave out what {type_.name} does not have{meant}: it has {_listed(type_.fields)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _error(path: InputPath, what: str) -> InputError:
    return InputError(f"{_spoken(path)}: {what}", path)


def _spoken(path: InputPath) -> str:
    """The path as clients write it: "$known.chosen[0].key"."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "$" + steps.removeprefix(".")
