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

from adapters.contract.codes import SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Carer, Event, GpPractice, School, SupportStatus
from gateway.graphql.child import writing
from gateway.graphql.child.reading import READINGS
from gateway.graphql.child.writing import WriteAnswer, writer_of
from gateway.model.answer import WholeAnswer
from resolvers.child.child import Child, Fact, Provenance
from resolvers.child_need import ChildNeed, NeedCode
from tests.support.gateway.execution import QUESTION, VARIABLES, core_schema
from tests.support.gateway.schema_examples import (
    ADA,
    AS_OF,
    LOCATION_KEPT,
    SCHOOL_ROW,
    TEACHER,
    WHOLE,
    Asked,
    context,
)
from tests.support.samples import examples

FRAGMENTS = """
fragment Shown on Agency { name sector dutyContact { telephone } }
fragment Said on Fact { sources { agency { ...Shown id } asOf } }
fragment Asked on AgencyAnswer { outcome agency { ...Shown } }
"""
SAID_BY = (Provenance("nhs", AS_OF), Provenance("north-school"))
SINCE, UNTIL = PartialDate(2021, 9, 6), PartialDate(2024, 7)


def told_of_all() -> WholeAnswer:
    """Ada's answer with something of everything that an answer can hold."""
    assert WHOLE.child
    own = replace(TEACHER.value, involvement=replace(TEACHER.value.involvement, team="Year 9"))
    child: Child = replace(
        ADA,
        addresses=(
            Fact(Address(("1 Quay Row",), "XX1 2YY", "12", start=SINCE, end=UNTIL), SAID_BY),
        ),
        carers=(Fact(Carer("Annabella", "mother", telephone="020 7946 0003"), SAID_BY),),
        schools=(Fact(School("North School", "100000", SINCE, UNTIL), SAID_BY),),
        gp_practice=Fact(GpPractice("Elm", "A00001", "020 7946 0004"), SAID_BY),
        involvements=(TEACHER, replace(TEACHER, value=own)),
        support_statuses=(
            Fact(
                SupportStatus(SupportStatusCode.EHC_PLAN, "ehc", "EHC plan", SINCE, UNTIL), SAID_BY
            ),
        ),
        chronology=(Fact(Event(SINCE, "visit", "Seen at home"), SAID_BY),),
    )
    kept = (LOCATION_KEPT, replace(LOCATION_KEPT, rule="another rule"))
    return replace(
        WHOLE,
        child=replace(WHOLE.child, child=child, withheld=kept),
        rows=tuple(replace(row, withheld=kept, needs=("upn",)) for row in WHOLE.rows),
        ask=(ChildNeed(NeedCode.TELL_ONE_MORE, ("postcode",)),),
        completeness=replace(WHOLE.completeness, not_connected=("Some trust",)),
    )


ALL = Asked(told_of_all())
ANSWERS = (
    Asked(),
    ALL,
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


def everything(kind: GraphQLObjectType) -> str:
    """Every field under an object type, and all below it."""
    parts = []
    for name, one in kind.fields.items():
        below = get_named_type(one.type)
        inner = f" {{ {everything(below)} }}" if isinstance(below, GraphQLObjectType) else ""
        parts.append(f"{name}{inner}")
    return " ".join(parts)


def every_field() -> str:
    """All that an answer can be asked for."""
    kind = schema().type_map["ChildAnswer"]
    assert isinstance(kind, GraphQLObjectType)
    return everything(kind)


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


async def test_every_field_of_every_type_is_read_as_graphql_core_reads_it() -> None:
    document = asking(every_field())
    write = compiled(document)
    assert write is not None
    for question in ANSWERS:
        expected = await executed(document, [question])
        assert expected.errors is None
        assert orjson.dumps(await write([question])) == orjson.dumps(expected.data)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(("AgencyAnswer", "latency_ms"), ("Provenance", "as_of"), ("TeamContact", "name")),
        ("ConflictingValue", "value"),
    ],
)
async def test_a_field_that_is_read_wrongly_is_found(
    name: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = asking(every_field())
    wrong = replace(READINGS[name], fields={**READINGS[name].fields, field: "None"})
    monkeypatch.setattr(writing, "READINGS", {**READINGS, name: wrong})
    write = compiled(document)
    assert write is not None
    assert await write([ALL]) != (await executed(document, [ALL])).data


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
