"""What a document selects is found whole, however its fragments lie, and within bounds."""

import pytest
from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute_sync,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.graphql.selection import (
    Selected,
    TooManyFields,
    answer_keys,
    record_fields,
    walk,
)

NAMES = ("a", "b", "c")


def fields(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Selection sets as text, of fields and inline fragments."""
    field = st.tuples(st.sampled_from(NAMES), inner).map(lambda pair: f"{pair[0]} {{ {pair[1]} }}")
    inline = inner.map(lambda text: f"... on X {{ {text} }}")
    return st.lists(st.one_of(field, inline), min_size=1, max_size=3).map(" ".join)


SPREADS = st.sampled_from((*NAMES, "...F0", "...F1", "...F2"))
PLAIN = st.recursive(st.sampled_from(NAMES), fields, max_leaves=6)
TEXTS = st.recursive(SPREADS, fields, max_leaves=8)
DOCUMENTS = st.tuples(TEXTS, TEXTS, TEXTS, TEXTS)


def read(texts: tuple[str, ...]) -> tuple[SelectionSetNode, dict[str, FragmentDefinitionNode]]:
    first, *others = texts
    fragments = [f"fragment F{n} on X {{ {text} }}" for n, text in enumerate(others)]
    node = parse(" ".join([f"{{ {first} }}", *fragments]))
    operation = next(d for d in node.definitions if isinstance(d, OperationDefinitionNode))
    named = [d for d in node.definitions if isinstance(d, FragmentDefinitionNode)]
    return operation.selection_set, {d.name.value: d for d in named}


def walked(texts: tuple[str, ...]) -> list[Selected]:
    selection, fragments = read(texts)
    try:
        return list(walk(selection, fragments, 5000))
    except TooManyFields:
        return []


@given(DOCUMENTS)
def test_a_walk_ends_whatever_fragments_spread_each_other(texts: tuple[str, ...]) -> None:
    assert len(walked(texts)) <= 5000


@given(DOCUMENTS)
def test_parents_come_before_their_children(texts: tuple[str, ...]) -> None:
    seen = {""}
    for selected in walked(texts):
        assert selected.path.rpartition(".")[0] in seen
        seen.add(selected.path)


@given(DOCUMENTS)
def test_a_paths_length_is_its_depth(texts: tuple[str, ...]) -> None:
    assert all(s.depth == s.path.count(".") + 1 for s in walked(texts))
    assert all(s.path.endswith(s.node.name.value) for s in walked(texts))


@given(TEXTS, PLAIN)
def test_a_fragment_selects_what_its_text_selects_in_place(text: str, fragment: str) -> None:
    in_place = text
    for spread in ("...F0", "...F1", "...F2"):
        in_place = in_place.replace(spread, f"... on X {{ {fragment} }}")
    through = walked((text, fragment, fragment, fragment))
    assert {s.path for s in through} == {s.path for s in walked((in_place, "a", "a", "a"))}


def test_aliases_do_not_hide_a_field() -> None:
    selection, fragments = read(("x: child { y: names { z: given } }", "a", "a", "a"))
    assert [s.path for s in walk(selection, fragments, 5000)] == [
        "child",
        "child.names",
        "child.names.given",
    ]


def test_more_than_anybody_needs_is_refused() -> None:
    selection, fragments = read((" ".join(["...F0"] * 80), " ".join(["a"] * 80), "a", "a"))
    with pytest.raises(TooManyFields):
        list(walk(selection, fragments, 5000))


CONDITIONS = st.sampled_from(
    ("", "@include(if: $yes)", "@include(if: $no)", "@skip(if: true)", "@skip(if: $yes)")
)
ANSWER = build_schema("type Query { child: X } type X { a: Int b: Int c: Int }")


def within(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    fragment = st.tuples(CONDITIONS, inner).map(lambda pair: f"... {pair[0]} {{ {pair[1]} }}")
    return st.lists(st.one_of(fragment, inner), min_size=1, max_size=3).map(" ".join)


CONDITIONAL = st.recursive(
    st.tuples(st.sampled_from(NAMES), CONDITIONS, CONDITIONS)
    .filter(lambda each: each[1][:5] != each[2][:5] or not each[1])
    .map(" ".join),
    within,
    max_leaves=6,
)


@given(CONDITIONAL, st.fixed_dictionaries({"yes": st.booleans(), "no": st.booleans()}))
def test_the_keys_of_an_answer_are_those_that_come_with_these_variables(
    text: str, variables: dict[str, bool]
) -> None:
    document = parse(f"query ($yes: Boolean!, $no: Boolean!) {{ child {{ {text} }} }}")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    (question, *below) = walk(operation.selection_set, {}, 5000)
    answer = execute_sync(ANSWER, document, {"child": {}}, variable_values=variables).data
    keys = answer_keys(question.node, [question, *below]).included(variables)
    assert answer is not None
    assert {*keys.fields} == {*answer["child"]}


@pytest.mark.parametrize(
    ("paths", "fields"),
    [
        (("receipt", "receipt.index"), set()),
        (("child.names.given",), {"names"}),
        (("answers.outcome", "answers.agency.dutyContact.telephone"), set()),
        (("answers.involvements.role",), {"involvements"}),
        (("answers.involvements.contact.telephone",), {"involvements", "contacts"}),
        (("child.carers.telephone",), {"carers", "contacts"}),
        (("child.leadPractitioner.practitioner.email",), {"involvements", "contacts"}),
        (("child.chronology.date",), {"events", "involvements", "support_statuses"}),
        (("child.unheardOf",), set()),
    ],
)
def test_only_what_is_selected_is_needed_of_a_record(
    paths: tuple[str, ...], fields: set[str]
) -> None:
    assert record_fields(iter(paths)) == fields
