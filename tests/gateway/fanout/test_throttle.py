"""An agency sees no more at once, and no more in any window, than it declared."""

import asyncio
import tracemalloc
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.fanout.throttle import Throttle
from tests.support.virtual_time import now, run, sleep

# A loaded machine is no failure of the law.
unhurried = settings(deadline=None)
arrivals = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=40)


async def starts_of(
    throttle: Throttle, arrivals: list[float], held_s: float, until: float = 1000.0
) -> tuple[list[float], int, int]:
    """When turns began, how many there were at once at most, and how many got none."""
    starts: list[float] = []
    inside = most = refused = 0

    async def one(arrival: float) -> None:
        nonlocal inside, most, refused
        await sleep(arrival)
        at_once = now() < until and throttle.turn_now()
        if not at_once and not await throttle.take_turn(until):
            refused += 1
            return
        starts.append(now())
        inside += 1
        most = max(most, inside)
        await sleep(held_s)
        inside -= 1
        throttle.end_turn()

    await asyncio.gather(*(one(arrival) for arrival in arrivals))
    return sorted(starts), most, refused


@unhurried
@given(arrivals, st.integers(1, 9), st.integers(1, 5), st.floats(0, 1))
def test_no_window_of_a_second_ever_holds_more_starts_than_the_rate(
    arrivals: list[float], rate: int, concurrency: int, held_s: float
) -> None:
    async def main() -> tuple[list[float], int, int]:
        return await starts_of(Throttle(rate, concurrency, now), arrivals, held_s)

    starts, most, refused = run(main())
    assert refused == 0
    assert most <= concurrency
    for first, later in zip(starts, starts[rate:], strict=False):
        assert later - first >= 1.0


@unhurried
@given(arrivals, st.integers(1, 9), st.floats(0.1, 3))
def test_who_cannot_have_a_turn_in_time_is_told_and_takes_none(
    arrivals: list[float], rate: int, until: float
) -> None:
    async def main() -> tuple[list[float], int, int]:
        return await starts_of(Throttle(rate, 3, now), arrivals, 0.2, until)

    starts, _, refused = run(main())
    assert len(starts) + refused == len(arrivals)
    assert all(start < until for start in starts)


def test_a_rate_of_a_few_a_minute_lets_one_start_in_each_share_of_it() -> None:
    async def main() -> tuple[list[float], int, int]:
        return await starts_of(Throttle(30 / 60, 8, now), [0.0] * 4, 0.0)

    starts, _, _ = run(main())
    assert all(later - first >= 2.0 for first, later in pairwise(starts))


def test_who_gives_up_while_waiting_leaves_the_place_to_others() -> None:
    async def main() -> bool:
        throttle = Throttle(1, 1, now)
        assert await throttle.take_turn(100)
        waiting = asyncio.create_task(throttle.take_turn(100))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        throttle.end_turn()
        return await throttle.take_turn(100)

    assert run(main())


def test_who_gives_up_while_being_paced_leaves_the_place_to_others() -> None:
    async def main() -> bool:
        throttle = Throttle(1, 1, now)
        assert await throttle.take_turn(100)
        throttle.end_turn()
        paced = asyncio.create_task(throttle.take_turn(100))
        await sleep(0.5)
        paced.cancel()
        await asyncio.gather(paced, return_exceptions=True)
        return await throttle.take_turn(100)

    assert run(main())


def test_a_source_with_a_high_rate_that_is_asked_for_hours_takes_no_more_memory() -> None:
    shows = [0.0]
    throttle = Throttle(100_000, 3, lambda: shows[0])
    tracemalloc.start()
    try:
        for _ in range(5_000):
            shows[0] += 2.0
            assert throttle.turn_now()
            throttle.end_turn()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 10_000
