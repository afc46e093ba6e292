"""So many are inside and no more, in the order of asking, whoever goes away meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.places import Places
from tests.support.virtual_time import now, run, sleep

# When each comes, how long it stays inside, and how long it waits at most.
visits = st.lists(
    st.tuples(*(st.integers(0, 8) for _ in range(3))), min_size=1, max_size=14, unique=False
)


async def course(
    enter: Callable[[], Awaitable[object]],
    leave: Callable[[], None],
    came: list[tuple[int, int, int]],
) -> tuple[list[tuple[int, float]], int]:
    """Who was inside and since when, and how many at most."""
    inside = most = 0
    entered: list[tuple[int, float]] = []

    async def visit(number: int, at: int, stays: int, patience: int) -> None:
        nonlocal inside, most
        await sleep(at + number / 1000)
        try:
            async with asyncio.timeout(patience + 0.5):
                await enter()
        except TimeoutError:
            return
        entered.append((number, now()))
        inside += 1
        most = max(most, inside)
        await sleep(stays)
        inside -= 1
        leave()

    await asyncio.gather(*(visit(number, *each) for number, each in enumerate(came)))
    return entered, most


@settings(deadline=None)
@given(st.integers(1, 3), visits)
def test_everybody_has_a_place_when_asyncios_own_would_give_one(
    count: int, came: list[tuple[int, int, int]]
) -> None:
    async def ours() -> tuple[list[tuple[int, float]], int]:
        places = Places(count)
        return await course(places.wait, places.give_back, came)

    async def theirs() -> tuple[list[tuple[int, float]], int]:
        semaphore = asyncio.Semaphore(count)
        return await course(semaphore.acquire, semaphore.release, came)

    found = run(ours())
    assert found == run(theirs())
    assert found[1] <= count


def test_a_free_place_is_taken_without_waiting() -> None:
    places = Places(2)
    taken = [(places.take(), places.full) for _ in range(3)]
    assert taken == [(True, False), (True, True), (False, True)]
    places.give_back()
    assert places.take()


def test_nobody_takes_the_place_of_who_waits() -> None:
    async def main() -> None:
        places = Places(1)
        assert places.take()
        waiting = asyncio.create_task(places.wait())
        await asyncio.sleep(0)
        places.give_back()
        assert not places.take()
        await waiting
        assert places.full

    asyncio.run(main())


@pytest.mark.parametrize("given_first", [False, True])
def test_who_goes_away_leaves_the_place_to_the_next(given_first: bool) -> None:  # noqa: FBT001
    async def main() -> None:
        places = Places(1)
        assert places.take()
        leaving = asyncio.create_task(places.wait())
        next_one = asyncio.create_task(places.wait())
        await asyncio.sleep(0)
        if given_first:  # and hears that it is cancelled before it can use it
            places.give_back()
            leaving.cancel()
        else:
            leaving.cancel()
            await asyncio.sleep(0)
            places.give_back()
        await next_one
        assert leaving.cancelled()
        places.give_back()
        assert places.take()

    asyncio.run(main())
