"""A name that was written for a page, a database or an address is read as people say it."""

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.mapping.conversion import to_given_names, to_name
from resolvers.matching.identify import grade
from tests.support.resolvers.people import AMARA, KNOWN_BY_NAME, named

LETTERS = st.sampled_from("abcxyzABCXYZ\u00e0\u00e9\u00f1\u00f8\u00fc\u0142\u015f\u0131\u674e")
NAMES = st.lists(LETTERS | st.sampled_from("'-' "), min_size=1, max_size=12).map(
    lambda letters: " ".join("".join(letters).split())
)


def as_entities(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else f"&#x{ord(c):x};" for c in name)


WRITTEN: Final[Mapping[str, Callable[[str], str]]] = {
    "for a page": lambda name: html.escape(name, quote=True),
    "for a page in ASCII": as_entities,
    "for a page by codes": lambda name: name.encode("ascii", "xmlcharrefreplace").decode(),
    "for a page of a page": lambda name: html.escape(html.escape(name, quote=True)),
    "for a database": lambda name: name.replace("'", "\\'"),
    "for JSON in JSON": lambda name: json.dumps(name)[1:-1],
    "for an address": quote,
}


@pytest.mark.parametrize("place", WRITTEN)
@given(name=NAMES)
def test_a_name_comes_back_from_wherever_it_was_written_for(place: str, name: str) -> None:
    written = WRITTEN[place](name)
    assert to_name(written) == to_name(name)
    assert to_given_names(written) == to_given_names(name)
    assert to_given_names([written, "Ann"]) == to_given_names([name, "Ann"])


@pytest.mark.parametrize(
    "name", ["A & B", "Smith & Jones", "100%", "AC\\DC", "R&D;", "Ann &", "\\", "50% off"]
)
def test_a_sign_that_escapes_nothing_stays(name: str) -> None:
    assert to_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("&lt;b&gt;Ann&lt;/b&gt;", "Ann<br>", "O&amp;amp;amp;#39;Brien", "O%252527Brien"),
        *("Jo%E3o", "&#xfffd;", "Jo&Atilde;&pound;o"),
    ],
)
def test_what_stays_escaped_or_becomes_more_than_a_name_is_told(name: str) -> None:
    if "<" in name:
        assert to_name(name) == name
        return
    with pytest.raises(UnreadableError):
        to_name(name)


@pytest.mark.parametrize("written", ["O&#39;Brien", "O\\'Brien", "O&apos;Brien", "O&rsquo;Brien"])
def test_a_girl_is_found_where_her_surname_was_kept_for_a_page(written: str) -> None:
    unnumbered = replace(AMARA, identifiers=())
    kept = named(unnumbered, "Amara", family=to_name(written))
    found = grade(KNOWN_BY_NAME, kept, 900)
    assert found == grade(KNOWN_BY_NAME, named(unnumbered, "Amara"), 900)
    assert "family_name" in found.agreed
