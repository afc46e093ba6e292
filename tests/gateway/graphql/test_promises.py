"""What clients are promised stays: no name, type or argument of it is changed or removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.utilities.print_schema import print_input_value

from gateway.graphql.root import printed

ROOT = Path(__file__).parents[3]
PROMISED = Path(__file__).with_name("promised.txt")
CORE = ROOT.parent / "shared" / "schema-core.graphql"


def _lines_of(type_: GraphQLNamedType) -> Iterator[str]:
    if isinstance(type_, GraphQLScalarType):
        yield f"scalar {type_.name}"
    if isinstance(type_, GraphQLEnumType):
        yield from (f"enum {type_.name}: {value}" for value in type_.values)
    if isinstance(type_, GraphQLInputObjectType):
        for name, entry in type_.fields.items():
            yield f"input {type_.name}: {print_input_value(name, entry)}"
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        yield from (f"type {type_.name}: {interface.name}" for interface in type_.interfaces)
        for name, field in type_.fields.items():
            yield f"type {type_.name}: {name}: {field.type}"
            for argument, definition in field.args.items():
                yield f"type {type_.name}: {name}({print_input_value(argument, definition)})"


def promises(schema: GraphQLSchema) -> set[str]:
    """Every name with its type, arguments and defaults, a line each."""
    return {
        line
        for type_ in schema.type_map.values()
        if not (is_introspection_type(type_) or is_specified_scalar_type(type_))
        for line in _lines_of(type_)
    }


def test_no_promise_is_broken() -> None:
    kept = promises(build_schema(printed()))
    assert set(PROMISED.read_text().splitlines()) - kept == set()


def test_the_list_of_promises_is_that_of_the_agreed_core() -> None:
    if not CORE.exists():
        pytest.skip("the agreed core schema stands beside the project, and not here")
    assert promises(build_schema(CORE.read_text())) == set(PROMISED.read_text().splitlines())


def test_a_change_of_nullability_would_be_noticed() -> None:
    changed = build_schema(printed().replace("asOf: DateTime", "asOf: DateTime!"))
    broken = set(PROMISED.read_text().splitlines()) - promises(changed)
    assert broken == {"type AgencyAnswer: asOf: DateTime", "type Provenance: asOf: DateTime"}


def test_a_default_that_moves_would_be_noticed() -> None:
    changed = build_schema(printed().replace("first: Int = 50", "first: Int = 500"))
    broken = set(PROMISED.read_text().splitlines()) - promises(changed)
    assert "type Query: accesses(first: Int = 50)" in broken
