"""Several processes of one gateway on one machine: begun, begun again, and stopped together."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Final

from gateway.model import events

_BEGUN_AGAIN_S: Final = 1.0
_FAILED: Final = 70  # a bug, as sysexits has it


@dataclass(frozen=True, slots=True)
class WorkerSide:
    """What a worker has of the process that began it: descriptors to tell and to watch.

    `ready` takes a byte once the worker serves. `alive` ends when that process is no more. `number`
    counts the workers from 0; whoever takes the place of one has its number.
    """

    ready: int
    alive: int
    number: int

    def serves(self) -> None:
        """Say that the worker serves."""
        os.write(self.ready, b"1")
        os.close(self.ready)


class Workers:
    """Runs `work` in so many processes; it is given its side, and gives its exit status.

    The first begins alone, so that what a gateway makes at its first start is made once. One that
    ends by itself is begun again. SIGTERM, SIGINT and SIGHUP go to all of them.
    """

    def __init__(self, work: Callable[[WorkerSide], int], count: int) -> None:
        self._work = work
        self._count = count
        self._began: dict[int, float] = {}
        self._numbers: dict[int, int] = {}
        self._stopping = False
        self._alive, self._kept = os.pipe()

    def run(self) -> int:
        """Serve until a signal; the exit status of the first worker if it cannot begin."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._pass_on)
        if not self._begin():
            return self._ended()[1]
        for _ in range(1, self._count):
            if not self._stopping:  # a signal may come while one begins
                self._begin()
        status = 0
        while self._began:
            status = max(status, self._watch())
        return status

    def _watch(self) -> int:
        """Wait until a worker ends, and begin another; its status where all are to end."""
        began, status = self._ended()
        if self._stopping:
            return status
        events.worker_ended(status)
        time.sleep(max(0.0, began + _BEGUN_AGAIN_S - time.monotonic()))
        if not self._stopping:
            self._begin()
        return 0

    def _ended(self) -> tuple[float, int]:
        """When the worker that ended had begun, and its status."""
        while True:
            pid, waited = os.waitpid(-1, 0)
            if pid in self._began:
                del self._numbers[pid]
                return self._began.pop(pid), os.waitstatus_to_exitcode(waited)

    def _begin(self) -> bool:
        """Begin a worker, and wait until it serves or has ended; whether it serves."""
        heard, ready = os.pipe()
        number = min({*range(self._count)} - {*self._numbers.values()})
        pid = os.fork()
        if not pid:
            os.close(heard)
            os.close(self._kept)
            self._be_worker(WorkerSide(ready, self._alive, number))
        os.close(ready)
        self._began[pid], self._numbers[pid] = time.monotonic(), number
        if self._stopping:  # the signal came before it could be passed on to this one
            os.kill(pid, signal.SIGTERM)
        with os.fdopen(heard, "rb") as told:
            return bool(told.read(1))

    def _be_worker(self, side: WorkerSide) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        status = _FAILED
        try:
            status = self._work(side)
        finally:
            os._exit(status)

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        self._stopping |= number != signal.SIGHUP
        for pid in tuple(self._began):
            os.kill(pid, number)
