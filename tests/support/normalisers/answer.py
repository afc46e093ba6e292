"""What a normalising cache is given: a document's every field, and the answer to it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_composite_type

Store = dict[str, dict[str, Any]]
ROOT: Final = "Query"


def every_field(schema: GraphQLSchema, kind: GraphQLObjectType, above: tuple[str, ...] = ()) -> str:
    """A selection of every field that needs no argument, `__typename` with it; cycles are cut."""
    parts = ["__typename"]
    for name, field in sorted(kind.fields.items()):
        named = get_named_type(field.type)
        if any(a.default_value is None and str(a.type).endswith("!") for a in field.args.values()):
            continue
        if not is_composite_type(named):
            parts.append(name)
        elif named.name not in above and isinstance(named, GraphQLObjectType):
            parts.append(f"{name} {every_field(schema, named, (*above, kind.name))}")
    return f"{{ {' '.join(parts)} }}"


def unlike(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The keys under which both stores have a field, with values that are not the same."""
    return sorted(f"{key}.{field}" for key, field in _both(one, other))


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in one.keys() & other.keys():
        for field in one[key].keys() & other[key].keys():
            if one[key][field] != other[key][field]:
                yield key, field


def written(store: Store, key: str, fields: Mapping[str, Any]) -> list[str]:
    """Write fields under a key; the fields that stood there with another value before."""
    held = store.setdefault(key, {})
    clashes = [
        f"{key}.{name}" for name in held.keys() & fields.keys() if held[name] != fields[name]
    ]
    held.update(fields)
    return clashes
