"""So many may be inside at the same time; who finds no place waits in line.

`asyncio.Semaphore` does the same, and has to be awaited also where a place is free. Nearly every
call finds one free.
"""

import asyncio
from collections import deque


class Places:
    """`count` places, each taken by one and given back once; who asked first is next."""

    __slots__ = ("_free", "_line")

    def __init__(self, count: int) -> None:
        self._free = count
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def full(self) -> bool:
        """Whether no place is free, or others wait for it already."""
        return not self._free or bool(self._line)

    def take(self) -> bool:
        """Take a place now; False where there is none."""
        if not self._free or self._line:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Take a place once there is one; who is cancelled meanwhile has none."""
        if self.take():
            return
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except BaseException:
            if turn in self._line:
                self._line.remove(turn)
            elif not turn.cancelled():  # it was given a place just as it went away
                self.give_back()
            raise

    def give_back(self) -> None:
        """Leave a place, to the next in line where somebody waits."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
