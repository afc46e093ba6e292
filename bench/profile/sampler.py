"""A sample of what the main thread does, whenever the process has used some more CPU."""

import signal
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bench.profile.stages import stage_at

TICK_S: Final = 0.004  # the kernel counts by its own clock, which ticks 250 times a second or more


@dataclass(slots=True)
class Sampler:
    """CPU seconds of the main thread by stage, and of each other thread.

    A sample counts for the CPU that the main thread used since the one before, so that the sum is
    the thread's own, and what other threads use moves nothing.
    """

    spent_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    squares: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    samples: int = 0
    seen_s: float = 0.0
    threads: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin, from nothing."""
        self.spent_s.clear()
        self.squares.clear()
        self.samples = 0
        self.threads = _threads_s()
        signal.signal(signal.SIGPROF, self._sample)
        signal.siginterrupt(signal.SIGPROF, False)  # noqa: FBT003  no call of the kernel is broken off
        self.seen_s = time.thread_time()
        signal.setitimer(signal.ITIMER_PROF, TICK_S, TICK_S)

    def stop(self) -> dict[str, Any]:
        """End; the figures, in CPU seconds, as JSON has them."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._sample(0, sys._getframe(1))  # noqa: SLF001  what was used since the last one
        names = {thread.native_id: thread.name for thread in threading.enumerate()}
        threads: dict[str, float] = defaultdict(float)
        for number, spent_s in _threads_s().items():
            if number != threading.main_thread().native_id:
                name = names.get(number, "of a library")
                threads[name] += spent_s - self.threads.get(number, 0.0)
        return {
            "samples": self.samples,
            "spent_s": dict(self.spent_s),
            "squares": dict(self.squares),
            "threads": dict(threads),
        }

    def _sample(self, _: int, frame: FrameType | None) -> None:
        now_s = time.thread_time()
        stage, spent_s = stage_at(frame), now_s - self.seen_s
        self.spent_s[stage] += spent_s
        self.squares[stage] += spent_s * spent_s
        self.samples += 1
        self.seen_s = time.thread_time()


def _threads_s() -> dict[int, float]:
    """CPU seconds of each thread by the kernel's number for it."""
    tasks = Path("/proc/self/task").iterdir()
    return {
        int(task.name): int((task / "schedstat").read_text().split()[0]) / 1e9 for task in tasks
    }
