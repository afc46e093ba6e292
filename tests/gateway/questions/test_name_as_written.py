"""A name is sent to agencies as registers have it, whatever wrote it: a telephone, a letter."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import further_details
from tests.support.agencies import (
    AUTHORITY,
    BY_NAME,
    BY_NUMBER,
    MIRA,
    AgencyServer,
    rest_source,
)
from tests.support.loopback import serving
from tests.support.town import KNOWN, small_town

PLAIN: Final = ("O'Brien", "D'Souza-Núñez", "Zoë", "Al-Hassan", "Nguyễn", "N'Golo", "St. John")
APOSTROPHES: Final = "'`\u00b4\u02bb\u02bc\u2018\u2019\u2032"
HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2212\uff0d"


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and the same as some machine writes it."""
    name = draw(st.sampled_from(PLAIN))
    like = {"'": APOSTROPHES, "-": HYPHENS}
    other = "".join(draw(st.sampled_from(like[c])) if c in like else c for c in name)
    apart = unicodedata.normalize("NFD", other) if draw(st.booleans()) else other
    return name, f" {apart}\u00a0"


def broken(read: Callable[[str, list[str]], tuple[str, ...]], name: str, other: str) -> bool:
    """Whether one name is two for those who are asked by it."""
    return read("familyName", [other]) != (name,)


@given(written())
def test_a_name_is_one_text_however_it_is_written(given_: tuple[str, str]) -> None:
    assert not broken(further_details.names_of, *given_)


def test_a_name_that_is_sent_as_it_was_typed_is_found() -> None:
    def as_typed(_: str, values: list[str]) -> tuple[str, ...]:
        return tuple(" ".join(value.split()) for value in values)

    @given(written())
    def held(given_: tuple[str, str]) -> None:
        assert not broken(as_typed, *given_)

    with pytest.raises(AssertionError):
        held()


@pytest.mark.parametrize(
    ("held", "typed"),
    [("O'Brien", "O\u2019Brien"), ("Zo\u00eb", "Zoe\u0308"), ("Ash-Down", "Ash\u2013Down")],
)
async def test_a_child_is_found_by_a_name_that_a_telephone_wrote(
    tmp_path: Path, held: str, typed: str
) -> None:
    register = AgencyServer(({**MIRA, "family": held},))
    asked = {"givenNames": [MIRA["given"]], "familyName": typed, "birthDate": MIRA["born"]}
    async with serving(register.answer) as url:
        source = rest_source("spine", url, by=(BY_NUMBER, BY_NAME), claims=AUTHORITY)
        async with small_town(tmp_path, [source]) as town:
            answer = await town.ask(asked)
    assert [each["family"] for each in register.asked] == [held]
    assert answer.outcomes["spine"] != "NONE_FOUND"


async def test_what_one_register_spells_with_a_curly_apostrophe_another_is_asked_for_plainly(
    tmp_path: Path,
) -> None:
    told = {**MIRA, "family": "O\u2019Brien", "upn": None}
    spine, school = AgencyServer((told,)), AgencyServer(({**told, "family": "O'Brien"},))
    teaches = ("names", "birth_date")
    async with serving(spine.answer) as one, serving(school.answer) as other:
        sources = [
            rest_source("spine", one, by=(BY_NUMBER,), claims=AUTHORITY, onward=teaches),
            rest_source("school", other, by=(BY_NAME,)),
        ]
        async with small_town(tmp_path, sources) as town:
            answer = await town.ask(KNOWN)
    assert [each["family"] for each in school.asked] == ["O'Brien"]
    assert answer.outcomes == {"spine": "HAS_RECORD", "school": "HAS_RECORD"}
