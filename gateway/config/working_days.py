"""Terms in working days of England: no weekend counts, no bank holiday, no day that is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import country_holidays

LOCAL: Final = ZoneInfo("Europe/London")
_SATURDAY: Final = 5
_YEARS: Final = 64


def _none() -> frozenset[date]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which somebody can review; `closed` are the operator's own days off by now.

    A bank holiday that is proclaimed after the library was last released is known only there.
    """

    closed: Callable[[], frozenset[date]] = _none

    def after(self, start: datetime, days: int) -> datetime:
        """The end of so many working days after `start`, at the same time of the day in England."""
        closed, at = self.closed(), start.astimezone(LOCAL)
        while days:
            at += timedelta(days=1)
            day = at.date()
            days -= not (
                at.weekday() >= _SATURDAY or day in closed or day in _bank_holidays(day.year)
            )
        return at.astimezone(UTC)


@lru_cache(_YEARS)
def _bank_holidays(year: int) -> frozenset[date]:
    """England's, with the days that stand in for those at a weekend."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=year, expand=False))
