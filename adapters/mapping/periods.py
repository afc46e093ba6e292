"""What holds today, by what an agency says and by its dates; where the two differ, nobody knows."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapters.contract.codes import InvolvementStatus
from adapters.contract.dates import PartialDate
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.mapping.conversion import to_limit

UNREADABLE_END: Final = object()  # an end is said, and cannot be read
End = PartialDate | object | None
_LAST_MONTH, _LAST_DAY = 12, 31


def status_of(
    said: InvolvementStatus | None, start: PartialDate | None, end: End, today: date
) -> InvolvementStatus:
    """Whether a service works with the child on `today`.

    OPEN is not believed of what has ended or has not begun: some systems leave the word behind.
    """
    if said is None:
        return _by_dates(start, end, today)
    if said is InvolvementStatus.OPEN and is_past_or_to_come(start, end, today):
        return InvolvementStatus.UNKNOWN
    return said


def currency_of(
    said: bool | None,  # noqa: FBT001 - as the agency says it
    start: PartialDate | None,
    end: End,
    today: date,
) -> bool | None:
    """Whether the child lives there on `today`; None where nobody knows."""
    if said is False:
        return False
    if _is_over(end, today):
        return None if said else False
    return None if _is_later(start, today) else said


def is_past_or_to_come(start: PartialDate | None, end: End, today: date) -> bool:
    """Whether something has ended by `today`, or has not begun."""
    return _is_over(end, today) or _is_later(start, today)


def is_in_use(identifier: Mapping[str, Any], today: date) -> bool:
    """Whether a number of FHIR's `identifier` is the child's on `today`, by its use and its period.

    UnreadableError if its period cannot be read: then nobody knows.
    """
    if identifier.get("use") == "old":
        return False
    period = identifier.get("period")
    if period is None:
        return True
    if not isinstance(period, dict):
        raise UnreadableError("no period of FHIR")
    start, end = to_limit(period.get("start")), to_limit(period.get("end"))
    return not is_past_or_to_come(start, end, today)


def _by_dates(start: PartialDate | None, end: End, today: date) -> InvolvementStatus:
    if end is UNREADABLE_END or _is_later(start, today):
        return InvolvementStatus.UNKNOWN
    if _is_over(end, today):
        return InvolvementStatus.CLOSED
    known = start is not None or end is not None
    return InvolvementStatus.OPEN if known else InvolvementStatus.UNKNOWN


def _is_over(end: End, today: date) -> bool:
    # A vague end is over only when its last day is.
    if not isinstance(end, PartialDate) or end.year > today.year:
        return False
    latest = (end.year, end.month or _LAST_MONTH, end.day or _LAST_DAY)
    return latest < (today.year, today.month, today.day)


def _is_later(start: PartialDate | None, today: date) -> bool:
    # A vague start may have been on its first day.
    if start is None or start.year < today.year:
        return False
    earliest = (start.year, start.month or 1, start.day or 1)
    return earliest > (today.year, today.month, today.day)
