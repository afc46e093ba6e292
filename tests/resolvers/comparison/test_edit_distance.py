"""A slip of the pen is a letter wrong, missing, added or swapped; three are another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.comparison.edit_distance import MANY, slips

WORDS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("sophie", "sophie", 0),
        ("sophie", "sopihe", 1),
        ("riley", "rily", 1),
        ("harriet", "harriett", 1),
        ("kowalski", "kowalcky", 2),
        ("hassan", "hussain", 2),
        ("jayden", "kadyen", 2),
        ("amara", "amaramara", MANY),
        ("amara", "chidi", MANY),
        ("", "", 0),
    ],
)
def test_slips_are_counted_as_people_would(one: str, other: str, count: int) -> None:
    assert slips(one, other) == count


@given(WORDS, WORDS)
def test_slips_count_the_same_from_either_side(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)


@given(WORDS, st.integers(0, 5), st.sampled_from("xyz"))
def test_one_letter_added_is_one_slip(word: str, at: int, letter: str) -> None:
    assert slips(word, word[:at] + letter + word[at:]) == 1
