"""The scalars: how each is written, and what to write instead when it does not parse."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber, Postcode, Upn

LogIndex = NewType("LogIndex", int)


def _text(parse: Callable[[str], object], spelling: str) -> Callable[[object], object]:
    """`parse` for text only; ValueError with `spelling` for any other JSON value."""

    def from_text(given: object) -> object:
        if not isinstance(given, str):
            raise ValueError(f"write text in quotes: {spelling}")  # noqa: TRY004  # one refusal
        return parse(given)

    return from_text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day is YYYY-MM-DD and stands in the calendar") from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time is like 2026-03-09T14:30:00Z") from None
    if instant.tzinfo is None:
        raise ValueError("a time needs its offset from UTC, or Z")
    try:
        instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time is from the year 1 to the year 9999, in UTC too") from None
    return instant


def _instant_said(instant: datetime) -> str:
    if instant.tzinfo is UTC:
        return f"{instant.isoformat()[:-6]}Z"
    if instant.tzinfo is None:
        raise ValueError("a time without an offset cannot be said")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _log_index(text: str) -> LogIndex:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):  # noqa: PLR2004  # 2**63
        raise ValueError("a log index is a number in decimal digits")
    return LogIndex(int(text))


SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    date: strawberry.scalar(
        name="Date",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        description='A whole day as text, "2015-03-09" (ISO 8601).',
        serialize=date.isoformat,
        parse_value=_text(_day, '"2015-03-09"'),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        description='A moment as text with its offset, "2026-03-09T14:30:00Z" (RFC 3339);'
        " in answers always UTC.",
        serialize=_instant_said,
        parse_value=_text(_instant, '"2026-03-09T14:30:00Z"'),
    ),
    PartialDate: strawberry.scalar(
        name="PartialDate",
        specified_by_url="https://hl7.org/fhir/R4/datatypes.html#date",
        description='A date as precisely as it is known: "2015", "2015-03" or "2015-03-09".'
        " Show it unchanged; never add a month or a day.",
        serialize=str,
        parse_value=_text(PartialDate.parse, '"2015", "2015-03" or "2015-03-09"'),
    ),
    NhsNumber: strawberry.scalar(
        name="NhsNumber",
        specified_by_url="https://www.datadictionary.nhs.uk/attributes/nhs_number.html",
        description="An NHS number as text: ten digits, the last a check digit. Spaces and hyphens"
        " are ignored.",
        serialize=str,
        parse_value=_text(NhsNumber.parse, "ten digits"),
    ),
    Upn: strawberry.scalar(
        name="Upn",
        specified_by_url="https://www.gov.uk/government/publications/unique-pupil-numbers",
        description="A permanent unique pupil number as text: a check letter and twelve digits. A"
        " temporary number ends in a letter and is refused, because it identifies nobody.",
        serialize=str,
        parse_value=_text(Upn.parse, "a check letter and twelve digits"),
    ),
    Postcode: strawberry.scalar(
        name="Postcode",
        specified_by_url="https://www.datadictionary.nhs.uk/attributes/postcode.html",
        description='A full UK postcode as text, "AB1 2CD"; case and spaces do not matter.',
        serialize=str,
        parse_value=_text(Postcode.parse, '"AB1 2CD"'),
    ),
    LogIndex: strawberry.scalar(
        name="LogIndex",
        specified_by_url="https://c2sp.org/tlog-tiles",
        description="The place of an entry in the log, counted from 0, as decimal digits in a"
        " text: a log outgrows 32 bits.",
        serialize=str,
        parse_value=_text(_log_index, 'decimal digits, "12345"'),
    ),
}
