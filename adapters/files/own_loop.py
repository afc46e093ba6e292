"""An event loop in a thread of its own: what it reads holds up nobody else's questions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class OwnLoop:
    """Runs coroutines elsewhere, for whoever waits for them here; used with `with`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="own-loop", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not waited for: what is parsed there now may take a while, and ends by itself.
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def call(self, work: Awaitable[T]) -> T:
        """What `work` gives, done there; cancelled there where this is cancelled."""
        begun = asyncio.run_coroutine_threadsafe(_awaited(work), self._loop)
        return await asyncio.wrap_future(begun)

    @asynccontextmanager
    async def within(self, manager: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
        """Enter and leave `manager` there."""
        entered = await self.call(_entered(manager))
        try:
            yield entered
        except BaseException as error:
            if not await self.call(_left(manager, error)):
                raise
        else:
            await self.call(_left(manager, None))

    def _run(self) -> None:
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(_ended(asyncio.all_tasks(self._loop)))
            # Who was cancelled just as a manager was entered here never came to leave it.
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _awaited(work: Awaitable[T]) -> T:
    return await work


async def _entered(manager: AbstractAsyncContextManager[T]) -> T:
    return await manager.__aenter__()


async def _left(manager: AbstractAsyncContextManager[Any], error: BaseException | None) -> bool:
    kind = None if error is None else type(error)
    trace = None if error is None else error.__traceback__
    return bool(await manager.__aexit__(kind, error, trace))
