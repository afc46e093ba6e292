"""KnownHomes agree if any of them is one that both had; what stands for no address says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.comparison.agreement import Agreement
from resolvers.comparison.edit_distance import slips
from resolvers.comparison.postcodes import KnownHomes, read

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
    assert KnownHomes.of(HERS).compare(read(held)) is verdict


def test_nobodys_home_is_held_against_nothing() -> None:
    assert KnownHomes.of(frozenset()).compare(HERS) is Agreement.NOT_COMPARABLE


POSTCODES = st.from_regex(r"[AB]{1,2}[12][AB1]? [12][AB]{2}", fullmatch=True)


@given(st.frozensets(POSTCODES, min_size=1, max_size=4), st.frozensets(POSTCODES, min_size=1))
def test_homes_agree_as_if_each_two_were_compared(
    held: frozenset[str], known: frozenset[str]
) -> None:
    pairs = [(mine, theirs) for mine in held for theirs in known]
    if held & known:
        expected = Agreement.SAME
    elif any(slips(*pair) == 1 for pair in pairs):
        expected = Agreement.SLIP
    else:
        near = any(mine[:-3] == theirs[:-3] for mine, theirs in pairs)
        expected = Agreement.DISTANT if near else Agreement.DIFFERENT
    assert KnownHomes.of(known).compare(held) is expected
