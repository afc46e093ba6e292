"""Tamperings with what a gateway wrote and nobody signed yet, by who has no key.

The log has 300 entries that are signed, and two more, each with a mark of its own.
"""

from typing import Final

from tests.support.audit.meddler import Rows, Stored
from tests.support.audit.store_tampering import SIGNED, appended_by_hand, forged_leaf

FIRST: Final = SIGNED[-1]  # of two entries that a gateway wrote, marked, and did not sign yet
LAST: Final = FIRST + 1
BY_HAND: Final = LAST + 1


def _marks(log: Stored) -> Rows:
    return log.rows["group_mark"]


def _appended(log: Stored, leaf: bytes, *marks: tuple[int, int, bytes]) -> dict[str, Rows]:
    return log.forged([*log.leaves, leaf], group_mark=[*_marks(log), *marks])


def _last_mark(log: Stored) -> bytes:
    found: bytes = _marks(log)[-1][2]
    return found


def a_made_up_mark(log: Stored) -> dict[str, Rows]:
    return _appended(log, forged_leaf(log.leaves[7]), (BY_HAND, BY_HAND, bytes(16)))


def an_empty_mark(log: Stored) -> dict[str, Rows]:
    return _appended(log, forged_leaf(log.leaves[7]), (BY_HAND, BY_HAND, b""))


def a_mark_of_another_entry(log: Stored) -> dict[str, Rows]:
    return _appended(log, forged_leaf(log.leaves[7]), (BY_HAND, BY_HAND, _last_mark(log)))


def an_entry_with_its_mark_once_more(log: Stored) -> dict[str, Rows]:
    return _appended(log, log.leaves[LAST], (BY_HAND, BY_HAND, _last_mark(log)))


def a_mark_before_any_entry(log: Stored) -> dict[str, Rows]:
    return _appended(log, forged_leaf(log.leaves[7]), (-1, BY_HAND, _last_mark(log)))


def a_mark_stretched_over_it(log: Stored) -> dict[str, Rows]:
    stretched = (LAST, BY_HAND, _last_mark(log))
    leaves = [*log.leaves, forged_leaf(log.leaves[7])]
    return log.forged(leaves, group_mark=[*_marks(log)[:-1], stretched])


def a_mark_of_a_million_entries(log: Stored) -> dict[str, Rows]:
    return {**log.rows, "group_mark": [(FIRST, 10**6, _last_mark(log))]}


def a_mark_that_ends_before_it_begins(log: Stored) -> dict[str, Rows]:
    return {**log.rows, "group_mark": [(FIRST, FIRST - 1, _last_mark(log)), *_marks(log)[1:]]}


def no_mark_left(log: Stored) -> dict[str, Rows]:
    return {**log.rows, "group_mark": []}


def an_unsigned_entry_rewritten(log: Stored) -> dict[str, Rows]:
    leaves = list(log.leaves)
    leaves[FIRST] = forged_leaf(leaves[FIRST])
    return log.forged(leaves)


def unsigned_entries_swapped_with_their_marks(log: Stored) -> dict[str, Rows]:
    one, other = _marks(log)[-2:]
    marks = [*_marks(log)[:-2], (*one[:2], other[2]), (*other[:2], one[2])]
    leaves = [*log.leaves[:FIRST], log.leaves[LAST], log.leaves[FIRST]]
    return log.forged(leaves, group_mark=marks)


def an_unsigned_entry_dropped(log: Stored) -> dict[str, Rows]:
    moved = (FIRST, FIRST, _last_mark(log))
    leaves = [*log.leaves[:FIRST], log.leaves[LAST]]
    return log.forged(leaves, group_mark=[*_marks(log)[:-2], moved])


EACH: Final = (
    (appended_by_hand, BY_HAND),
    (a_made_up_mark, BY_HAND),
    (an_empty_mark, BY_HAND),
    (a_mark_of_another_entry, BY_HAND),
    (an_entry_with_its_mark_once_more, BY_HAND),
    (a_mark_before_any_entry, BY_HAND),
    (a_mark_stretched_over_it, LAST),
    (a_mark_of_a_million_entries, FIRST),
    (a_mark_that_ends_before_it_begins, FIRST),
    (no_mark_left, FIRST),
    (an_unsigned_entry_rewritten, FIRST),
    (unsigned_entries_swapped_with_their_marks, FIRST),
    (an_unsigned_entry_dropped, FIRST),
)
