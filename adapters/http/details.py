"""The further reads of one record: its details, each told apart from an empty list where unread."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.contract.contract import (
    Question,
)
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import Record
from adapters.http.operation import HttpOperation
from adapters.http.paging.detail_pages import DetailAsked, DetailPages
from adapters.mapping.beside.more import cut_lists
from adapters.mapping.mapping import RecordMapping, Unusable

_NONE: Final[frozenset[str]] = frozenset()


@plainly_made
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
        missing, cut = self.missing, self.cut.union(cut_lists(document))
        if self.beside:
            missing |= {name for name in self.beside if name not in document}
        if not missing and not cut:
            return record
        unread, short = _fed(mapping, missing) & fields, _fed(mapping, cut) & fields
        if not unread and not short:
            return record
        defects, all_cut = {*record.defects, *unread}, {*record.cut, *short}
        return replace(record, defects=tuple(sorted(defects)), cut=tuple(sorted(all_cut)))


def with_what_is_beside(operation: HttpOperation, read: DetailedDocuments) -> DetailedDocuments:
    """`read`, knowing what the agency was asked to send beside each document."""
    return replace(read, beside=operation.beside) if operation.operation.include else read


def _fed(mapping: RecordMapping, names: frozenset[str]) -> frozenset[str]:
    return _NONE.union(*map(mapping.fields_using, names))


@plainly_made
@dataclass(frozen=True, slots=True)
class DetailReader:
    """Reads the details of a record, each by its `pages`."""

    pages: DetailPages

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
            self.pages.read(
                DetailAsked(operation, operation.details[name], given, question.pace, headers)
            )
            for name in names
        ]
        items = dict(zip(names, await asyncio.gather(*reads), strict=True))
        read = {name: found.items for name, found in items.items() if found is not None}
        cut = frozenset(name for name, found in items.items() if found and found.cut)
        return DetailedDocuments([{**documents[0], **read}], wanted - read.keys(), cut)


def _keys(record: Record) -> dict[str, str]:
    keys = {identifier.scheme: identifier.value for identifier in reversed(record.identifiers)}
    return keys if record.record_id is None else {**keys, "record_id": record.record_id}
