"""Terms in working days: Saturdays and Sundays do not count, bank holidays do."""

from datetime import UTC, datetime, timedelta
from typing import Final

_SATURDAY: Final = 5


def working_days_after(start: datetime, days: int) -> datetime:
    """The end of that many days; a term over a bank holiday is the shorter for it, never longer."""
    at = start
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at.astimezone(UTC)
