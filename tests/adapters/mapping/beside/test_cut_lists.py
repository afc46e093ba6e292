"""A list that says it was cut is found, and looking at names first loses none of them."""

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mapping.beside import more
from adapters.mapping.beside.more import cut_lists
from tests.support.samples import examples

NAMES: Final = st.sampled_from(
    [
        *("workers", "name", "next", "hasMore", "total", "count", "page", "totalPages", "last"),
        *("links", "link", "messages", "meta", "@odata.nextLink", "workers@odata.nextLink", "é"),
    ]
)
PLAIN: Final = st.sampled_from([None, True, False, 0, 1, 7, "", "x", "true", "http://a.example/2"])
LINKS: Final = st.just([{"rel": "next", "href": "http://a.example/2"}])
VALUES: Final = st.recursive(
    PLAIN | LINKS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def found(monkeypatch: pytest.MonkeyPatch, document: Any, *, by_names: bool) -> list[str]:
    with monkeypatch.context() as patched:
        if not by_names:
            patched.setattr(more, "_may_say", lambda _: True)
        return list(cut_lists(document))


@settings(max_examples=examples(150))
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_look_at_the_names_loses_no_list_that_was_cut(document: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert found(patch, document, by_names=True) == found(patch, document, by_names=False)


@pytest.mark.parametrize(
    "part",
    [
        {"items": [], "hasMore": True},
        {"inner": {"items": [], "page": {"next": "2"}}},
        {"items": [], "links": [{"rel": "next", "href": "/2"}]},
        {"items": [1], "page": 1, "pageCount": 2},
        {"items": [], **{f"n{number}": number for number in range(6000)}},
    ],
)
def test_a_list_that_says_it_was_cut_is_told(part: dict[str, Any]) -> None:
    assert list(cut_lists({"workers": part})) == ["workers"]


def test_the_law_finds_a_name_that_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(more, "_SPEAKS", frozenset())
    assert list(cut_lists({"workers": {"items": [], "hasMore": True}})) == []
