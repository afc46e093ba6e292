"""An answer that says there is more is heard, in the words that paging APIs have for it."""

from typing import Any

import pytest
from lxml import etree

from adapters.mapping.beside.more import cut_lists, says_more
from adapters.mapping.beside.told import ToldBeside

ANN = {"id": 1, "surname": "Hill"}
LED_ON: list[dict[str, Any]] = [
    {"next": "/x?after=40"},
    {"next": 2},
    {"links": {"next": "https://api.example/pupils?page=2"}},
    {"links": {"next": {"href": "/pupils?page=2", "meta": {}}}},
    {"_links": {"next": {"href": "/pupils?page=2"}}},
    {"@odata.nextLink": "https://api.example/Pupils?$skip=20"},
    {"nextPageToken": "abc"},
    {"response_metadata": {"next_cursor": "abc="}},
    {"NextToken": "abc"},
    {"paging": {"next": {"after": "abc"}}},
    {"links": [{"rel": "self", "href": "/a"}, {"rel": "next", "href": "/b"}]},
    {"hasMore": True},
    {"hasMore": 1},
    {"has_more": "true"},
    {"meta": {"pagination": {"has_next": True}}},
    {"data": {"pupils": {"pageInfo": {"hasNextPage": True, "endCursor": "x"}}}},
    {"last": False},
    {"done": False, "nextRecordsUrl": "/query/01g-2000"},
    {"IsTruncated": True},
    {"count": 41},
    {"total": 41},
    {"meta": {"total-count": "41"}},
    {"@odata.count": 41},
    {"response": {"numFound": 41}},
    {"total": "9" * 5000},
    {"page": 1, "total_pages": 3},
    {"pagination": {"currentPage": 1, "lastPage": 2}},
    {"childrenCount": 2},
    {"hitCount": "2"},
    {"numberOfChildren": 2},
    {"hydra:totalItems": 2},
    {"estimatedTotal": 2},
    {"found": 2},
    {"hydra:view": {"hydra:next": "/pupils?page=2"}},
    {"isEnd": False},
    {"data": {"pupils": {"pageInfo": None}}},
    {"data": {"pupils": {"pageInfo": {"hasNextPage": None, "endCursor": None}}}},
    {"has_more": None},
    {"hasMore": ""},
]
ENDED: list[dict[str, Any]] = [
    {"next": None},
    {"hasMore": False},
    {"last": True},
    {"total": 1},
    {"data": {"pupils": {"pageInfo": {"hasNextPage": False, "endCursor": "x"}}}},
    {"links": {"next": None, "last": "https://api.example/pupils?page=1"}},
]
SILENT: list[dict[str, Any]] = [
    {},
    {"cursor": "here"},
    {"next": ""},
    {"count": 1},
    {"last": "https://api.example/pupils?page=9"},
    {"page": 1, "total_pages": 1},
    {"size": 20},
    {"next_of_kin": "Rosa"},
    {"pageCount": 4},
    {"queryCount": 7, "totalTimeMs": 40, "account": 7, "numberOfShards": 5},
]


def said(beside: dict[str, Any], received: int = 1, **headers: str) -> bool | None:
    return says_more(ToldBeside(headers, {"pupils": [ANN], **beside}, [ANN]), received)


@pytest.mark.parametrize("beside", LED_ON)
def test_more_is_heard(beside: dict[str, Any]) -> None:
    assert said(beside) is True


@pytest.mark.parametrize("beside", ENDED)
def test_the_end_is_heard(beside: dict[str, Any]) -> None:
    assert said(beside) is False


@pytest.mark.parametrize("beside", SILENT)
def test_nothing_is_made_of_what_says_nothing(beside: dict[str, Any]) -> None:
    assert said(beside) is None


@pytest.mark.parametrize("more", LED_ON)
@pytest.mark.parametrize("end", ENDED)
def test_of_two_words_the_one_that_says_more_counts(
    more: dict[str, Any], end: dict[str, Any]
) -> None:
    assert said({"of_one": more, "of_the_other": end}) is True


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x-total-count", "41", True),
        ("x-total-count", "1", False),
        ("x-wp-total", "41", True),
        ("link", '</x?page=2>; rel="next"', True),
        ("link", '</x?page=2; rel="next"', True),
        ("link", '</x>; rel="describedby"', None),
        ("content-range", "items 0-9/25", True),
        ("content-range", "0-24/25", False),
        ("x-next-page", "2", True),
        ("x-next-page", "", None),
        ("x-ms-continuation", "abc", True),
        ("x-pagination", '{"TotalCount": 41, "HasNext": true}', True),
        ("x-request-id", "41", None),
    ],
)
def test_headers_are_heard_too(name: str, value: str, expected: Any) -> None:
    assert says_more(ToldBeside({name: value}, {"pupils": [ANN]}, [ANN]), 1) is expected


def test_what_a_record_itself_holds_is_not_about_the_list() -> None:
    record = {"total": 41, "next": "Friday"}
    assert says_more(ToldBeside({}, record, [record]), 1) is None
    assert says_more(ToldBeside({}, {"pupils": [record]}, [record]), 1) is None


def test_an_envelope_says_it_in_elements_and_attributes() -> None:
    root = etree.fromstring("<Body><R more='true'><Child><total>9</total></Child></R></Body>")
    (child,) = root.iter("Child")
    assert says_more(ToldBeside({}, root, [child]), 1) is True
    next(root.iter("R")).attrib.pop("more")
    assert says_more(ToldBeside({}, root, [child]), 1) is None


def test_a_list_within_a_record_says_that_it_was_cut() -> None:
    staff = {"nodes": [1], "pageInfo": {"hasNextPage": True}}
    visits = {"items": [1, 2], "total": 2}
    assert list(cut_lists({"id": 7, "staff": staff, "visits": visits})) == ["staff"]
    assert list(cut_lists({"care": {"team": {"items": [1], "total": 25}}})) == ["care"]


@pytest.mark.parametrize(
    ("beside", "cut"),
    [
        ({"staff@odata.nextLink": "https://api.example/Staff?$skip=20"}, ["staff"]),
        ({"staff@nextLink": "https://api.example/Staff?$skip=20"}, ["staff"]),
        ({"staff@odata.count": 12}, ["staff"]),
        ({"staff@count": "12"}, ["staff"]),
        ({"staff@odata.error": {"code": "x"}}, ["staff"]),
        ({"staff@odata.count": 1, "staff@odata.context": "$metadata#Staff"}, []),
        ({"@odata.etag": "W/1", "mail@example.org": 7}, []),
    ],
)
def test_what_odata_says_beside_a_childs_list_is_heard(
    beside: dict[str, Any], cut: list[str]
) -> None:
    assert list(cut_lists({"id": 7, "staff": [{"name": "Jo"}], **beside})) == cut
