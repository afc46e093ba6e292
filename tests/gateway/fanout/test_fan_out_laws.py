"""Whoever answers first: the answer is the same, whole, and nothing sent is taken back."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.outcome import Outcome
from tests.support.agencies import BY_NUMBER, BY_UPN
from tests.support.virtual_time import run
from tests.support.worlds import AGREEING, DOUBTFUL, QUARRELSOME, Holding, holdings, told

World = tuple[Holding, ...]
# A loaded machine is no failure of the law.
unhurried = settings(deadline=None)
delays = st.lists(st.integers(0, 4), min_size=5, max_size=5)


@unhurried
@given(holdings(*AGREEING, *QUARRELSOME))
def test_each_agency_in_scope_is_told_of_exactly_once(world: World) -> None:
    answer = run(told(world))
    agencies = sorted(one.file.id for one in world)
    assert sorted(row.agency.id for row in answer.streamed) == agencies
    assert [row.agency.id for row in answer.whole.rows] == agencies


@unhurried
@given(holdings(*AGREEING, *QUARRELSOME))
def test_nothing_that_was_sent_as_it_came_is_different_in_the_end(world: World) -> None:
    answer = run(told(world))
    assert {r.agency.id: r for r in answer.streamed} == {r.agency.id: r for r in answer.whole.rows}


@unhurried
@given(holdings(*AGREEING, *QUARRELSOME))
def test_an_answer_is_complete_only_when_everybody_settled_it(world: World) -> None:
    whole = run(told(world)).whole
    settled = {Outcome.HAS_RECORD, Outcome.NO_RECORD}
    assert whole.completeness.complete is all(row.outcome in settled for row in whole.rows)
    counts = whole.completeness
    assert counts.in_scope == len(world)
    assert counts.in_scope == counts.answered + counts.unanswered + counts.not_asked


@unhurried
@given(holdings(*AGREEING, *DOUBTFUL))
def test_nothing_of_a_record_that_is_not_certain_reaches_the_child(world: World) -> None:
    whole = run(told(world)).whole
    assert "wren" not in str(whole.child).lower()
    assert all("wren" not in str(row.involvements).lower() for row in whole.rows)


@unhurried
@given(holdings(*AGREEING, ways=((BY_NUMBER,), (BY_UPN,), (BY_NUMBER, BY_UPN))), delays)
def test_the_order_of_arrival_changes_nothing_of_an_answer(world: World, others: list[int]) -> None:
    later = tuple(
        replace(one, delay_s=float(delay)) for one, delay in zip(world, others, strict=False)
    )
    first, second = run(told(world)).whole, run(told(later)).whole
    assert [(r.agency, r.outcome, r.involvements) for r in first.rows] == [
        (r.agency, r.outcome, r.involvements) for r in second.rows
    ]
    assert first.completeness == second.completeness
    assert first.unresolved == second.unresolved
    assert (first.child is None) is (second.child is None)
    if first.child and second.child:
        assert first.child.child == second.child.child
        assert first.child.restriction is second.child.restriction


@unhurried
@given(holdings(*AGREEING, *QUARRELSOME), st.sets(st.integers(0, 4)))
def test_whoever_hangs_leaves_all_others_whole(world: World, hung: set[int]) -> None:
    slow = tuple(
        replace(one, delay_s=1000.0) if index in hung else one for index, one in enumerate(world)
    )
    answer = run(told(slow))
    for index, row in enumerate(answer.whole.rows):
        if index not in hung:
            assert row.outcome is not Outcome.TIMEOUT
        assert row.outcome is not Outcome.NO_RECORD or index not in hung
