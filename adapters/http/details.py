"""The further reads of one record: its details, each told apart from an empty list where unread."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from adapters.contract.contract import (
    Failure,
    Malformed,
    Question,
    Refused,
    Unavailable,
)
from adapters.contract.record import Record
from adapters.http.dialect import Dialect
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.paging.more import cut_lists
from adapters.http.verdict import Answer
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.network.http_request import HttpRequest

_OK: Final = 200
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class DetailItems:
    """What a detail's answer holds; `cut` if it says that there is more."""

    items: list[Any]
    cut: bool


@dataclass(frozen=True, slots=True)
class DetailedDocuments:
    """Documents with their details: the names of those that could not be read, and of those cut.

    `beside` are the names under which each document should have what came beside it.
    """

    documents: list[Any]
    missing: frozenset[str] = _NONE
    cut: frozenset[str] = _NONE
    beside: frozenset[str] = _NONE

    def lacking(
        self, record: Record, document: Any, mapping: RecordMapping, fields: frozenset[str]
    ) -> Record:
        """`record` of a document, saying which `fields` it lacks, wholly or in part."""
        missing = self.missing.union(name for name in self.beside if name not in document)
        unread = _fed(mapping, missing) & fields
        short = _fed(mapping, self.cut.union(cut_lists(document))) & fields
        if not unread and not short:
            return record
        defects, cut = {*record.defects, *unread}, {*record.cut, *short}
        return replace(record, defects=tuple(sorted(defects)), cut=tuple(sorted(cut)))


def _fed(mapping: RecordMapping, names: frozenset[str]) -> frozenset[str]:
    return _NONE.union(*map(mapping.fields_using, names))


@dataclass(frozen=True, slots=True)
class DetailReader:
    """Reads the details of a record under `base_url`, until `until` on the loop's clock."""

    dialect: Dialect
    base_url: str
    send: Callable[[HttpRequest], Awaitable[Answer | Failure]]
    until: float

    async def detailed(
        self,
        operation: HttpOperation,
        question: Question,
        headers: Mapping[str, str],
        documents: list[Any],
        today: date,
    ) -> DetailedDocuments:
        """The documents, with the details of the fields that are wanted.

        Details are read for a single record only: for candidates, identity is what counts, and one
        request for each would go past what the agency's system was told to expect.
        """
        wanted = operation.mapping.roots(question.fields) & operation.details.keys()
        if not wanted or len(documents) > 1:
            return DetailedDocuments(documents, missing=wanted)
        record = operation.mapping.record(documents[0], _NONE, today)
        if isinstance(record, Unusable):
            return DetailedDocuments(documents)
        given = {**question.given, **_keys(record)}
        names = sorted(wanted)
        reads = [
            self._items(operation.details[name], given, question.pace, headers) for name in names
        ]
        items = dict(zip(names, await asyncio.gather(*reads), strict=True))
        read = {name: found.items for name, found in items.items() if found is not None}
        cut = frozenset(name for name, found in items.items() if found and found.cut)
        return DetailedDocuments([{**documents[0], **read}], wanted - read.keys(), cut)

    async def _items(
        self,
        detail: HttpDetail,
        given: Mapping[str, str],
        pace: Callable[[], Awaitable[bool]],
        headers: Mapping[str, str],
    ) -> DetailItems | None:
        url = detail.url(self.base_url, given)
        if url is None:
            return None
        try:
            async with asyncio.timeout_at(self.until):
                if not await pace():
                    return None
                answer = await self.send(HttpRequest(url, headers=headers))
        except TimeoutError:
            return None
        return self._items_of(answer, detail)

    def _items_of(self, answer: Answer | Failure, detail: HttpDetail) -> DetailItems | None:
        if isinstance(answer, Refused | Unavailable | Malformed):
            return None
        usable = answer.failure is None and answer.status == _OK
        items = self.dialect.items(answer, detail) if usable else None
        if items is None:
            return None
        return DetailItems(items, cut=self.dialect.more(answer, items, len(items)) is True)


def _keys(record: Record) -> dict[str, str]:
    keys = {identifier.scheme: identifier.value for identifier in reversed(record.identifiers)}
    return keys if record.record_id is None else {**keys, "record_id": record.record_id}
