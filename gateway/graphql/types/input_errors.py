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

from gateway.model.errors import InputPath

_MOST: Final = 50

_BUILT_IN: Final = {
    "String": "write text in quotes",
    "ID": "write text in quotes",
    "Int": "write a whole number",
    "Float": "write a number",
    "Boolean": "write true or false",
}


@dataclass(frozen=True, slots=True)
class InputError:
    """One thing to change. `path` leads from the variable's name to what is wrong in it."""

    message: str
    path: InputPath


@dataclass(frozen=True, slots=True)
class WrongVariables:
    """Variables that do not fit their operation: at least one error, at most fifty."""

    errors: tuple[InputError, ...]


def coerced(
    schema: GraphQLSchema,
    definitions: Collection[VariableDefinitionNode],
    variables: Mapping[str, Any],
    *,
    suggest: bool = True,
) -> VariableValues | WrongVariables:
    """An operation's variables as Python values, or what to change in them.

    Without `suggest` no name of the schema is said that the document does not have itself.
    """
    values = get_variable_values(schema, definitions, dict(variables), max_errors=1)
    if isinstance(values, VariableValues):
        return values
    words = _Suggesting() if suggest else _Reticent()
    found = tuple(islice(_Reader(words).definitions(schema, definitions, variables), _MOST))
    return WrongVariables(found or (InputError("the variables do not fit the operation", ()),))


class _Reticent:
    """Words for clients that know the schema already: nobody learns it from them."""

    def composite(self, type_: GraphQLInputObjectType) -> str:
        return f"write an object with fields of {type_.name}"

    def unknown(self, type_: GraphQLInputObjectType, _: list[str]) -> str:
        return f"leave out what {type_.name} does not have"

    def code(self, type_: GraphQLEnumType, _: object) -> str:
        return f"write one of the codes of {type_.name}"


class _Suggesting(_Reticent):
    """Words that name what there is, and what was probably meant; never what was written."""

    def composite(self, type_: GraphQLInputObjectType) -> str:
        return f"{super().composite(type_)}: {_listed(type_.fields)}"

    def unknown(self, type_: GraphQLInputObjectType, names: list[str]) -> str:
        """Even an unknown field's name is not repeated: it may be a value in the wrong place."""
        alike = (get_close_matches(name, type_.fields, n=1) for name in names[:_MOST])
        near = {close for found in alike for close in found}
        meant = f" (perhaps {_listed(sorted(near))} is meant)" if near else ""
        return f"{super().unknown(type_, names)}{meant}: it has {_listed(type_.fields)}"

    def code(self, type_: GraphQLEnumType, value: object) -> str:
        near = get_close_matches(value.upper(), type_.values, n=1) if isinstance(value, str) else []
        meant = f" (perhaps {near[0]} is meant)" if near else ""
        return f"write one of {_listed(type_.values)}{meant}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads variables against their types, and says what is wrong in these words."""

    words: _Reticent

    def definitions(
        self,
        schema: GraphQLSchema,
        definitions: Collection[VariableDefinitionNode],
        variables: Mapping[str, Any],
    ) -> Iterator[InputError]:
        for node in definitions:
            name = node.variable.name.value
            type_ = type_from_ast(schema, node.type)
            if is_input_type(type_) and (name in variables or node.default_value is None):
                yield from self._value(variables.get(name), type_, (name,))

    def _value(
        self, value: object, type_: GraphQLInputType, path: InputPath
    ) -> Iterator[InputError]:
        match type_:
            case GraphQLNonNull() if value is None:
                yield _error(path, "give a value, it is required")
            case GraphQLNonNull():
                yield from self._value(value, type_.of_type, path)
            case _ if value is None:
                return
            case GraphQLList():
                yield from self._list(value, type_.of_type, path)
            case GraphQLInputObjectType():
                yield from self._object(value, type_, path)
            case GraphQLEnumType() | GraphQLScalarType():
                yield from self._leaf(value, type_, path)

    def _list(
        self, value: object, of_type: GraphQLInputType, path: InputPath
    ) -> Iterator[InputError]:
        if not isinstance(value, list):  # GraphQL takes one value for a list of one
            yield from self._value(value, of_type, path)
            return
        for index, item in enumerate(value):
            yield from self._value(item, of_type, (*path, index))

    def _object(
        self, value: object, type_: GraphQLInputObjectType, path: InputPath
    ) -> Iterator[InputError]:
        if not isinstance(value, dict):
            yield _error(path, self.words.composite(type_))
            return
        unknown = [name for name in value if name not in type_.fields]
        if unknown:
            yield _error(path, self.words.unknown(type_, unknown))
        for name, field in type_.fields.items():
            if name in value:
                yield from self._value(value[name], field.type, (*path, name))
            elif is_required_input_field(field):
                yield _error((*path, name), "give a value, it is required")

    def _leaf(
        self, value: object, type_: GraphQLEnumType | GraphQLScalarType, path: InputPath
    ) -> Iterator[InputError]:
        try:
            type_.coerce_input_value(value)  # type: ignore[arg-type]  # it may be any JSON
        except ValueError as wrong:  # this schema's own scalars: their words quote nothing
            yield _error(path, str(wrong))
        except Exception:  # noqa: BLE001  # graphql-core's own words quote the value
            yield _error(path, self._spelling(value, type_))

    def _spelling(self, value: object, type_: GraphQLEnumType | GraphQLScalarType) -> str:
        if isinstance(type_, GraphQLEnumType):
            return self.words.code(type_, value)
        return _BUILT_IN.get(type_.name, f"write a {type_.name}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _error(path: InputPath, what: str) -> InputError:
    return InputError(f"{_spoken(path)}: {what}", path)


def _spoken(path: InputPath) -> str:
    """The path as clients write it: "$known.chosen[0].key"."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "$" + steps.removeprefix(".")
