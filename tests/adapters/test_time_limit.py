"""A time limit ends what asyncio's own would end, in the same moment and with the same error.

But what came by that moment is read, however long nobody could look at it.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from socket import socketpair
from threading import Thread
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
# Never at the moment of a limit: then it hangs on the loop's order which of the two comes first.
takes = st.integers(0, 40).map(lambda tenths: tenths / 10 + 0.03)
gone = st.integers(0, 40).map(lambda tenths: tenths / 10 + 0.07)
people = st.lists(
    st.tuples(st.lists(seconds, max_size=3), takes, st.just(0.0) | seconds, gone), max_size=5
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


class StandsStill:
    """A loop's clock; once `hold` is called, a second is over before the loop looks again."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.more_s, self._time = 0.0, loop.time

    def __call__(self) -> float:
        return self._time() + self.more_s

    def hold(self, come: Callable[[], object]) -> None:
        """Let `come` happen while nobody looks."""
        come()
        self.more_s += 1.0


async def from_a_thread(clock: StandsStill) -> str:
    loop, came = asyncio.get_running_loop(), asyncio.Future[str]()

    def come() -> None:
        thread = Thread(target=lambda: loop.call_soon_threadsafe(came.set_result, "came"))
        thread.start()
        thread.join()

    loop.call_soon(clock.hold, come)
    return await came


async def over_a_socket(clock: StandsStill) -> str:
    loop = asyncio.get_running_loop()
    ours, theirs = socketpair()
    with ours, theirs:
        ours.setblocking(False)  # noqa: FBT003  its one parameter
        loop.call_soon(clock.hold, lambda: theirs.send(b"came"))
        return (await loop.sock_recv(ours, 9)).decode()


async def limited(come: Callable[[StandsStill], Awaitable[str]], limit: Limit) -> str:
    loop = asyncio.get_running_loop()
    clock = loop.time = StandsStill(loop)  # type: ignore[method-assign]
    try:
        async with limit(0.5):
            return await come(clock)
    except TimeoutError:
        return "over"


@pytest.mark.parametrize("come", [from_a_thread, over_a_socket])
async def test_what_came_while_the_machine_stood_still_is_read(
    come: Callable[[StandsStill], Awaitable[str]],
) -> None:
    assert await limited(come, asyncio.timeout) == "over"
    assert await limited(come, ours) == "came"


async def test_what_did_not_come_while_the_machine_stood_still_is_over() -> None:
    async def nothing(clock: StandsStill) -> str:
        asyncio.get_running_loop().call_soon(clock.hold, lambda: None)
        return await asyncio.Future[str]()

    assert await limited(nothing, ours) == "over"


def test_a_limit_outside_of_a_task_is_refused() -> None:
    loop = asyncio.new_event_loop()
    with pytest.raises(RuntimeError):
        TimeLimit(1.0).__enter__()
    loop.close()
