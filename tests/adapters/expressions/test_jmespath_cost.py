"""No expression of a manifest grows, or goes over a document, without measure.

Time is counted in steps of jmespath's own interpreter, never by the clock.
"""

import json
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.visitor import TreeInterpreter

from adapters.expressions.jmespath_cost import MOST_PASSES, TooHeavy, Weight, weigh
from adapters.expressions.jmespath_expression import (
    LONGEST,
    Expression,
    ExpressionError,
    UnreadableError,
)
from adapters.validation.loading import ManifestInvalid
from tests.support.adapters.asking import PUPIL, manifest_of, manifest_text
from tests.support.adapters.expressions import DOCUMENTS, EXPRESSIONS, larger
from tests.support.samples import examples

HOSTILE = {
    "lists that double": "[@, @][] | " * 12 + "@",
    "texts that double": "join('', [@, @]) | " * 12 + "@",
    "joined by itself": "join(name, [name, name])",
    "joined by much": f"join('{'x' * 300}', items)",
    "map in map": "map(&[@, @][], @) | " * 8 + "@",
    "objects in objects": "{a: @, b: @} | " * 10 + "@",
    "quotes within quotes": "to_string(to_string(to_string(@)))",
    "long words for short items": f"map(&'{'x' * 300}', items)",
    "merged with itself": "merge(@, @) | [values(@), values(@)][] | " * 4 + "@",
    "counted and forgotten": f"length({'[@, @][] | ' * 12} @)",
    "asked again and again": f"[{', '.join('@' * 30)}][?{' && '.join('a' * 20)}]",
    "long names for short items": f"map(&{{{'x' * 200}: @}}, items)",
    "nested deep": "[" * 45 + "@" + "]" * 45,
}
KEPT = [
    "join(' ', [prefix[0], given[0], family][?@])",
    "join(', ', [line1, line2, line3, town, county, postcode])",
    "name[?use=='usual'] | [0].family || name[0].family || 'not known'",
    "entry[?resource.resourceType=='Patient'].resource.identifier[].value",
    "a[*].b[*].c[*].d[*].e[*].f[]",
]


class Counting(TreeInterpreter):
    """Evaluates as ever, and counts the nodes that it evaluates."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self.steps += 1
        return super().visit(node, *args, **kwargs)


def size(document: Any) -> int:
    """Every character of a document, and eight for each node and each key."""
    if isinstance(document, dict):
        return 8 + sum(8 + len(key) + size(part) for key, part in document.items())
    if isinstance(document, list):
        return 8 + sum(map(size, document))
    return 8 + len(json.dumps(document))


def measured(text: str, document: Any) -> tuple[Weight, int, Any]:
    """An expression's weight, the steps that a document takes, and its value."""
    parsed = jmespath.compile(text).parsed
    counting = Counting()
    value = counting.visit(parsed, document)
    return weigh(parsed), counting.steps, value


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_expression_that_may_grow_without_measure_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"^(it |join takes)"):
        Expression.parse(text)


@pytest.mark.parametrize("text", KEPT)
def test_what_manifests_say_is_not_refused(text: str) -> None:
    assert Expression.parse(text).text == text


def test_a_manifest_with_an_expression_that_grows_is_refused_by_its_line() -> None:
    growing = PUPIL.replace('"surname"', f'"{HOSTILE["lists that double"]}"')
    with pytest.raises(ManifestInvalid, match=r"family_name.*it may hold what it reads 64 times"):
        manifest_of(manifest_text("rest", "https://roll.example", growing))


LONGER = st.recursive(
    EXPRESSIONS,
    lambda inner: st.one_of(
        larger(inner),
        inner.map("join(', ', [a, b, {}])".format),
        inner.map("{{a: {0}, b: {0}}}".format),
        st.tuples(inner, inner).map(lambda p: f"map(&{p[0]}, {p[1]})"),
        inner.map("to_string({})".format),
        inner.map("*.{}".format),
    ),
    max_leaves=4,
)


@settings(max_examples=examples(200), deadline=None)
@given(LONGER, DOCUMENTS)
def test_what_is_not_refused_takes_no_more_steps_and_grows_no_more_than_its_weight(
    text: str, document: Any
) -> None:
    try:
        weight, steps, value = measured(text, document)
    except (TooHeavy, ValueError, TypeError, LookupError, AttributeError):
        return  # refused when the manifest is read, or no value of this document
    assert steps <= weight.passes * size(document)
    assert size(value) <= 8 * weight.copies * size(document)


def test_nested_wildcards_over_a_mebibyte_take_steps_in_proportion() -> None:
    document: Any = "x"
    for width in (16, 16, 16, 16):
        document = {"a": [document] * width}
    text = "a[*].a[*].a[*].a[*].[@, @][]"
    weight, steps, _ = measured(text, document)
    assert size(document) > 200_000
    assert weight.passes < MOST_PASSES
    assert steps <= weight.passes * size(document)


def test_a_value_longer_than_any_that_is_read_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="more from the document than the gateway reads"):
        Expression.parse("[a, a][]").read({"a": ["x"] * (LONGEST // 2 + 1)})
