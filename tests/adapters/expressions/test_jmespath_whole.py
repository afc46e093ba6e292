"""A list of children loses none of them in silence, whatever became of the answer around them."""

import copy
from collections.abc import Iterator
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings

from adapters.expressions.jmespath_decision import Dropped, Missing
from adapters.expressions.jmespath_expression import Expression, UnreadableError
from adapters.expressions.jmespath_whole import whole_evaluation
from tests.support.adapters.expressions import DOCUMENTS, EXPRESSIONS
from tests.support.samples import examples

CHILD = {"nhs": "9990000018", "kind": "pupil", "live": True}
OTHER = {"nhs": "9990000026", "kind": "teacher", "live": True}
NOTHING = "nothing is read"

# How manifests write `records`, each with an answer that holds the child.
ANSWERS: list[tuple[str, Any]] = [
    ("body.items", {"items": [CHILD]}),
    ("body.items[]", {"items": [CHILD]}),
    ("body.items[*]", {"items": [CHILD]}),
    ("[body]", CHILD),
    ("body.items[].person", {"items": [{"person": CHILD}]}),
    ("body.data.young.edges[].node", {"data": {"young": {"edges": [{"node": CHILD}]}}}),
    ("body.data.young.edges[?node].node", {"data": {"young": {"edges": [{"node": CHILD}]}}}),
    (
        "body.data.young.edges[?node != `null`].node",
        {"data": {"young": {"edges": [{"node": CHILD}]}}},
    ),
    ("body.schools[].pupils[]", {"schools": [{"pupils": [CHILD]}]}),
    ("body.schools[*].pupils | []", {"schools": [{"pupils": [CHILD]}]}),
    ("body.items[?kind=='pupil']", {"items": [CHILD, OTHER]}),
    ("body.items[?kind=='pupil' && live]", {"items": [CHILD]}),
    ("body.items[?kind=='pupil' || role=='pupil']", {"items": [CHILD]}),
    ("body.items[?(kind || role)=='pupil']", {"items": [CHILD]}),
    ("body.items[?contains(kind || '', 'pupil')]", {"items": [CHILD]}),
    ("body.items[?!(kind != 'pupil')]", {"items": [CHILD]}),
    ("body.items[?starts_with(kind, 'pup')].{nhs: nhs}", {"items": [CHILD]}),
    ("body.people.*", {"people": {"a": CHILD}}),
    ("values(body.people)", {"people": {"a": CHILD}}),
    ("sort_by(body.items, &nhs)", {"items": [CHILD]}),
    ("body.items || `[]`", {"items": [CHILD]}),
    ("not_null(body.items, `[]`)", {"items": [CHILD]}),
    ("body.found == 'yes' && [body.child] || `[]`", {"found": "yes", "child": CHILD}),
    (
        "body.entry[?resource.resourceType=='Patient'].resource",
        {"entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]},
    ),
]


def read(text: str, body: Any) -> Any:
    try:
        return Expression.parse_records(text).read({"status": 200, "body": body})
    except UnreadableError:
        return NOTHING


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = (
        document.items()
        if isinstance(document, dict)
        else (enumerate(document) if isinstance(document, list) else ())
    )
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


def _parent(document: Any, at: tuple[Any, ...]) -> Any:
    for key in at[:-1]:
        document = document[key]
    return document


def dropped(parent: Any, key: Any) -> None:
    del parent[key]


def renamed(parent: Any, key: Any) -> None:
    parent[f"{key}2"] = parent.pop(key)


def nulled(parent: Any, key: Any) -> None:
    parent[key] = None


def retyped(parent: Any, key: Any) -> None:
    value = parent[key]
    parent[key] = {"access": "denied"} if not isinstance(value, dict) else "denied"


def listed(parent: Any, key: Any) -> None:
    parent[key] = [] if isinstance(parent[key], dict) else [parent[key]]


def wrapped(parent: Any, key: Any) -> None:
    parent[key] = {"value": parent[key]}


def mutations(body: Any) -> Iterator[tuple[str, Any]]:
    for at in places(body):
        for change in (dropped, renamed, nulled, retyped, listed, wrapped):
            changed = copy.deepcopy(body)
            parent = _parent(changed, at)
            if change is dropped and (isinstance(parent, list) or "people" in at[:-1]):
                continue  # one fewer is a list that the agency may well have
            if isinstance(parent, list) and change is renamed:
                continue
            change(parent, at[-1])
            yield f"{change.__name__} {at}", changed


@pytest.mark.parametrize(("text", "body"), ANSWERS)
def test_an_answer_with_the_child_is_read(text: str, body: Any) -> None:
    found = read(text, body)
    assert found
    assert found != NOTHING
    assert found == jmespath.search(text, {"status": 200, "body": body})


@pytest.mark.parametrize(("text", "body"), ANSWERS)
def test_no_change_to_an_answer_with_the_child_makes_its_list_empty(text: str, body: Any) -> None:
    empty = [what for what, changed in mutations(body) if read(text, changed) == []]
    assert empty == []


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("body.items", {"items": []}),
        ("body.items[]", {"items": []}),
        ("body.items[].person", {"items": []}),
        ("body.schools[].pupils[]", {"schools": [{"pupils": []}, {"pupils": []}]}),
        ("body.items[?kind=='pupil']", {"items": [OTHER]}),
        ("body.items[?left == `null`]", {"items": [{"left": "2024-07-01"}]}),
        (
            "body.entry[?resource.resourceType=='Patient'].resource",
            {"entry": [{"resource": {"resourceType": "OperationOutcome"}}]},
        ),
        ("body.child && [body.child] || `[]`", {"child": None}),
        ("body.child != null && [body.child] || `[]`", {"child": None}),
        ("body.found && [body.child] || `[]`", {"found": False, "child": None}),
        ("body.found && body.live && [body.child] || `[]`", {"found": True, "live": False}),
        ("body.items || `[]`", {"items": []}),
        ("body.entry[0] && [body.entry[0].resource] || `[]`", {"entry": []}),
    ],
)
def test_a_list_that_the_agency_left_empty_is_empty(text: str, body: Any) -> None:
    assert read(text, body) == []


@pytest.mark.parametrize("emptied", [{}, "", False, []])
@pytest.mark.parametrize(
    "text",
    [
        "body.child && [body.child] || `[]`",
        "(body.child && [body.child]) || `[]`",
        "body.child && body.live && [body.child] || `[]`",
        "body.child && [body.child.person] || `[]`",
        "body.child && [{nhs: body.child.nhs}] || `[]`",
        "not_null(body.child && [body.child], `[]`)",
        "body.found && [body.child] || `[]`",
    ],
)
def test_a_child_emptied_by_a_permission_is_not_nobody(text: str, emptied: Any) -> None:
    assert read(text, {"child": emptied, "live": True, "found": emptied or ""}) != []


@pytest.mark.parametrize("emptied", [{}, "", False])
def test_a_list_that_was_emptied_into_another_thing_is_not_empty(emptied: Any) -> None:
    assert read("body.items || `[]`", {"items": emptied}) == NOTHING


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("body.items[].person", {"items": [{"person": CHILD}, {"access": "denied"}]}),
        ("body.items[]", {"items": [CHILD, None]}),
        ("body.schools[].pupils[]", {"schools": [{"pupils": [CHILD]}, {"name": "Hill"}]}),
        ("body.items[?kind=='pupil']", {"items": [CHILD, {"typ": "pupil"}]}),
        ("body.items[:1]", {"items": [CHILD, OTHER]}),
    ],
)
def test_one_child_of_several_is_not_lost_in_silence(text: str, body: Any) -> None:
    assert read(text, body) == NOTHING


@settings(max_examples=examples(150))
@given(EXPRESSIONS, DOCUMENTS)
def test_what_is_read_whole_is_what_the_reference_interpreter_gives(
    text: str, document: Any
) -> None:
    parsed = jmespath.compile(text)
    try:
        found = whole_evaluation(parsed.parsed)(document)
    except (Missing, Dropped):
        return
    except Exception as error:  # noqa: BLE001  whatever one raises, the other must
        with pytest.raises(type(error)):
            parsed.search(document)
        return
    assert repr(found) == repr(parsed.search(document))


@pytest.mark.parametrize("text", ["items[:5]", "items[::2].name", "a[1:].b[0:1]"])
def test_a_slice_is_an_expression(text: str) -> None:
    assert Expression.parse(text).read({"items": []}) in ([], None)
