"""Whether this gateway can answer questions now, and if not, which part of it keeps it from that.

A load balancer asks it; so may anybody. It says names of parts and nothing that was in an error,
and however often it is asked, the parts are looked at once a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.model import events
from gateway.model.errors import TryLater

LookAt = Callable[[], Awaitable[None]]
"""Raises TryLater where its part fails now."""

STOPPING: Final = "stopping"
_FRESH_S: Final = 1.0
_PATIENCE_S: Final = 2.0


@dataclass(slots=True)
class ReadyProbe:
    """Looks at one part; for `sure_s` seconds after it was well it is taken for well."""

    look: LookAt
    sure_s: float = 0.0
    _well_until: float = field(default=float("-inf"), init=False)

    async def fails(self, now: float) -> bool:
        """Whether its part fails now, or does not say so in time."""
        if now < self._well_until:
            return False
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self.look()
        except (TryLater, TimeoutError):
            return True
        except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
            events.failed(bug)
            return True
        self._well_until = now + self.sure_s
        return False


class Readiness:
    """Asks `probes`, by the names of their parts, all in one go."""

    def __init__(self, probes: Mapping[str, ReadyProbe], monotonic: Callable[[], float]) -> None:
        self._probes = probes
        self._monotonic = monotonic
        self._stopping = False
        self._found: tuple[str, ...] = ()
        self._until = float("-inf")
        self._looking = asyncio.Lock()

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all parts, in order."""
        return tuple(self._probes)

    def stop(self, drain_s: float) -> None:
        """Be not ready any more; for so many seconds questions are answered still."""
        self._stopping = True
        if drain_s:
            events.stopping(drain_s)

    async def causes(self) -> tuple[str, ...]:
        """What fails now, as names of parts in order; none where questions are answered."""
        if self._stopping:
            return (STOPPING,)
        async with self._looking:
            if self._monotonic() >= self._until:
                self._found = await self._failing(self._monotonic())
                self._until = self._monotonic() + _FRESH_S
        return self._found

    async def _failing(self, now: float) -> tuple[str, ...]:
        fails = await asyncio.gather(*(each.fails(now) for each in self._probes.values()))
        return tuple(name for name, bad in zip(self._probes, fails, strict=True) if bad)
