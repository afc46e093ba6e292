"""The shape of an agency's reply tells types and sizes, and nothing of a child."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.expressions.shape import shape_of

MARK = "Thistlewood"
NAMES = ("body", "items", "surname")

scalars = st.none() | st.booleans() | st.integers() | st.just(MARK) | st.just(f"{MARK}\n{MARK}")
keys = st.sampled_from([*NAMES, MARK, f"{MARK}2", "9990000018"])
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


@given(documents)
def test_no_value_and_no_key_of_the_agencys_own_is_ever_told(document: Any) -> None:
    told = shape_of(document, NAMES, "record")
    assert told
    assert MARK not in told
    assert "9990000018" not in told


def test_what_an_expression_met_is_told_along_its_path() -> None:
    scope: dict[str, Any] = {"body": {"items": None, "trace": 1, "9990000018": {}}}
    assert shape_of(scope, {"body", "items"}) == "body: object, 2 other keys; body.items: null"


def test_a_key_that_was_renamed_is_told_as_missing() -> None:
    told = shape_of({"body": {"results": []}}, {"body", "items"})
    assert told == "body: object, 1 other key, without items"


def test_items_of_several_types_are_told_once_each() -> None:
    items = [{"surname": "Hill"}, {"surname": "Low"}, None, "x", ""]
    assert shape_of({"items": items}, {"items", "surname"}) == (
        "items: list of 5; items[]: object; items[].surname: text of 4; items[]: null;"
        " items[]: text of 1"
    )


def test_an_answer_that_is_no_object_is_told_as_what_it_is() -> None:
    assert shape_of([], {"items"}) == "list of 0"
    assert shape_of("", {"items"}, "record") == "record: empty text"


def test_elements_are_told_by_their_local_names() -> None:
    root = etree.fromstring("<E xmlns='urn:x'><B><C>Hill</C><C/><Q>1</Q></B></E>")
    assert shape_of(root, {"B", "C"}, "Envelope") == (
        "Envelope: element; Envelope.B: element, 1 other element; Envelope.B.C: list of 2;"
        " Envelope.B.C[]: element"
    )


def test_a_shape_is_cut_before_it_is_a_page_long() -> None:
    told = shape_of(dict.fromkeys(map(str, range(99)), 1), map(str, range(99)))
    assert told.endswith("; ...")
    assert len(told.split("; ")) == 17
