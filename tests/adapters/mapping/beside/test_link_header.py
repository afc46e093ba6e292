"""A next page is found in any Link header that RFC 8288 allows, and never made out of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.beside.link_header import LinkUnreadable, next_link


@pytest.mark.parametrize(
    "header",
    [
        '</x?page=2>; rel="next"',
        "</x?page=2>; rel=next",
        '</x?page=2>; REL="NEXT"',
        '</x?page=2>; rel="last next"',
        "</x?page=2>;rel='next'".replace("'", '"'),
        '</x?page=2> ; rel = "next"',
        '</x?page=1>; rel="first", </x?page=2>; rel="next"',
        '</x?page=2>; rel="next", </x?page=1>; rel="first"',
        '</x?page=1>; rel="prev"; title="a, b; c", </x?page=2>; title="x"; rel="next"',
        '</x?page=2>; title="say \\"next, please\\""; rel="next"',
        '</x?page=2>; rel="next"; results="true"; cursor="0:100:0"',
        ', </x?page=2>; rel="next",',
        '</a,b>; rel="prev", </x?page=2>; rel="next"',
    ],
)
def test_the_next_page_is_found(header: str) -> None:
    assert next_link(header) == "/x?page=2"


@pytest.mark.parametrize(
    "header",
    [
        "",
        '</x?page=1>; rel="first"',
        '</x?page=2>; rel="prev"; title="next"',
        '</x?page=2>; rel="nextish"',
        '</next>; rel="first"',
        '</x?page=2>; rel="prev"; rel="next"',
        '</x?page=2>; rel="next"; anchor="/other"',
        "garbage without a link",
    ],
)
def test_a_page_that_is_not_named_next_is_none(header: str) -> None:
    assert next_link(header) is None


@pytest.mark.parametrize(
    "header",
    ['</x?page=2; rel="next"', '/x?page=2; rel="next"', '</x?page=2>; rel="next', "next"],
)
def test_a_next_page_that_cannot_be_read_is_not_taken_for_the_end(header: str) -> None:
    with pytest.raises(LinkUnreadable):
        next_link(header)


TITLES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(
    lambda text: text.replace("\\", "\\\\").replace('"', '\\"')
)


@given(st.lists(st.tuples(TITLES, st.sampled_from(["first", "prev", "last"]))), TITLES)
def test_whatever_stands_beside_it_the_next_page_is_found(
    others: list[tuple[str, str]], title: str
) -> None:
    links = [f'</p>; title="{each}"; rel="{rel}"' for each, rel in others]
    links.insert(len(links) // 2, f'</x?page=2>; title="{title}"; rel="up next"')
    assert next_link(", ".join(links)) == "/x?page=2"


def test_a_header_of_blanks_and_semicolons_is_read_once() -> None:
    with pytest.raises(LinkUnreadable):
        next_link("<x>" + ";  " * 10_000 + '"next')
    assert next_link("<x>" + "; a = b " * 2_000 + '; rel="next"') == "x"
