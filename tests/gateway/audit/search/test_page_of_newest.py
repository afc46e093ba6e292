"""Whatever blocks and stretches entries fall into, a search finds them all, newest first."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.entry.time_units import microseconds
from gateway.audit.search.blocks import BLOCK, STRETCH, Gathered
from gateway.audit.search.index_tables import add_to_block, empty_index
from gateway.audit.search.page_of_newest import newest_first
from gateway.audit.store.copy_seal import CopySeal
from tests.support.audit.examples import NOON, asked
from tests.support.audit.searching import AGENCIES, CHILDREN, SEARCHES, USERS, newest

ENTRY = st.builds(
    lambda user, agency, child, second: replace(
        asked("q1", child),
        user=user,
        agencies=(AuditedAgency(agency),),
        at=NOON + timedelta(seconds=second),
    ),
    st.sampled_from(USERS),
    st.sampled_from(AGENCIES),
    st.sampled_from(CHILDREN),
    st.integers(-30, 30),
)
# Around the edges of stretches and of blocks; a clock may step anywhere, an entry be pruned.
FIRST = st.sampled_from([0, STRETCH - 5, 2 * STRETCH - 1, BLOCK - 7, 3 * BLOCK - 1])


@contextmanager
def indexed(held: Mapping[int, Entry], first: int, ends: set[int]) -> Iterator[sqlite3.Connection]:
    """An index of the entries, built in steps that end where they are told to."""
    first = first // STRETCH * STRETCH
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as index:
        index.deserialize(empty_index(CopySeal(bytes(32))))
        for end in sorted(ends):
            leaves = [(i, held[i].leaf()) for i in range(first, end) if i in held]
            add_to_block(index, Gathered.of(first, end, leaves))
            first = end
        yield index


@given(
    st.lists(ENTRY | st.none(), min_size=1, max_size=16),
    FIRST,
    st.sets(st.integers(1, 15)),
    SEARCHES,
)
@example([asked(), None, asked()], BLOCK - 1, set(), Search())
def test_no_edge_hides_an_entry(
    made: list[Entry | None], first: int, cuts: set[int], search: Search
) -> None:
    last = first + len(made)
    held = {index: entry for index, entry in enumerate(made, first) if entry is not None}
    edges = {end for end in (BLOCK, 3 * BLOCK) if first < end < last}
    ends = {first + cut for cut in cuts if first + cut < last} | edges | {last}
    with indexed(held, first, ends) as index:
        assert list(newest_first(index, search, None)) == newest(search, held)


@given(st.lists(ENTRY, min_size=1, max_size=16), FIRST, SEARCHES, st.integers(0, 15))
def test_a_page_goes_on_where_any_entry_stood(
    made: list[Entry], first: int, search: Search, passed: int
) -> None:
    held = dict(enumerate(made, first))
    found = newest(search, held)[passed:]
    edges = {end for end in (BLOCK, 3 * BLOCK) if first < end < first + len(made)}
    with indexed(held, first, edges | {first + len(made)}) as index:
        if found:
            after = EntryPosition(microseconds(held[found[0]].at), found[0])
            assert list(newest_first(index, search, after)) == found[1:]
