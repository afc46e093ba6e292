"""Whether this machine's clock and the log agree about the day; if not, nothing goes by age."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.audit.entry.search import Search
from gateway.audit.errors import ClockApart, LeafUnreadable, LogUnavailable
from gateway.audit.store.contract import Log
from gateway.model import events
from gateway.model.clock import Clock

DAYS_APART: Final = 7
_FAR: Final = timedelta(days=DAYS_APART)
_TOLD_WITHIN: Final = timedelta(days=1)
_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Apart:
    """How many days the clock is ahead of something, or behind if negative; `than` names it."""

    days: int
    than: str

    def __str__(self) -> str:
        side = "ahead of" if self.days > 0 else "behind"
        return f"this machine's clock is {abs(self.days)} days {side} {self.than}"

    @classmethod
    def of(cls, now: datetime, seen: datetime, than: str) -> "Apart | None":
        """None where they are DAYS_APART or less from each other."""
        off = now - seen
        return cls(round(off / timedelta(days=1)), than) if abs(off) > _FAR else None


async def clock_apart(log: Log, now: datetime, witnessed: int | None = None) -> Apart | None:
    """What the clock is days away from: the last entry or the newest cosignature; or None.

    `witnessed` is when a witness signed last, in seconds since 1970, if one did.

    A log that rested for so long looks the same as a clock that is ahead. The last entry is taken
    by its index: one of a spell in which a clock was wrong is not the last for long.
    """
    size = await log.size()
    last = await log.entries(size - 1, 1) if size else ()
    found = Apart.of(now, last[0].entry.at, "the log's last entry") if last else None
    return found or _apart_from_witnesses(witnessed, now)


async def refuse_false_clock(
    log: Log, now: datetime, told: datetime | None = None, witnessed: int | None = None
) -> None:
    """ClockApart unless the log, or `told` and the witnesses, confirm what this clock says.

    `told` is the time by another clock, for a log that rested. Without it the last entry must be
    near, and another one as old as the days that a clock may be apart: a clock that has only just
    begun to be wrong has written no entry of a week ago.
    """
    if told is None:
        found = await clock_apart(log, now, witnessed)
        week = Search(since=now - 2 * _FAR, before=now - _FAR)
        if found is None and await log.search(week, count=1):
            return
        why = str(found or f"no entry is {DAYS_APART} to {2 * DAYS_APART} days old by this clock")
    elif abs(told - now) > _TOLD_WITHIN:
        why = "this machine's clock is more than a day from the time that you gave"
    elif (found := _apart_from_witnesses(witnessed, now)) is None:
        return
    else:
        why = str(found)
    raise ClockApart(
        f"{why}, so nothing was removed. Check the clock. If it is right and the log rested,"
        " give the time by another clock with --now"
    )


def _apart_from_witnesses(witnessed: int | None, now: datetime) -> Apart | None:
    if witnessed is None:
        return None
    newest = datetime.fromtimestamp(witnessed, now.tzinfo)
    return Apart.of(now, newest, "the newest witness's signature")


@dataclass(slots=True)
class ClockWatch:
    """Compares the clock with the log, and with the machine's own count of seconds; tells once."""

    log: Log
    clock: Clock
    witnessed_at: Callable[[], Awaitable[int | None]]
    found: Apart | None = field(default=None, init=False)
    _began: tuple[datetime, float] = field(init=False)

    def __post_init__(self) -> None:
        self._began = (self.clock.now(), self.clock.monotonic())

    @property
    def agrees(self) -> bool:
        """Whether the clock was near the log when it was looked at last."""
        return self.found is None

    async def look(self) -> None:
        """Compare now; what changed since the last look is told as an event."""
        try:
            found = self._jumped() or await clock_apart(
                self.log, self.clock.now(), await self.witnessed_at()
            )
        except (LogUnavailable, LeafUnreadable):  # told where the log is used
            return
        before, self.found = self.found, found
        if found is not None and before is None:
            events.clock_apart(found.days, found.than)
        if found is None and before is not None:
            events.clock_agrees()

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            await self.clock.sleep(_EVERY_S)
            try:
                await self.look()
            except Exception as bug:  # noqa: BLE001 - one failed round must not be the last
                events.failed(bug)

    def _jumped(self) -> Apart | None:
        # Entries written since a jump agree with the clock that jumped.
        at, monotonic = self._began
        due = at + timedelta(seconds=self.clock.monotonic() - monotonic)
        return Apart.of(self.clock.now(), due, "the time counted since the start")
