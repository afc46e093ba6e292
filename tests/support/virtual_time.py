"""Time that passes only when nobody has anything left to do: waits are exact and take no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Where the loop would wait, the time it would wait is added to `now` instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that never comes")
        self.now += max(0.0, timeout)
        return super().select(0)


class ThreadlessLoop(asyncio.SelectorEventLoop):
    """A loop in which a thread's work is done by itself."""

    def run_in_executor(self, _: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        """Done here and now: a thread takes time that nobody could jump over."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  whatever it was is whoever waits' affair
            done.set_exception(error)
        return done


class _Loop(ThreadlessLoop):
    virtual = True

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """The result of `main` in a loop of its own, whose time begins at 0; for timers, not sockets.

    RuntimeError if everybody waits for what never comes.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


async def sleep(seconds: float) -> None:
    """Let time pass that takes none; RuntimeError in a loop whose time is real."""
    if not getattr(asyncio.get_running_loop(), "virtual", False):
        raise RuntimeError("this loop's time is real: wait for an event, not for a time")
    await asyncio.sleep(seconds)


def now() -> float:
    """What the running loop's clock shows, in seconds."""
    return asyncio.get_running_loop().time()
