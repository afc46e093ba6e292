"""A document is read once, within bounds, and what is kept of it says nothing of a child."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import Node

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql import documents
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.model.errors import AskDifferently

SCHEMA = build_schema()._schema  # noqa: SLF001  # graphql-core's own, as the gateway executes it
QUESTION = "query Q($k: KnownDetails!, $r: AccessReason!) { child(known: $k, reason: $r) %s }"


@pytest.fixture
def kept() -> Documents:
    return Documents(SCHEMA, DocumentSettings(kept=2, max_tokens=300, max_aliases=3))


def refusal(kept: Documents, text: str) -> AskDifferently:
    with pytest.raises(AskDifferently) as refused:
        kept.document(text)
    return refused.value


def test_a_document_is_parsed_and_validated_once(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("parse", "validate"):
        real = getattr(documents, name)

        def counted(*given: Any, _real: Any = real, _name: str = name, **more: Any) -> Any:
            calls.append(_name)
            return _real(*given, **more)

        monkeypatch.setattr(documents, name, counted)
    first = kept.document("{ agencies { id } }")
    once = list(calls)
    assert kept.document("{ agencies { id } }") is first
    assert calls == once


def test_a_document_that_was_not_asked_for_lately_is_let_go(kept: Documents) -> None:
    first = kept.document("{ agencies { id } }")
    kept.document("{ agencies { name } }")
    kept.document("{ sources { id } }")
    assert kept.document("{ agencies { id } }") is not first


def test_a_long_document_takes_the_place_of_several(kept: Documents) -> None:
    long = kept.document("{ agencies { id } } #" + "x" * 4000)
    assert kept.document("{ agencies { id } } #" + "x" * 4000) is long
    kept.document("{ agencies { name } }")
    assert kept.document("{ agencies { id } } #" + "x" * 4000) is not long


def test_a_refusal_is_short_however_long_the_names_are(kept: Documents) -> None:
    names = " ".join(f"{letter * 2000}: {letter * 2000}" for letter in "abc")
    assert len(refusal(kept, f"{{ {names} }}").message) <= 1000


def test_a_refused_document_is_not_kept(kept: Documents) -> None:
    known = kept.document("{ agencies { id } }")
    for _ in range(3):
        refusal(kept, "{ agencies { nothing } }")
    assert kept.document("{ agencies { id } }") is known


def test_of_a_document_neither_comments_nor_descriptions_nor_source_are_kept(
    kept: Documents,
) -> None:
    text = '"""Jonah one""" query Q("Jonah two" $i: Boolean = true) { # Jonah three\n'
    document = kept.document(text + "agencies @skip(if: $i) { id } }")
    nodes = list(every(document.node))
    assert len(nodes) > 5
    assert all(node.loc is None for node in nodes)
    assert not any("Jonah" in str(value) for node in nodes for value in values(node))
    assert "Jonah" not in repr(document.operations)


@pytest.mark.parametrize(
    "text",
    [
        '{ agencies { id } "Jonah Smith" }',
        "{ agencies { Jonah Smith",
        '{ agencies(name: "Jonah Smith) { id } }',
        "{ Jonah\u0000 }",
        "Jonah Smith 9434765919",
        '{ agencies { id } "tokens nested too deeply" }',
    ],
)
def test_a_syntax_error_says_where_and_never_what(kept: Documents, text: str) -> None:
    error = refusal(kept, text)
    assert error.code == "DOCUMENT_INVALID"
    assert "line 1, column" in error.message
    assert not {"Jonah", "Smith", "4711"} & {*error.message.replace('"', " ").split()}


@pytest.mark.parametrize(
    "text",
    [
        "{ __type(name: 4711) { name } }",
        '{ agencies { id @skip(if: "Jonah") } }',
        (
            "query($k: KnownDetails!, $r: AccessReason!) { child(known: $k, reason: $r,"
            " scope: { areas: 4711 }) { receipt { index } } }"
        ),
    ],
)
def test_a_value_in_a_wrong_place_is_not_repeated(kept: Documents, text: str) -> None:
    error = refusal(kept, text)
    assert error.code == "DOCUMENT_INVALID"
    assert not any(said in error.message for said in ("4711", "Jonah"))
    assert "line 1, column" in error.message


def test_an_unknown_field_is_named_with_the_nearest_there_is(kept: Documents) -> None:
    error = refusal(kept, QUESTION % "{ answrs { outcome } }")
    assert error.code == "DOCUMENT_INVALID"
    assert "'answrs'" in error.message
    assert "'answers'" in error.message


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ("{" + "__typename a: __typename " * 4 + "}", "TOO_MANY_ALIASES"),
        ("{ child { " + "conflicts { " * 12 + "id" + " }" * 14, "DOCUMENT_TOO_DEEP"),
        ("{ child " + "{ child " * 60 + "{ names }" + " }" * 61, "DOCUMENT_TOO_DEEP"),
        ("{ answers {" + " outcome" * 300 + "} }", "DOCUMENT_TOO_LONG"),
    ],
)
def test_a_document_too_large_is_refused(kept: Documents, selection: str, code: str) -> None:
    assert refusal(kept, QUESTION % selection).code == code


def test_a_document_nested_past_all_parsing_is_too_deep() -> None:
    kept = Documents(SCHEMA, DocumentSettings(max_tokens=100_000))
    assert refusal(kept, "{" + "a {" * 5000 + "b" + "}" * 5001).code == "DOCUMENT_TOO_DEEP"
    assert refusal(kept, "{ a(b: " + "[" * 5000 + "]" * 5000 + ") }").code == "DOCUMENT_TOO_DEEP"


def test_fragments_that_multiply_are_refused_before_they_are_unfolded(kept: Documents) -> None:
    bomb = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} ...F{n + 1} }}" for n in range(15)
    )
    text = f"{{ ...F0 }} {bomb} fragment F15 on Query {{ agencies {{ id }} }}"
    assert refusal(kept, text).code == "DOCUMENT_TOO_LONG"


def test_fragments_in_a_circle_are_refused(kept: Documents) -> None:
    circle = "fragment A on Query { ...B } fragment B on Query { agencies { id } ...A }"
    error = refusal(kept, "{ ...A } " + circle)
    assert error.code == "DOCUMENT_INVALID"
    assert "'A'" in error.message


@pytest.mark.parametrize(
    "selection",
    [
        (
            "a: child(known: $k, reason: $r) { receipt { index } }"
            " b: child(known: $k, reason: $r) { receipt { index } }"
        ),
        (
            "child(known: $k, reason: $r) { receipt { index } }"
            " children(known: [$k], reason: $r) { receipt { index } }"
        ),
        "...F ...F",
        "... on Query { ...F } ... { child(known: $k, reason: $r) { receipt { index } } }",
        "child(known: $k, reason: $r) @skip(if: true) { receipt { index } } ...F",
    ],
)
def test_an_operation_asks_one_question(kept: Documents, selection: str) -> None:
    fragment = "fragment F on Query { child(known: $k, reason: $r) { receipt { index } } }"
    text = f"query($k: KnownDetails!, $r: AccessReason!) {{ {selection} }} {fragment}"
    assert refusal(kept, text).code == "ONE_QUESTION_ONLY"


def test_each_operation_of_a_document_may_ask_its_own_question(kept: Documents) -> None:
    one = QUESTION % "{ receipt { index } }"
    document = kept.document(one + one.replace("query Q", "query P"))
    assert document.operation("P").question is not None
    assert document.operation("Q").question is not None


@pytest.mark.parametrize(
    ("selection", "tells"),
    [
        ("{ answers { outcome } receipt { index } }", False),
        ("{ restriction completeness { complete } }", False),
        ("{ child { id } }", True),
        ("{ kid: child { id } }", True),
        ("{ answers { outcome } ...F }", True),
        ("{ child @skip(if: true) { id } }", True),
    ],
)
def test_a_child_is_only_needed_where_the_document_selects_one(
    kept: Documents, selection: str, *, tells: bool
) -> None:
    fragment = " fragment F on ChildAnswer { child { __typename } }" if "...F" in selection else ""
    document = kept.document(QUESTION % selection + fragment)
    assert document.operation(None).tells_child is tells


@pytest.mark.parametrize("name", [None, "", "R", "q"])
def test_of_several_operations_one_must_be_named(kept: Documents, name: str | None) -> None:
    document = kept.document("query P { agencies { id } } query Q { agencies { name } }")
    with pytest.raises(AskDifferently) as refused:
        document.operation(name)
    assert refused.value.code == "OPERATION_UNKNOWN"


def test_an_only_operation_needs_no_name_and_takes_no_other(kept: Documents) -> None:
    document = kept.document("query P { agencies { id } }")
    assert document.operation(None) is document.operation("P")
    with pytest.raises(AskDifferently):
        document.operation("Q")


@pytest.mark.parametrize("text", ["", " ", "# nothing", "fragment F on Query { agencies { id } }"])
def test_a_document_without_an_operation_is_refused(kept: Documents, text: str) -> None:
    assert refusal(kept, text).code == "DOCUMENT_INVALID"


@pytest.mark.parametrize("text", ["type X { a: Int }", "subscription { agencies { id } }"])
def test_a_document_that_nobody_could_execute_is_refused(kept: Documents, text: str) -> None:
    assert refusal(kept, text).code == "DOCUMENT_INVALID"


def every(node: Node) -> Iterator[Node]:
    """The node and all that is under it, by whatever attribute."""
    yield node
    for value in values(node):
        inner = value if isinstance(value, (tuple, list)) else (value,)
        for each in inner:
            if isinstance(each, Node):
                yield from every(each)


def values(node: Node) -> list[Any]:
    return [getattr(node, key, None) for key in node.keys if key != "loc"]
