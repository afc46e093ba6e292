"""The moment that an agency says its data is of, read from an answer or a file."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from adapters.contract.dates import EARLIEST_YEAR
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.language import Readable


def read_moment(as_of: Readable | None, scope: Any) -> datetime | None:
    """An ISO date-time or an HTTP date; without an offset it is taken for UTC.

    None for a moment before anybody alive was born: systems keep such a one for none.
    """
    if as_of is None:
        return None
    try:
        text = as_of.read(scope)
    except UnreadableError:
        return None
    if not isinstance(text, str):
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, OverflowError, IndexError):  # whatever year it says
            continue
        if moment.year < EARLIEST_YEAR:
            return None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return None
