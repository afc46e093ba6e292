"""An answer that is taken for quiet says nothing beside its records, whatever words are tried."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.quiet import is_quiet, quiet_keys
from adapters.mapping.beside.told import ToldBeside
from adapters.mapping.beside.trouble import says_trouble

NAMES: Final = (
    *("children", "asAt", "pupils", "total", "count", "found", "rowCount", "num_rows", "pageSize"),
    *("next", "hasMore", "last", "page", "pageCount", "totalPages", "links", "messages", "rangeof"),
    *("status", "error", "warnings", "partial", "success", "message", "severity", "relation", "é"),
)
HEADERS: Final = (
    *("date", "content-type", "link", "content-range", "x-pagination", "x-total-count", "warning"),
    *("grpc-status", "retry-after", "x-ms-error", "error", "partial", "truncated", "etag"),
)
VALUES: Final = st.sampled_from(
    (
        *(None, True, False, 0, 1, 2, 99, sys.maxsize, 2**64 - 1, 1.5, "", "true", "2", "9" * 30),
        *("failed", "gte", "</c?page=2>; rel=next", "items 0-1/9", '{"total": 9}', "199 -"),
        *([], ["x"], [{"rel": "next", "href": "/2"}], [{"severity": "error"}]),
        *({"hasMore": True}, {"error": "x"}, {}),
    )
)
TEXTS: Final = st.sampled_from(("", "2", "true", "items 0-1/9", "199 -", "</c>; rel=next", "x"))
BODIES: Final = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
ANSWERS: Final = st.tuples(
    st.just({}) | st.dictionaries(st.sampled_from(HEADERS), TEXTS, max_size=2), BODIES
)
Answer = tuple[Mapping[str, str], dict[str, Any]]


def is_misheard(answer: Answer, keys: Mapping[str, bool], received: int) -> bool:
    """Whether an answer of these keys is taken for quiet, and says that it failed or has more."""
    headers, body = answer
    if not is_quiet(headers, body, keys):
        return False
    beside = ToldBeside(headers, body)
    return says_more(beside, received) is True or says_trouble(beside)


@given(ANSWERS, st.sets(st.sampled_from(NAMES)), st.integers(0, 3))
def test_no_answer_is_taken_for_quiet_that_says_anything(
    answer: Answer, read: set[str], received: int
) -> None:
    assert not is_misheard(answer, quiet_keys(read, counts=False), received)
    assert not is_misheard(answer, quiet_keys(read, counts=True), sys.maxsize)


@pytest.mark.parametrize(
    "body",
    [
        {"next": "2"},
        {"page": 1, "pageCount": 2},
        {"error": "failed"},
        {"count": 2},
        {"rowCount": 2},
        {"messages": [{"severity": "error"}]},
    ],
)
def test_a_key_that_is_wrongly_called_quiet_is_found(body: dict[str, Any]) -> None:
    assert not is_misheard(({}, body), quiet_keys(NAMES, counts=False), 1)
    assert is_misheard(({}, body), dict.fromkeys(body, False), 1)


def test_the_answer_of_a_usual_agency_is_quiet() -> None:
    keys = quiet_keys({"body", "children", "total", "asAt"}, counts=True)
    headers = {"content-type": "application/json", "date": "Mon, 30 Nov 2026 10:00:00 GMT"}
    assert is_quiet(headers, {"children": [{}], "total": 1, "asAt": "2026-11-30"}, keys)


def test_what_no_expression_of_the_manifest_names_is_not_taken_for_quiet() -> None:
    assert not is_quiet({}, {"children": [], "rest": 1}, quiet_keys({"children"}, counts=False))
