"""The variables of a document, read by functions that are made of their types once.

graphql-core asks of each value again what kind of type it has. Here that is asked once for each
type. What does not plainly fit is not refused here but left to graphql-core, which is the
reference: it knows the defaults, and what to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource

ReadValue = Callable[[Any], Any]
_TYPES: Final = 1024  # of a schema, which has some sixty


class _UnfitError(Exception):
    """A value that graphql-core has to read, or to refuse."""


class _Variable(NamedTuple):
    name: str
    signature: GraphQLVariableSignature
    may_be_left_out: bool
    read: ReadValue


@dataclass(frozen=True, slots=True)
class CompiledVariables:
    """The variables of one operation; None for `variables` where they are no plain ones."""

    variables: tuple[_Variable, ...] | None = None

    @classmethod
    def of(cls, schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> Self:
        """Those of these definitions, which are valid."""
        try:
            return cls(tuple(_variable(schema, each) for each in definitions))
        except (_UnfitError, RecursionError):
            return cls()

    def read(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The values as graphql-core reads them; None where it takes graphql-core to say."""
        if self.variables is None:
            return None
        try:
            return self._read(self.variables, given)
        except Exception:  # noqa: BLE001  whatever is wrong, graphql-core says it
            return None

    @staticmethod
    def _read(variables: Iterable[_Variable], given: Mapping[str, Any]) -> VariableValues:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, signature, may_be_left_out, read in variables:
            value = given.get(name, Undefined)
            sources[name] = VariableValueSource(signature, value)
            if value is not Undefined:
                coerced[name] = read(value)
            elif not may_be_left_out:
                raise _UnfitError
        return VariableValues(sources, coerced)


NO_VARIABLES: Final = CompiledVariables()


def _variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Variable:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):
        raise _UnfitError
    strict = isinstance(signature.type, GraphQLNonNull) or definition.default_value is not None
    return _Variable(signature.name, signature, not strict, reader_of(signature.type))


@lru_cache(maxsize=_TYPES)
def reader_of(kind: GraphQLInputType) -> ReadValue:
    """What reads a value of this type; it raises where graphql-core has to."""
    if isinstance(kind, GraphQLNonNull):
        return _present(kind.of_type)
    read = _present(kind)
    return lambda value: None if value is None else read(value)


def _present(kind: Any) -> ReadValue:
    """The reader of values that are not null."""
    match kind:
        case GraphQLList():
            return _list(reader_of(kind.of_type))
        case GraphQLInputObjectType():
            return _object(kind)
        case _:
            return _leaf(kind.coerce_input_value)


def _list(item: ReadValue) -> ReadValue:
    def read(value: Any) -> list[Any]:
        if value.__class__ is not list:  # one value stands for a list of one
            raise _UnfitError
        return [item(each) for each in value]

    return read


def _object(kind: GraphQLInputObjectType) -> ReadValue:
    if kind.is_one_of or any(field.default is not None for field in kind.fields.values()):
        raise _UnfitError
    fields = [
        (name, field.out_name or name, is_required_input_field(field), reader_of(field.type))
        for name, field in kind.fields.items()
    ]
    out_type = kind.out_type

    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            raise _UnfitError
        held: dict[str, Any] = {}
        for name, out_name, required, read_field in fields:
            if name in value:
                held[out_name] = read_field(value[name])
            elif required:
                raise _UnfitError
        if len(held) != len(value):  # of the rest, nobody knows what it is
            raise _UnfitError
        return out_type(held)

    return read


def _leaf(coerce: ReadValue) -> ReadValue:
    def read(value: Any) -> Any:
        if value is None or (found := coerce(value)) is Undefined:
            raise _UnfitError
        return found

    return read
