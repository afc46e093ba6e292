"""Homes agree if any of them is one that both had; what stands for no address says nothing."""

import pytest

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.postcodes import compare, read

HERS = frozenset({"XX1 2YY"})


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        (["xx12yy"], Agreement.SAME),
        (["ZZ99 3CZ", None, "", "none"], Agreement.NOT_HELD),
        (["AB1 2CD", "XX1 2YY"], Agreement.SAME),
        (["XX1 2YZ"], Agreement.SLIP),
        (["XX2 1YY"], Agreement.DIFFERENT),
        (["XX1 Y2Y"], Agreement.NOT_HELD),
        (["XX12 2YY"], Agreement.SLIP),
        (["XX1 3ZZ"], Agreement.DISTANT),
        (["AB1 2CD"], Agreement.DIFFERENT),
    ],
)
def test_a_home_in_common_now_or_before_agrees(held: list[str], verdict: Agreement) -> None:
    assert compare(read(held), HERS) is verdict


def test_nobodys_home_is_held_against_nothing() -> None:
    assert compare(HERS, frozenset()) is Agreement.NOT_COMPARABLE
