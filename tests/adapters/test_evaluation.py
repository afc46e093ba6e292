"""A manifest's expressions mean what JMESPath says, to the letter."""

from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.expressions.jmespath_compile import evaluation

KEYS = st.sampled_from(["a", "b", "name", "use"])
TEXTS = st.sampled_from(["", "usual", "old", "1"])
SINGLES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.5]), TEXTS
)
DOCUMENTS = st.recursive(
    SINGLES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
LITERALS = st.sampled_from(["'usual'", "'old'", "`1`", "`0`", "`true`", "`null`", "`[]`", "''"])
COMPARISONS = st.sampled_from(["==", "!=", "<", ">="])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every way in which manifests join smaller expressions to a larger one."""
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, KEYS).map(".".join),
        inner.map("{}[0]".format),
        inner.map("{}[-1]".format),
        inner.map("{}[]".format),
        st.tuples(inner, KEYS).map(lambda p: f"{p[0]}[*].{p[1]}"),
        st.tuples(inner, inner, KEYS).map(lambda p: f"{p[0]}[?{p[1]}].{p[2]}"),
        two.map(lambda p: f"({p[0]} || {p[1]})"),
        two.map(lambda p: f"({p[0]} && {p[1]})"),
        two.map(lambda p: f"({p[0]} | {p[1]})"),
        two.map(lambda p: f"[{p[0]}, {p[1]}]"),
        inner.map("!({})".format),
        inner.map("type({})".format),
        inner.map("length(not_null({}, `[]`))".format),
        inner.map("{}[:1]".format),
        st.tuples(inner, COMPARISONS, LITERALS).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    )


EXPRESSIONS = st.recursive(KEYS | st.just("@"), larger, max_leaves=6)


def outcome(search: Any, document: Any) -> tuple[str, str]:
    """What came of it: a value with its type spelt out, or the kind of failure."""
    try:
        return "value", repr(search(document))
    except Exception as error:  # noqa: BLE001  whatever one raises, the other must
        return "failure", type(error).__name__


@settings(max_examples=400)
@given(EXPRESSIONS, DOCUMENTS)
def test_an_expression_gives_what_the_reference_interpreter_gives(text: str, document: Any) -> None:
    reference = jmespath.compile(text)
    assert outcome(evaluation(reference.parsed), document) == outcome(reference.search, document)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name[?use=='usual'].family | [0]", "Ashdown"),
        ("name[].given[]", ["Mira", "Jane"]),
        ("name[?use=='old'] | [0].family", "Brook"),
        ("identifier || name[0].use", "usual"),
        ("length(name)", 2),
    ],
)
def test_the_expressions_of_a_fhir_manifest_find_the_childs_names(text: str, value: Any) -> None:
    names = [
        {"use": "usual", "family": "Ashdown", "given": ["Mira", "Jane"]},
        {"use": "old", "family": "Brook"},
    ]
    assert evaluation(jmespath.compile(text).parsed)({"name": names}) == value
