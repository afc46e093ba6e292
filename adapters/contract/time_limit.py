"""How long something may take: one timer of the loop for all that is limited at one time.

`asyncio.timeout` has the loop set and take back a timer for each use. A question has twenty of
them, and nearly none ever rings. It also ends what is there by then, where the loop was held or the
machine stood still: the timer rings before anybody has read what came meanwhile.
"""

import asyncio
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from types import TracebackType
from typing import Final, Self
from weakref import WeakKeyDictionary, ref

_FEW: Final = 64  # limits that were kept in time and may stay in line for that reason
_CANCELLED: Final = asyncio.CancelledError
_EARLY_S: Final = 0.001  # a loop may run a timer so much before its time
_TURNS: Final = 3  # of the loop, in which what came by then is read: from a socket, from a thread
_Place = tuple[float, int, "TimeLimit"]


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
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a time limit is used inside a task")
        self._task, self._before = task, task.cancelling()
        self.when = when = loop.time() + self._seconds
        alarm = _LATEST[0]
        if alarm.of() is not loop:
            alarm = _alarm_of(loop)
        self._alarm = alarm
        self.running = True
        place: _Place = (when, next(alarm.numbers), self)
        heappush(alarm.line, place)
        alarm.running += 1
        if when < alarm.rings_at:
            alarm.set(loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End; TimeoutError if the time was over."""
        task, alarm = self._task, self._alarm
        # It may stay in line for a while, and what its task found is not to stay with it.
        self.running, self._task = False, None
        if not self.expired:
            alarm.running -= 1
            if not alarm.running or len(alarm.line) > 2 * alarm.running + _FEW:
                alarm.tidy()
        elif task is not None and task.uncancel() <= self._before and kind is _CANCELLED:
            raise TimeoutError from error

    def expire(self) -> None:
        """Cancel what is done within it."""
        self.expired = True
        if self._task is not None:
            self._task.cancel()


class _Alarm:
    """The limits of one loop, the first to be over first, and the timer that rings then."""

    __slots__ = ("line", "numbers", "of", "rings_at", "running", "timer")

    def __init__(self, of: Callable[[], asyncio.AbstractEventLoop | None]) -> None:
        self.of = of
        self.line: list[_Place] = []
        self.numbers = count()
        self.running = 0
        self.timer: asyncio.Handle | None = None
        self.rings_at = inf

    def tidy(self) -> None:
        """Let go of limits that are over: what was kept in time stays in line for a while."""
        if not self.running:
            self.line.clear()
            self._silence()
            return
        self.line = [each for each in self.line if each[2].running]
        heapify(self.line)

    def set(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ring for the first in line."""
        self._silence()
        self.rings_at = self.line[0][0]
        self.timer = loop.call_at(self.rings_at, self._ring)

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        self._wait(_TURNS, loop.time() + _EARLY_S, loop)

    def _wait(self, turns: int, over: float, loop: asyncio.AbstractEventLoop) -> None:
        """End what was over by then, after so many turns of the loop."""
        if turns:
            self.timer = loop.call_soon(self._wait, turns - 1, over, loop)
            return
        self.timer, self.rings_at = None, inf
        while self.line and (self.line[0][0] <= over or not self.line[0][2].running):
            limit = heappop(self.line)[2]
            if limit.running:
                self.running -= 1
                limit.expire()
        if self.line:
            self.set(loop)

    def _silence(self) -> None:
        self.rings_at = inf
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def _alarm_of(loop: asyncio.AbstractEventLoop) -> _Alarm:
    alarm = _ALARMS.get(loop)
    if alarm is None:
        alarm = _ALARMS[loop] = _Alarm(ref(loop))
    _LATEST[0] = alarm
    return alarm


_ALARMS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Alarm]] = WeakKeyDictionary()
_LATEST: Final = [_Alarm(lambda: None)]  # that of the loop which asked last
