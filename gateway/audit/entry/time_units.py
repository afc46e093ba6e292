"""A moment as a whole number, so that stores compare and order it exactly."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def at_microsecond(microsecond: int) -> datetime:
    """The moment, in UTC."""
    return _EPOCH + microsecond * _MICROSECOND
