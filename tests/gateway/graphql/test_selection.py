"""What a document selects is found whole, however its fragments lie, and within bounds."""

import pytest
from graphql import (
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.graphql.selection import Selected, TooManyFields, record_fields, walk

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
