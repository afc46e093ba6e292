"""Virtual time beside real sockets: the clock jumps only while no exchange is on its way.

`virtual_time` jumps as soon as no socket is ready, which would overtake bytes that the kernel has
not delivered yet. Here every request to an agency is counted from the call until its answer is
read. While one is under way and its agency does not sleep, the loop waits for the socket in real
time and the clock stands still. So bytes are real, and times are exact.
"""

import selectors
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.support.patience import PATIENCE_S
from tests.support.virtual_time import ThreadlessLoop

T = TypeVar("T")


@dataclass(slots=True)
class Traffic:
    """Which exchanges are under way, and which of them wait for an agency that sleeps."""

    under_way: set[str] = field(default_factory=set)
    asleep: set[str] = field(default_factory=set)

    @property
    def moving(self) -> bool:
        """Whether bytes are on their way in either direction."""
        return not self.under_way <= self.asleep


class _Patient(selectors.DefaultSelector):
    def __init__(self, traffic: Traffic) -> None:
        super().__init__()
        self.now = 0.0
        self._traffic = traffic

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self._traffic.moving:
            ready = super().select(PATIENCE_S)  # of real time, in which a byte moves
            if not ready:
                raise RuntimeError("an exchange is under way, and no byte moves")
            return ready
        if ready := super().select(0):
            return ready
        if timeout is None:
            raise RuntimeError("everybody waits for something that never comes")
        self.now += timeout
        return []


class PatientLoop(ThreadlessLoop):
    """A loop in virtual time, counted from 0; `traffic` says when it must wait for sockets."""

    virtual = True

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._patient = _Patient(self.traffic)
        super().__init__(self._patient)

    def time(self) -> float:
        """Virtual seconds."""
        return self._patient.now

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of `main`; no thread may be waited for in it."""
        return self.run_until_complete(main)
