"""How long something may take: one timer of the loop for all that is limited at one time.

`asyncio.timeout` has the loop set and take back a timer for each use. A question has twenty of
them, and nearly none ever rings. It also ends what is there by then, where the loop was held or the
machine stood still: the timer rings before anybody has read what came meanwhile.
"""

import asyncio
from heapq import heapify, heappop, heappush
from itertools import count
from types import TracebackType
from typing import Final, Self
from weakref import WeakKeyDictionary

_FEW: Final = 64  # limits that were kept in time and may stay in line for that reason
_CANCELLED: Final = asyncio.CancelledError
_EARLY_S: Final = 0.001  # a loop may run a timer so much before its time
_TURNS: Final = 3  # of the loop, in which what came by then is read: from a socket, from a thread


class TimeLimit:
    """What is done within it is cancelled once so many seconds are over, and TimeoutError raised.

    As `asyncio.timeout` has it, but entered by `with`. For one use, within one task.
    """

    __slots__ = ("_alarm", "_before", "_seconds", "_task", "expired", "running", "when")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._task: asyncio.Task[object] | None = None
        self.running = self.expired = False

    def __enter__(self) -> Self:
        """Begin; RuntimeError outside of a task."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit is used inside a task")
        loop = asyncio.get_running_loop()
        self._task, self._before = task, task.cancelling()
        self.when = loop.time() + self._seconds
        alarm = _ALARMS.get(loop)
        if alarm is None:
            alarm = _ALARMS[loop] = _Alarm()
        self._alarm = alarm
        self.running = True
        alarm.add(self, loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End; TimeoutError if the time was over."""
        task, alarm = self._task, self._alarm
        # It may stay in line for a while, and what its task found is not to stay with it.
        self.running, self._task = False, None
        if not self.expired:
            alarm.leave()
        elif task is not None and task.uncancel() <= self._before and kind is _CANCELLED:
            raise TimeoutError from error

    def expire(self) -> None:
        """Cancel what is done within it."""
        self.expired = True
        if self._task is not None:
            self._task.cancel()


class _Alarm:
    """The limits of one loop, the first to be over first, and the timer that rings then."""

    def __init__(self) -> None:
        self._line: list[tuple[float, int, TimeLimit]] = []
        self._numbers = count()
        self._running = 0
        self._timer: asyncio.Handle | None = None
        self._rings_at = 0.0

    def add(self, limit: TimeLimit, loop: asyncio.AbstractEventLoop) -> None:
        heappush(self._line, (limit.when, next(self._numbers), limit))
        self._running += 1
        if self._timer is None or limit.when < self._rings_at:
            self._set(loop)

    def leave(self) -> None:
        """Have one limit less: what was kept in time stays in line for a while."""
        self._running -= 1
        if not self._running:
            self._line.clear()
            self._silence()
        elif len(self._line) > 2 * self._running + _FEW:
            self._line = [each for each in self._line if each[2].running]
            heapify(self._line)

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        self._silence()
        self._rings_at = self._line[0][0]
        self._timer = loop.call_at(self._rings_at, self._ring)

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        self._wait(_TURNS, loop.time() + _EARLY_S, loop)

    def _wait(self, turns: int, over: float, loop: asyncio.AbstractEventLoop) -> None:
        """End what was over by then, after so many turns of the loop."""
        if turns:
            self._timer = loop.call_soon(self._wait, turns - 1, over, loop)
            return
        self._timer = None
        while self._line and (self._line[0][0] <= over or not self._line[0][2].running):
            limit = heappop(self._line)[2]
            if limit.running:
                self._running -= 1
                limit.expire()
        if self._line:
            self._set(loop)

    def _silence(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_ALARMS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Alarm]] = WeakKeyDictionary()
