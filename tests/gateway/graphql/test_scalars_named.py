"""Whoever meets a scalar of ours in an introspection finds the page that specifies it."""

from graphql import GraphQLScalarType, is_specified_scalar_type

from gateway.graphql.root import build_schema


def test_every_scalar_names_the_page_that_specifies_it() -> None:
    types = build_schema()._schema.type_map.values()  # noqa: SLF001  as the gateway takes it
    ours = [
        t for t in types if isinstance(t, GraphQLScalarType) and not is_specified_scalar_type(t)
    ]
    assert {"Date", "DateTime", "NhsNumber"} <= {t.name for t in ours}
    assert [t.name for t in ours if not (t.specified_by_url or "").startswith("https://")] == []
