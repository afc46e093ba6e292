"""Nobody in a made-up home is called by the name that another child there is called by."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.matching.district import families as naming
from bench.matching.district.child import Child, Household, Said
from bench.matching.district.customs import of_own_words
from bench.matching.district.families import Row, families
from bench.matching.district.households import Families
from bench.matching.district.mix import Mix
from bench.matching.district.twins_and_namesakes import OTHERS

MIXES = tuple(Mix(england=england, twins=0.5, namesakes=0.1) for england in (False, True))
SEEDS = st.integers(0, 1_000_000)
_FIRST = (
    *("Amara", "Bilal", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Jo"),
    *("Kai", "Lena", "Milo", "Nina", "Oskar", "Petra", "Rosa", "Samir", "Tara"),
)
# Three children a home, and few names for all: chance alone would call many by one.
ROWS: tuple[Row, ...] = tuple(
    {
        "household_id": f"h{n // 3}",
        "first_name": _FIRST[n % len(_FIRST)],
        "last_name": ("Okonjo", "Rahimi", "Nwosu")[n // 3 % 3],
        "date_of_birth": f"{2008 + n % 17}-{1 + n % 12:02}-{1 + n % 28:02}",
        "sex": ("Female", "Male")[n % 2],
        "race_ethnicity": "any",
    }
    for n in range(90)
)


@pytest.fixture(autouse=True)
def _customs_of_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "customs", of_own_words)


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same district every time


def called_alike(mix: Mix, seed: int) -> Iterator[tuple[Child, Child]]:
    for home in families(ROWS, mix, chance(seed)).households.values():
        met: dict[tuple[str, ...], Child] = {}
        for child in home.children:
            if child.called in met:
                yield met[child.called], child
            met[child.called] = child


def found(mix: Mix) -> Iterator[tuple[Child, Child]]:
    """Children of the first districts who are called as another of their home is."""
    return (pair for seed in range(40) for pair in called_alike(mix, seed))


@given(st.sampled_from(MIXES), SEEDS)
def test_no_two_of_a_home_are_called_by_one_name(mix: Mix, seed: int) -> None:
    assert not list(called_alike(mix, seed))


def by_whole_names(made: Families, household: str, given: Any, called: Any) -> bool:
    del called
    home = made.households.get(household, Household())
    names = [child.said.naming.given for child in home.children]
    return any(given[: len(each)] == each[: len(given)] for each in names)


@pytest.mark.parametrize("mix", MIXES, ids=["sampled", "by custom"])
def test_the_law_finds_a_home_where_nobody_looks(mix: Mix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Families, "taken", lambda *_: False)
    assert next(found(mix))


def test_the_law_finds_hamza_beside_muhammad_hamza(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Families, "taken", by_whole_names)
    one, other = next(found(MIXES[1]))
    assert one.said.given != other.said.given


def a_boy(*given: str, called: tuple[str, ...], home: str = "h0") -> Child:
    said = Said(given[0], given[1:], "Khan", "2015-03-09", "MALE", "QX1 1AA")
    return Child(0, home, said, "any", "", "", ("QX1 1AA",), called=called)


def twins_of(boy: Child, *others: Child) -> list[Child]:
    """The twins that chance gives him, where these others live in the district."""
    a_twin = OTHERS[0][1]
    every = []
    for seed in range(60):
        made = Families(chance(seed))
        here, *_ = [made.add(each) for each in (boy, *others)]
        twin = a_twin(here, made, chance(seed))
        every += [twin] if twin else []
    return every


def test_the_twin_of_muhammad_hamza_is_not_called_hamza() -> None:
    hamza = a_boy("Muhammad", "Hamza", called=("Hamza",))
    others = a_boy("Hamza", called=("Hamza",), home="h1"), a_boy("Ali", called=("Ali",), home="h2")
    twins = twins_of(hamza, *others)
    assert {"Ali"} < {twin.called[0] for twin in twins}
    assert all("Hamza" not in twin.said.naming.given for twin in twins)


def test_two_brothers_may_both_be_muhammad() -> None:
    made = Families(chance(1))
    made.add(a_boy("Muhammad", "Hamza", called=("Hamza",)))
    assert not made.taken("h0", ("Muhammad", "Ali"), ("Ali",))
    assert made.taken("h0", ("Hamza",), ("Hamza",))
    assert made.taken("h0", ("Muhammad",), ("Muhammad",))


def test_a_boy_whose_name_no_letter_changes_has_no_twin_in_a_district_of_his_own() -> None:
    assert not twins_of(a_boy("Jo", called=("Jo",)))


def test_what_a_child_is_called_by_stands_among_the_names_behind_what_many_share() -> None:
    for custom in of_own_words():
        parents = custom.parents(chance(1))
        for seed in range(40):
            named = custom.named(parents, "MALE", chance(seed))
            given, leads = named.naming.given, custom.leads or {}
            assert {*named.called} <= {*given}
            if leads and len(given) > 1:
                assert named.called == given[1:]
