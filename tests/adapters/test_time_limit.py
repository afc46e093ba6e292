"""A time limit ends what asyncio's own would end, in the same moment and with the same error."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.time_limit import TimeLimit
from tests.support.virtual_time import now, run, sleep

Limit = Callable[[float], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def ours(seconds: float) -> AsyncIterator[None]:
    with TimeLimit(seconds):
        yield


async def worked(limit: Limit, limits: list[float], takes: float, tidies: float) -> str:
    """What came of work within nested limits, and when."""
    try:
        if limits:
            async with limit(limits[0]):
                said = await worked(limit, limits[1:], takes, tidies)
            return f"{said}, within {limits[0]}"
        try:
            await sleep(takes)
        finally:
            await sleep(tidies)
    except TimeoutError:
        return f"{len(limits)} over at {now():.3f}"
    return f"done at {now():.3f}"


async def several(limit: Limit, people: list[Any]) -> list[str]:
    """What came of several tasks at once, each of which is cancelled at its own time."""
    loop = asyncio.get_running_loop()
    tasks = []
    for limits, takes, tidies, gone in people:
        task = asyncio.create_task(worked(limit, limits, takes, tidies))
        loop.call_later(gone, task.cancel)
        tasks.append(task)
    return [str(came) for came in await asyncio.gather(*tasks, return_exceptions=True)]


# Apart by more than the millisecond by which a loop may be early.
seconds = st.integers(0, 40).map(lambda tenths: tenths / 10)
people = st.lists(
    st.tuples(st.lists(seconds, max_size=3), seconds, st.just(0.0) | seconds, seconds), max_size=5
)


@settings(deadline=None, max_examples=60)
@given(people)
def test_what_takes_too_long_ends_as_asyncio_would_end_it(people: list[Any]) -> None:
    theirs = run(several(asyncio.timeout, people))
    assert run(several(ours, people)) == theirs


def test_a_limit_that_was_kept_ends_nothing_later() -> None:
    async def main() -> float:
        with TimeLimit(1.0):
            await sleep(0.5)
        with TimeLimit(9.0):
            await sleep(5.0)
        return now()

    assert run(main()) == 5.5


def test_hundreds_of_limits_that_were_kept_hold_up_none_that_is_not() -> None:
    async def one(takes: float) -> bool:
        try:
            with TimeLimit(1.0):
                await sleep(takes)
        except TimeoutError:
            return False
        return True

    async def main() -> list[bool]:
        return await asyncio.gather(*(one(0.0 if place % 100 else 2.0) for place in range(500)))

    assert run(main()).count(False) == 5


def test_a_limit_that_was_kept_keeps_nothing_of_what_was_done_within_it() -> None:
    async def one() -> None:
        with TimeLimit(5.0):
            await sleep(0.1)

    async def main() -> bool:
        task = asyncio.create_task(one())
        seen = weakref.ref(task)
        with TimeLimit(9.0):  # so that the first one's place in line is not cleared away
            await task
            del task
            await sleep(0.1)
            return seen() is None

    assert run(main())


def test_a_limit_outside_of_a_task_is_refused() -> None:
    loop = asyncio.new_event_loop()
    with pytest.raises(RuntimeError):
        TimeLimit(1.0).__enter__()
    loop.close()
