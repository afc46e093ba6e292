"""A child is found again however it was asked for, and only by who holds the keys."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.dates import PartialDate
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.keys.pseudonym import PSEUDONYM
from tests.support.audit.protecting import identifier_pseudonym, person_pseudonym

KEYS = EpochKeys("2026", b"p" * 32, b"s" * 32)
BORN = PartialDate(2015, 3, 9)


@pytest.mark.parametrize(
    ("given_names", "family"),
    [
        (["Zoë"], "O'Neill-Smith"),
        (["zoe"], "ONEILL SMITH"),
        (["ZOË", "Grace"], "O\N{RIGHT SINGLE QUOTATION MARK}Neill Smith"),
        (["Zoe\N{COMBINING DIAERESIS} Grace"], "o neill smith"),
        ([" ", "Zoë-Grace"], "O'Neill-Smith\u200b"),
    ],
)
async def test_zoe_is_one_child_however_her_name_is_written(
    given_names: list[str], family: str
) -> None:
    written = await person_pseudonym(KEYS, ["Zoë"], "O'Neill-Smith", BORN)
    assert await person_pseudonym(KEYS, given_names, family, BORN) == written


@pytest.mark.parametrize(
    ("name", "family", "born"),
    [
        ("Zara", "Smith", BORN),
        ("Zoe", "Smyth", BORN),
        ("Zoe", "Smith", PartialDate(2015, 9, 3)),
    ],
)
async def test_another_child_has_another_pseudonym(
    name: str, family: str, born: PartialDate
) -> None:
    zoe = await person_pseudonym(KEYS, ["Zoe"], "Smith", BORN)
    assert await person_pseudonym(KEYS, [name], family, born) != zoe


async def test_names_in_other_scripts_are_told_apart() -> None:
    olena = await person_pseudonym(KEYS, ["Олена"], "Коваль", BORN)
    assert olena == await person_pseudonym(KEYS, ["ОЛЕНА"], "коваль", BORN)
    assert olena != await person_pseudonym(KEYS, ["Оксана"], "Коваль", BORN)


@pytest.mark.parametrize(
    ("given_names", "family", "born"),
    [
        ([], "Smith", BORN),
        (["-"], "Smith", BORN),
        (["Zoe"], "?", BORN),
        (["Zoe"], "Smith", PartialDate(2015, 3)),
        (["Zoe"], "Smith", PartialDate(2015)),
    ],
)
async def test_what_would_stand_for_many_children_gives_no_pseudonym(
    given_names: list[str], family: str, born: PartialDate
) -> None:
    assert await person_pseudonym(KEYS, given_names, family, born) is None


@given(st.text(), st.text(), st.text(), st.text())
async def test_two_identifiers_share_a_pseudonym_only_if_they_are_the_same(
    scheme: str, value: str, other_scheme: str, other_value: str
) -> None:
    first = await identifier_pseudonym(KEYS, scheme, value)
    second = await identifier_pseudonym(KEYS, other_scheme, other_value)
    assert (first == second) == ((scheme, value) == (other_scheme, other_value))
    assert PSEUDONYM.fullmatch(first)


async def test_a_number_and_a_name_never_share_a_pseudonym() -> None:
    moved = await identifier_pseudonym(KEYS, "ab", "c")
    assert moved != await identifier_pseudonym(KEYS, "a", "bc")
    assert "9000000009" not in await identifier_pseudonym(KEYS, "nhs_number", "9000000009")


async def test_without_the_keys_the_number_does_not_lead_to_the_pseudonym(tmp_path: Path) -> None:
    other = EpochKeys.at(tmp_path / "epoch.json", first_epoch="2026")
    ours = await identifier_pseudonym(KEYS, "nhs_number", "9000000009")
    assert ours != await identifier_pseudonym(other, "nhs_number", "9000000009")
