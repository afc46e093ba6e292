"""A front-end developer finds a word on everything in the schema."""

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)

from gateway.graphql.root import build_schema


def _of_type(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    yield type_.name, type_.description
    if isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value.description
    if isinstance(type_, GraphQLInputObjectType):
        for name, entry in type_.fields.items():
            yield f"{type_.name}.{name}", entry.description
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field.description
            yield from _of_arguments(f"{type_.name}.{name}", field.args)


def _of_arguments(
    owner: str, arguments: dict[str, GraphQLArgument]
) -> Iterator[tuple[str, str | None]]:
    for name, argument in arguments.items():
        yield f"{owner}({name})", argument.description


def _described() -> Iterator[tuple[str, str | None]]:
    schema = build_schema()._schema  # noqa: SLF001  # strawberry offers no other way to it
    for type_ in schema.type_map.values():
        if not (is_introspection_type(type_) or is_specified_scalar_type(type_)):
            yield from _of_type(type_)
    for directive in schema.directives:
        yield f"@{directive.name}", directive.description
        yield from _of_arguments(f"@{directive.name}", directive.args)


def test_every_name_in_the_schema_has_a_description() -> None:
    described = dict(_described())
    assert len(described) > 300
    assert [name for name, text in described.items() if not (text or "").strip()] == []


def test_every_description_of_ours_is_a_sentence() -> None:
    endings = {
        name: text for name, text in _described() if not name.startswith("@") and text is not None
    }
    assert [name for name, text in endings.items() if not text.endswith(".")] == []


def test_a_grade_that_is_never_shown_is_not_in_the_schema() -> None:
    grades = build_schema()._schema.type_map["MatchGrade"]  # noqa: SLF001  # as above
    assert isinstance(grades, GraphQLEnumType)
    assert set(grades.values) == {"CERTAIN", "PROBABLE", "POSSIBLE"}
