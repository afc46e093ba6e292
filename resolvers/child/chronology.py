"""What happened when: an agency's events, and the starts and ends of what it does and says."""

from collections.abc import Iterator

from adapters.contract.codes import SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.record import Event, Record
from resolvers.comparison.normalise import fold


def events(record: Record) -> Iterator[Event]:
    """Every event of a record, in no order; starts and ends only where a date is known."""
    yield from record.events
    for involvement in record.involvements:
        said = involvement.service or involvement.team or involvement.role
        yield from _span("involvement", said, involvement.start, involvement.end)
    for status in record.support_statuses:
        if status.code is not SupportStatusCode.NONE:
            yield from _span("status", status.label or status.code.value, status.start, status.end)


def told_alike(event: Event) -> tuple[PartialDate | None, str, str]:
    """What two tellings of one event have in common."""
    return event.date, fold(event.kind), fold(event.summary)


def newest_last(event: Event) -> tuple[bool, PartialDate]:
    """Orders by date, a vaguer date before its days and none at all last."""
    return event.date is None, event.date or PartialDate(0)


def _span(
    what: str, summary: str | None, start: PartialDate | None, end: PartialDate | None
) -> Iterator[Event]:
    if start is not None:
        yield Event(start, f"{what} started", summary)
    if end is not None:
        yield Event(end, f"{what} ended", summary)
