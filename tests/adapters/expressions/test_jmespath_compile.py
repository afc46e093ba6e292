"""A manifest's expressions mean what JMESPath says, to the letter."""

from typing import Any

import jmespath
import pytest
from hypothesis import given, settings

from adapters.expressions.jmespath_compile import evaluation
from tests.support.adapters.expressions import (
    DOCUMENTS,
    EXPRESSIONS,
)
from tests.support.samples import examples


def outcome(search: Any, document: Any) -> tuple[str, str]:
    """What came of it: a value with its type spelt out, or the kind of failure."""
    try:
        return "value", repr(search(document))
    except Exception as error:  # noqa: BLE001  whatever one raises, the other must
        return "failure", type(error).__name__


@settings(max_examples=examples(150))
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
