"""An agency's own access log held against ours: what either of the two lacks."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import EntryPosition, Search
from gateway.audit.store.contract import Log
from resolvers.outcome import Outcome

PAGE: Final = 1000
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  # which spreadsheets begin a file of UTF-8 with
_INDEX: Final = re.compile(r"[0-9]{1,18}")
_Row = tuple[int, Mapping[str, Any]]
# The agency answered, or said that it would not: its access log must have the call.
_REACHED: Final = frozenset(
    {Outcome.HAS_RECORD, Outcome.NO_RECORD, Outcome.NONE_FOUND, Outcome.AMBIGUOUS, Outcome.REFUSED}
)


class AccessLogUnreadable(ValueError):
    """The agency's file is not one that can be compared; the message names the line."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One call as the headers that came with it say: the intent's index and the question's id."""

    index: int
    query_id: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`unlogged`: calls that the agency had and no intent of ours allowed.

    `unseen`: intents that this agency answered and its log does not have. `intents`: how many of
    that time name the agency.
    """

    intents: int
    matched: int
    unlogged: tuple[Call, ...]
    unseen: tuple[Call, ...]


def read_calls(text: str) -> list[Call]:
    """The calls of an access log: CSV with a heading line, or a JSON object a line.

    Each has `log_index` and `query_id`, as `X-Teamaround-Log-Index` and
    `X-Teamaround-Query` brought them; a line about several children lists theirs, in the same
    order, with commas between them. AccessLogUnreadable names the first line that has not.
    Whatever else a line holds is not read: callers may have written it.
    """
    text = text.removeprefix(_MARK)
    rows = _objects(text) if text.lstrip().startswith("{") else _rows(text)
    return [call for number, row in rows for call in _calls(number, row)]


async def reconcile(
    log: Log, agency: str, calls: Iterable[Call], since: datetime, before: datetime
) -> Reconciliation:
    """Compare the calls that `agency` had with the intents of that time.

    A question may have called several times, for a retry or a page: it counts once. What was
    answered through another question's call is expected under that one's intent.
    """
    theirs = frozenset(calls)
    asked = dict[Call, bool]()
    entries = [each async for each in _entries(log, agency, since, before)]
    intents = {entry.query_id: index for index, entry in entries if _asks(entry, agency)}
    called = {index: Call(index, query_id or "") for query_id, index in intents.items()}
    asked.update(dict.fromkeys(called.values(), False))
    for _, entry in entries:
        own = intents.get(entry.query_id, -1)
        if entry.kind is AuditKind.RELEASE and own in called:
            brought = _brought_by(entry, agency, own)
            asked.update((called[index], True) for index in brought & called.keys())
    unseen = [call for call, reached in asked.items() if reached and call not in theirs]
    unlogged = theirs - asked.keys()
    matched = len(theirs) - len(unlogged)
    return Reconciliation(len(called), matched, _sorted(unlogged), _sorted(unseen))


async def _entries(
    log: Log, agency: str, since: datetime, before: datetime
) -> AsyncIterator[tuple[int, Entry]]:
    search = Search(agency=agency, since=since, before=before)
    after: EntryPosition | None = None
    while page := await log.search(search, after=after, count=PAGE):
        for logged in page:
            yield logged.index, logged.entry
        after = page[-1].place


def _asks(entry: Entry, agency: str) -> bool:
    """Whether the entry is the intent of a question for the agency, not one its officer hears."""
    asked = {said.agency for said in entry.agencies if said.outcome is None}
    return entry.kind is AuditKind.INTENT and agency in asked


def _brought_by(entry: Entry, agency: str, own: int) -> frozenset[int]:
    """The intents whose calls must have reached the agency for it to have said what it said."""
    reached = [s for s in entry.agencies if s.agency == agency and s.outcome in _REACHED]
    return frozenset(index for said in reached for index in said.through or (own,))


def _objects(text: str) -> Iterator[_Row]:
    # A string of JSON may hold whatever else Unicode calls the end of a line.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _rows(text: str) -> Iterator[_Row]:
    read = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    begun = 1
    try:
        begun += bool(read.fieldnames)
        for row in read:
            yield read.line_num, row
            begun = read.line_num + 1
    except csv.Error:
        raise AccessLogUnreadable(f"line {begun}: is no line of CSV") from None


def _calls(number: int, row: Mapping[str, Any]) -> list[Call]:
    indexes, ids = _listed(row.get("log_index")), _listed(row.get("query_id"))
    if not all(map(_INDEX.fullmatch, indexes)) or not all(ids):
        raise AccessLogUnreadable(f"line {number}: needs log_index, a number, and query_id")
    if len(indexes) != len(ids):
        raise AccessLogUnreadable(f"line {number}: needs as many query_id as log_index")
    return [Call(int(index), query_id) for index, query_id in zip(indexes, ids, strict=True)]


def _listed(told: Any) -> list[str]:
    return [one.strip() for one in str("" if told is None else told).split(",")]


def _sorted(calls: Iterable[Call]) -> tuple[Call, ...]:
    return tuple(sorted(calls))
