"""How late the event loop is: whatever holds it holds every question."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from gateway.http.metrics.histogram import Histogram

_EVERY_S: Final = 0.25
_SHOWN_S: Final = 0.1  # one long answer may take less; no single one may take so long


@dataclass(slots=True)
class LoopLag:
    """How much later than it asked a sleeper was woken; `run` it until cancelled.

    Less than a tenth of a second counts as nothing: a single long answer could be seen in it.
    """

    late: Histogram = field(default_factory=Histogram)

    async def run(self) -> None:
        """Sleep and look at the clock, again and again."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            late = loop.time() - due
            self.late.took(late if late >= _SHOWN_S else 0.0)
