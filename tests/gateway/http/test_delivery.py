"""Told in parts by path, an answer is the one that the same question has when it is asked whole."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, build_schema, parse
from graphql.execution import (
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.delivery import PartsFormat, Patches, dialect_of

SCHEMA: Final = build_schema(
    """
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
    type Query { home: House! }
    type House { name: String! windows: [House!] next: House }
    """
)
_names = st.sampled_from(["a", "b", "c"])
_houses = st.recursive(
    st.fixed_dictionaries({"name": _names, "windows": st.none(), "next": st.none()}),
    lambda inner: st.fixed_dictionaries(
        {
            "name": _names,
            "windows": st.none() | st.lists(inner, max_size=4),
            "next": st.none() | inner,
        }
    ),
    max_leaves=12,
)


@st.composite
def _selections(draw: st.DrawFn, depth: int = 0) -> str:
    """What is asked of a house; no two parts of it overlap."""
    inner = "name" if depth > 1 else draw(_selections(depth + 1))
    count = draw(st.integers(0, 2))
    windows = f"windows @stream(initialCount: {count})" if draw(st.booleans()) else "windows"
    fields = f"name {windows} {{ {inner} }}"
    further = "name" if depth > 1 else draw(_selections(depth + 1))
    after = f"next {{ {further} }}"
    return f"{fields} ... @defer {{ {after} }}" if draw(st.booleans()) else f"{fields} {after}"


async def told(query: str, home: Mapping[str, Any]) -> dict[str, Any]:
    """What a client has in the end that puts each part where its path says."""
    result = experimental_execute_incrementally(SCHEMA, parse(query), {"home": home})
    if isinstance(result, ExecutionResult):
        return dict(result.data or {})
    assert isinstance(result, ExperimentalIncrementalExecutionResults)
    patches = Patches()
    held: dict[str, Any] = patches.of(result.initial_result.formatted)["data"]
    async for later in result.subsequent_results:
        for each in patches.of(later.formatted).get("incremental", ()):
            put(held, each["path"], each["data"])
    return held


def put(held: Any, path: list[str | int], data: Any) -> None:
    """Put what came where it belongs: into what stands there, or at the end of its list."""
    *above, last = path
    for step in above:
        held = held[step]
    if isinstance(held, list) and last == len(held):
        held.append(data)
    elif held[last] is None:
        held[last] = data
    else:
        held[last] |= data


@given(_houses, _selections())
async def test_put_where_their_paths_say_the_parts_make_the_whole_answer(
    home: dict[str, Any], selection: str
) -> None:
    query = f"{{ home {{ {selection} }} }}"
    bare = query.replace("... @defer", "...")
    whole = await told(_without_stream(bare), home)
    assert whole["home"]["name"] == home["name"]
    assert await told(query, home) == whole


def _without_stream(query: str) -> str:
    for count in range(3):
        query = query.replace(f" @stream(initialCount: {count})", "")
    return query


async def test_a_label_comes_with_its_part_and_a_failure_with_its_error() -> None:
    patches = Patches()
    pending = [
        {"id": "0", "path": ["child"], "label": "rest"},
        {"id": "1", "path": ["child", "of"]},
    ]
    first = {"data": {"child": {"of": ["a"]}}, "pending": pending, "hasNext": True}
    assert patches.of(first) == {"data": first["data"], "hasNext": True}
    error = GraphQLError("no").formatted
    later = patches.of(
        {
            "incremental": [
                {"id": "1", "items": ["b", "c"]},
                {"id": "0", "subPath": ["more"], "data": {"x": 1}, "errors": [error]},
            ],
            "completed": [{"id": "0"}, {"id": "1", "errors": [error]}],
            "hasNext": False,
        }
    )
    assert later["incremental"] == [
        {"path": ["child", "of", 1], "data": "b"},
        {"path": ["child", "of", 2], "data": "c"},
        {"path": ["child", "more"], "data": {"x": 1}, "label": "rest", "errors": [error]},
        {"path": ["child", "of"], "data": None, "errors": [error]},
    ]
    assert later["hasNext"] is False


def test_who_names_no_shape_is_told_by_path_and_who_names_another_is_not_told_in_parts() -> None:
    assert dialect_of([]) is PartsFormat.BY_PATH
    assert dialect_of(["q=0.5", 'deferspec="20220824"']) is PartsFormat.BY_PATH
    assert dialect_of(["incrementalspec=v0.2"]) is PartsFormat.BY_ID
    assert dialect_of(["incrementalspec=v0.3"]) is None
    assert dialect_of(["deferspec=20991231"]) is None
