"""A log whose entries are waited for, but not for ever: one that hangs cannot be written."""

from dataclasses import dataclass
from typing import Final

from adapters.contract.time_limit import TimeLimit
from gateway.audit.entry.entry import Entry
from gateway.audit.errors import LogUnavailable
from gateway.audit.store.contract import Log
from gateway.model import events
from gateway.model.clock import Clock
from gateway.model.errors import TryLater

_UNWRITTEN_S: Final = 5.0
_A_MOMENT_S: Final = 1.0  # for an answer that is whole only when the question's time is over


@dataclass(slots=True)
class PatientLog:
    """No entry is waited for longer than `patience_s`; with less time left, but for a moment.

    Until `unwritten_until` the log is taken for unwritable, as an entry could not be written.
    """

    log: Log
    clock: Clock
    patience_s: float
    unwritten_until: float = float("-inf")

    async def append(self, entry: Entry, until: float | None = None) -> int:
        """The entry's index. One that nobody waits for any more may be written, with no receipt.

        TryLater if it is not durable in time.
        """
        left_s = self.patience_s if until is None else until - self.clock.monotonic()
        try:
            with TimeLimit(max(left_s, min(_A_MOMENT_S, self.patience_s))):
                return await self.log.append(entry)
        except (LogUnavailable, TimeoutError) as error:
            self.unwritten_until = self.clock.monotonic() + _UNWRITTEN_S
            events.log_unavailable(error)
            raise _unwritable() from None

    async def refuse_unwritable(self) -> None:
        """TryLater if the log cannot be reached now, or an entry could not be written just now.

        Nothing is written to find out: an entry is for what happened.
        """
        if self.clock.monotonic() < self.unwritten_until:
            raise _unwritable()
        try:
            await self.log.size()
        except LogUnavailable:
            raise _unwritable() from None


def _unwritable() -> TryLater:
    return TryLater("LOG_UNAVAILABLE", "the log cannot be written, so nothing is asked or told")
