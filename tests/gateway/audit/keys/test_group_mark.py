"""A mark counts for its own entries in their own place, and for nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.keys.group_mark import GroupMark, MarkKey

KEY = MarkKey(b"k" * 32)
HASH = st.binary(min_size=32, max_size=32)
Placed = tuple[int, bytes, list[bytes]]
PLACED = st.tuples(st.integers(1, 2**62), HASH, st.lists(HASH, min_size=1, max_size=4))


def at(placed: Placed, mark: bytes) -> GroupMark:
    first, _, hashes = placed
    return GroupMark(first, first + len(hashes) - 1, mark)


@given(PLACED, st.integers(1, 2**61), HASH)
def test_in_another_place_or_for_other_entries_it_does_not_count(
    placed: Placed, further: int, strange: bytes
) -> None:
    first, before, hashes = placed
    mark = KEY.mark(*placed)
    assert KEY.made(at(placed, mark), before, hashes)
    others: list[Placed] = [
        (first + further, before, hashes),
        (first, strange, hashes),
        (first, before, [*hashes, strange]),
        (first, before, [strange, *hashes[1:]]),
        (first, hashes[0], [before, *hashes[1:]]),
    ]
    for other in others:
        assert KEY.made(at(other, mark), *other[1:]) == (other == placed)


@given(PLACED, st.binary(min_size=32, max_size=32))
def test_who_has_another_key_makes_no_mark(placed: Placed, secret: bytes) -> None:
    made = at(placed, MarkKey(secret).mark(*placed))
    assert KEY.made(made, *placed[1:]) == (secret == KEY.secret)


def test_the_first_entry_of_a_log_has_none_before_it() -> None:
    made = GroupMark(0, 0, KEY.mark(0, b"", [b"h" * 32]))
    assert KEY.made(made, b"", [b"h" * 32])
    assert not KEY.made(made, b"", [b"h" * 32, b"h" * 32])
