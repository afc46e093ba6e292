"""What an auditor typed to search the log: forgiving to read, and sent by POST alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self

from console.asking.refusals import WrongInput
from console.pages.visit import Visit
from console.pages.words import CLOCK, day_of, typed_number

_TEXTS: Final = ("user", "issuer", "organisation", "agency", "purpose", "kind", "queryId")
_DAYS: Final = ("from", "to")
FIELDS: Final = (*_TEXTS, *_DAYS, "breakGlass", "child")
_NO_DAY: Final = "Write the day as 29 11 2026 or 2026-11-29."
_BACKWARDS: Final = "Write a day that is not before the first one."
_NO_NUMBER: Final = "Write the NHS number or UPN, such as 943 476 5919."
_YEAR: Final = 4  # digits: of which century two are, nobody said


@dataclass(frozen=True, slots=True)
class LogMistake:
    """What to correct, and beside which field; no field if it is none of these."""

    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """The fields of the search form as they were typed."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What a visit brings along."""
        return cls({field: visit.text(field) for field in FIELDS})

    @property
    def carried(self) -> dict[str, str]:
        """The fields that the next page needs."""
        return {field: text for field, text in self.texts.items() if text}

    @property
    def mistakes(self) -> tuple[LogMistake, ...]:
        """What is no day, or no number: a search must not leave out what it cannot read."""
        first, last = (_day(self.texts[field]) for field in _DAYS)
        child = self.texts["child"]
        checks = (
            ("from", bool(self.texts["from"]) and first is None, _NO_DAY),
            ("to", bool(self.texts["to"]) and last is None, _NO_DAY),
            ("to", first is not None and last is not None and last < first, _BACKWARDS),
            ("child", bool(child) and not typed_number(child), _NO_NUMBER),
        )
        return tuple(LogMistake(field, said) for field, wrong, said in checks if wrong)

    @property
    def variables(self) -> dict[str, Any]:
        """The filter for the gateway; call it only where there are no mistakes."""
        found: dict[str, Any] = {name: self.texts[name] for name in _TEXTS if self.texts[name]}
        if "queryId" in found:  # as it is read aloud, with pauses
            found["queryId"] = "".join(found["queryId"].split())
        found |= {name: _begins(day) for name, day in self._days() if day}
        if self.texts["breakGlass"]:
            found["breakGlass"] = self.texts["breakGlass"] == "yes"
        if number := typed_number(self.texts["child"]):
            found["child"] = {"nhsNumber" if number.isdigit() else "upn": number}
        return {"filter": found} if found else {}

    def _days(self) -> tuple[tuple[str, date | None], ...]:
        """From the first day on; up to the last day, which counts whole."""
        last = _day(self.texts["to"])
        until = last + timedelta(days=1) if last else None
        return (("from", _day(self.texts["from"])), ("to", until))


def mistake_of(wrong: WrongInput) -> LogMistake:
    """The gateway's word about one input, beside the field that it came from."""
    field = next((str(step) for step in wrong.path if step in FIELDS), None)
    said = re.sub(r"^[a-zA-Z_.]+: ", "", wrong.message)
    return LogMistake(field, f"{said[:1].upper()}{said[1:].rstrip('.')}.")


def _begins(day: date) -> str:
    """When a day begins where its reader lives, as a moment in UTC."""
    return f"{datetime.combine(day, time.min, CLOCK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _day(text: str) -> date | None:
    parts = re.findall(r"\d+", text)
    if len(parts) != 3:  # noqa: PLR2004  day, month and year
        return None
    year, month, day = parts if len(parts[0]) == _YEAR else reversed(parts)
    found = day_of(year, month, day) if len(year) == _YEAR else None
    # The days beside it are days too.
    return found if found is not None and date.min < found < date.max else None
