"""What the compiled writers say is, byte for byte, what graphql-core says."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    experimental_execute_incrementally,
    get_named_type,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.graphql.child.writing import WriteAnswer, writer_of
from tests.support.gateway.execution import QUESTION, VARIABLES, core_schema
from tests.support.gateway.schema_examples import ADA, SCHOOL_ROW, WHOLE, Asked, context
from tests.support.samples import examples

FRAGMENTS = """
fragment Shown on Agency { name sector dutyContact { telephone } }
fragment Said on Fact { sources { agency { ...Shown id } asOf } }
fragment Asked on AgencyAnswer { outcome agency { ...Shown } }
"""
ANSWERS = (
    Asked(),
    Asked(replace(WHOLE, child=None, rows=(), unresolved=())),
    None,
)


@cache
def schema() -> GraphQLSchema:
    """One schema for every example: building it takes longer than all of them."""
    return core_schema()


@st.composite
def selections(draw: st.DrawFn, kind: GraphQLObjectType, deep: int = 3) -> str:
    """A selection under an object type, with whatever makes one unusual and is no directive."""
    parts = [draw(items(kind, deep)) for _ in range(draw(st.integers(1, 4)))]
    return " ".join(parts)


def items(kind: GraphQLObjectType, deep: int) -> st.SearchStrategy[str]:
    """One field, aliased or not, or a fragment that applies or not."""
    kinds = [st.sampled_from(sorted(kind.fields)).flatmap(lambda name: field(kind, name, deep))]
    kinds.append(st.just("__typename"))
    if deep:
        inner = selections(kind, deep - 1)
        kinds.append(inner.map(lambda text: f"... {{ {text} }}"))
        kinds.append(inner.map(lambda text: f"... on {kind.name} {{ {text} }}"))
    if any(interface.name == "Fact" for interface in kind.interfaces):
        kinds.append(st.just("... Said"))
    named = {"Agency": "... Shown", "AgencyAnswer": "... Asked"}
    return st.one_of(*kinds, *(st.just(s) for name, s in named.items() if name == kind.name))


def field(kind: GraphQLObjectType, name: str, deep: int) -> st.SearchStrategy[str]:
    """A field with what it needs; an alias always stands for the same field."""
    below = get_named_type(kind.fields[name].type)
    spelt = st.sampled_from([name, f"other_{name}: {name}"])
    if not isinstance(below, GraphQLObjectType):
        return spelt
    if not deep:
        return st.just("__typename")
    inner = selections(below, deep - 1)
    return st.tuples(spelt, inner).map(lambda both: f"{both[0]} {{ {both[1]} }}")


def whole_selections() -> st.SearchStrategy[str]:
    """A selection under `child`."""
    kind = schema().type_map["ChildAnswer"]
    assert isinstance(kind, GraphQLObjectType)
    return selections(kind)


def asking(selection: str) -> DocumentNode:
    """A document that asks one child for `selection`."""
    question = f"{QUESTION} {{ said: child(known: $known, reason: $reason) {{ {selection} }} }}"
    return parse(question + FRAGMENTS)


def compiled(document: DocumentNode) -> WriteAnswer | None:
    """The writer of a document's one operation."""
    (operation,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    named = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
    return writer_of(schema(), operation, {d.name.value: d for d in named})


async def executed(document: DocumentNode, questions: Sequence[Asked | None]) -> ExecutionResult:
    """What graphql-core says."""
    found = experimental_execute_incrementally(
        schema(),
        document,
        context_value=replace(context(), answerings=tuple(questions)),
        variable_values=VARIABLES,
    )
    result = await found if isinstance(found, Awaitable) else found
    assert isinstance(result, ExecutionResult)
    return result


@settings(max_examples=examples(40))
@given(whole_selections(), st.sampled_from(ANSWERS))
async def test_whatever_is_selected_the_answer_is_the_one_that_graphql_core_gives(
    selection: str, question: Asked | None
) -> None:
    document = asking(selection)
    write = compiled(document)
    assert write is not None
    expected = await executed(document, [question])
    assert expected.errors is None
    assert orjson.dumps(await write([question])) == orjson.dumps(expected.data)


async def test_several_children_are_written_in_the_order_in_which_they_were_asked_about() -> None:
    selection = "receipt { queryId } child { names { family } } completeness { complete }"
    asked = "children(known: [$known], reason: $reason)"
    document = parse(f"{QUESTION} {{ {asked} {{ {selection} }} }}")
    write = compiled(document)
    assert write is not None
    assert await write(ANSWERS) == (await executed(document, ANSWERS)).data


CHILD = f"{QUESTION} {{ child(known: $known, reason: $reason)"


@pytest.mark.parametrize(
    "document",
    [
        CHILD + "{ answers @stream { outcome } } }",
        CHILD + "{ ... @include(if: $in_parts) { receipt { log } } } }",
        CHILD + "@skip(if: $in_parts) { receipt { log } } }",
        CHILD + "{ receipt { log } } __typename }",
        "{ agencies { name } }",
        "{ __schema { types { name } } }",
        'mutation { registerSource(manifest: "") { findings { rule } } }',
    ],
)
def test_what_is_unusual_is_left_to_graphql_core(document: str) -> None:
    assert compiled(parse(document)) is None


async def test_what_breaks_a_type_is_refused_so_that_graphql_core_says_it() -> None:
    often: Any = "often"
    question = Asked(replace(WHOLE, rows=(replace(SCHOOL_ROW, attempts=often),)))
    document = asking("answers { attempts }")
    write = compiled(document)
    assert write is not None
    assert (await executed(document, [question])).errors
    with pytest.raises(Exception, match="Int"):
        await write([question])


async def test_a_missing_value_that_was_promised_is_refused_and_never_written() -> None:
    nothing: Any = None
    assert WHOLE.child
    whole = replace(WHOLE, child=replace(WHOLE.child, child=replace(ADA, id=nothing)))
    document = asking("child { id }")
    write = compiled(document)
    assert write is not None
    assert (await executed(document, [Asked(whole)])).errors
    with pytest.raises(Exception, match="ID"):
        await write([Asked(whole)])
