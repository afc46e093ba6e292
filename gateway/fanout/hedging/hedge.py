"""The first good answer of two to the same request, the second sent only if the first is slow."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
_ENDING: Final[set["asyncio.Task[Any]"]] = set()  # a loop alone would forget a task that ends


@dataclass(frozen=True, slots=True)
class HedgedRequest(Generic[T]):
    """How a request is sent, when another may be beside it, and what is an answer to it.

    `may_send` is asked once, after `after_s` seconds without an answer. The other one is sent by
    `send_beside`: immediately or not at all.
    """

    send: Callable[[], Coroutine[Any, Any, T]]
    send_beside: Callable[[], Coroutine[Any, Any, T]]
    after_s: float
    may_send: Callable[[], bool]
    is_answer: Callable[[T], bool]

    async def first(self) -> T:
        """What came first that is an answer; where neither is, what came of the first request.

        The other is cancelled, and nobody waits for its end.
        """
        tasks = [asyncio.create_task(self.send())]
        try:
            await asyncio.wait(tasks, timeout=self.after_s)
            if not tasks[0].done() and self.may_send():
                tasks.append(asyncio.create_task(self.send_beside()))
            return await self._soonest(tasks)
        except asyncio.CancelledError:
            _cancel(tasks)
            await asyncio.wait(tasks)  # down to the sockets: the question is over
            raise
        finally:
            _cancel(tasks)

    async def _soonest(self, tasks: list["asyncio.Task[T]"]) -> T:
        waiting = set(tasks)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in (one for one in tasks if one in done):
                if self.is_answer(task.result()):
                    return task.result()
        return tasks[0].result()


def _cancel(tasks: list["asyncio.Task[T]"]) -> None:
    for task in tasks:
        if not task.done():
            _ENDING.add(task)
            task.add_done_callback(_ENDING.discard)
            task.cancel()
