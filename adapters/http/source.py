"""A source over HTTP, of any kind: ask once, judge, map; every failure is a Reply."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from adapters.contract.contract import (
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    WallClock,
)
from adapters.contract.record import Record
from adapters.http.diagnosis import asked_at, undecoded, unread
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.exchange import Transport
from adapters.http.login import Login
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.pages import Pages, ReadPage
from adapters.http.request import RequestParts, numbered, on_behalf_headers, url_for
from adapters.http.verdict import Answer
from adapters.manifest.expression_language import language_of
from adapters.manifest.limits import Limits
from adapters.manifest.manifest import Manifest
from adapters.mapping.conversion import LIST_CAP
from adapters.mapping.mapping import Unusable
from adapters.network.egress import Egress
from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer


def _random_id() -> str:
    return str(uuid4())


_FOR_DETAILS: Final = 0.95  # of the time given; the rest is for answering without them


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A source whose operations are HTTP requests."""

    transport: Transport
    egress: Egress
    login: Login
    base_url: str
    headers: Mapping[str, str]
    limits: Limits
    operations: Mapping[str, HttpOperation]
    dialect: Dialect
    clock: WallClock
    new_id: Callable[[], str] = _random_id
    signer: Signer | None = None

    async def ask(self, question: Question) -> Reply:
        """Ask once, within the question's time."""
        try:
            async with asyncio.timeout(question.timeout_s):
                reply = await self._ask(question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        return asked_at(reply, f"operation.{question.operation}")

    async def aclose(self) -> None:
        """Close every connection."""
        await self.login.aclose()
        await self.transport.aclose()

    async def _ask(self, question: Question) -> Reply:
        until = asyncio.get_running_loop().time() + question.timeout_s * _FOR_DETAILS
        operation = self.operations[question.operation]
        headers = self.headers_for(question)
        asking = RequestParts(self.base_url, question.given, headers, operation.paging.first())
        request = self.dialect.request(operation, asking)
        if isinstance(request, MoreNeeded):
            return request
        answer = await self.send(request)
        if isinstance(answer, Refused | Unavailable | Malformed):
            return answer
        first = self.found(operation, answer)
        if not isinstance(first, FoundDocuments):
            return first
        asked = frozenset({(request.url, request.body)})
        page = ReadPage(operation, asking, request, answer, len(first.documents), seen=asked)
        pages = Pages(self.dialect, self.egress, self.limits.max_records, self.send, self.found)
        found = await pages.all(page, question.pace, first)
        if isinstance(found, Malformed):
            return unread(found, operation, answer)
        if isinstance(found, FoundDocuments):
            found = self.whole(operation, answer, found)
        if not isinstance(found, FoundDocuments):
            return found
        documents, missing = await self._detailed(operation, question, found.documents, until)
        return self.records(operation, question, answer, documents, missing)

    def headers_for(self, *questions: Question) -> Mapping[str, str]:
        """The manifest's headers, and on whose behalf it is asked."""
        ours = on_behalf_headers(*(question.on_behalf for question in questions))
        return {**self.headers, "Accept": self.dialect.accept, **ours}

    async def send(self, request: HttpRequest) -> Answer | Failure:
        """Log in, sign, send and judge."""
        login = await self.login.headers()
        if isinstance(login, Refused | Unavailable | Malformed):
            return asked_at(login, "auth.token_url")
        ours = numbered(request.headers, self.new_id)
        whole = replace(request, headers={**ours, **login})
        answer = await self.transport.send(self.signer.signed(whole) if self.signer else whole)
        if isinstance(answer, Unavailable | Malformed):
            return answer
        if answer.status == _UNAUTHORISED:
            self.login.rejected()
        return undecoded(self.dialect.judge(answer, self.clock()), answer)

    def found(
        self, operation: HttpOperation, answer: Answer
    ) -> FoundDocuments | NoRecord | TooMany | Failure:
        """The documents of an answer, or what it proves by itself."""
        verdict = operation.verdict(answer)
        found = self.dialect.find(answer, operation) if verdict is None else verdict
        return unread(found, operation, answer) if isinstance(found, Malformed) else found

    def whole(
        self, operation: HttpOperation, answer: Answer, found: FoundDocuments
    ) -> FoundDocuments | NoRecord | TooMany:
        """`found` if it is all that the agency has and not too much."""
        received = len(found.documents)
        if found.more or received > self.limits.max_records or (found.total or 0) > received:
            return TooMany()
        return found if found.documents else NoRecord(operation.moment(answer))

    async def _detailed(
        self, operation: HttpOperation, question: Question, documents: list[Any], until: float
    ) -> tuple[list[Any], frozenset[str]]:
        # Details are read for a single record only: for candidates, identity is what counts, and
        # one request for each would go past what the agency's system was told to expect.
        wanted = operation.mapping.roots(question.fields) & operation.details.keys()
        if not wanted or len(documents) > 1:
            return documents, wanted
        record = operation.mapping.record(documents[0], frozenset(), self.today())
        if isinstance(record, Unusable):
            return documents, frozenset()
        given = {**question.given, **_keys(record)}
        names = sorted(wanted)
        reads = [self._detail(operation.details[name], given, question, until) for name in names]
        items = dict(zip(names, await asyncio.gather(*reads), strict=True))
        read = {name: found for name, found in items.items() if found is not None}
        return [{**documents[0], **read}], wanted - read.keys()

    async def _detail(
        self, detail: HttpDetail, given: Mapping[str, str], question: Question, until: float
    ) -> list[Any] | None:
        url = url_for(self.base_url, detail.path, given)
        if isinstance(url, MoreNeeded):
            return None
        try:
            async with asyncio.timeout_at(until):
                if not await question.pace():
                    return None
                answer = await self.send(HttpRequest(url, headers=self.headers_for(question)))
        except TimeoutError:
            return None
        if isinstance(answer, Refused | Unavailable | Malformed):
            return None
        if answer.failure is not None or answer.status != _OK:
            return None
        items = self.dialect.items(answer, detail)
        return items if items is not None and len(items) <= LIST_CAP else None

    def records(
        self,
        operation: HttpOperation,
        question: Question,
        answer: Answer,
        documents: list[Any],
        missing: frozenset[str],
    ) -> Records | Malformed:
        """The documents as records; a field that a missing detail feeds is a defect."""
        mapping, today = operation.mapping, self.today()
        unread = frozenset().union(*(mapping.fields_using(name) for name in missing))
        records: list[Record] = []
        for document in documents:
            record = mapping.record(document, question.fields, today)
            if isinstance(record, Unusable):
                return record.malformed(question.operation)
            records.append(_with_defects(record, unread & question.fields))
        return Records(tuple(records), operation.moment(answer))

    def today(self) -> date:
        """Today at this clock."""
        return self.clock().date()


_OK = 200
_UNAUTHORISED = 401


def _keys(record: Record) -> dict[str, str]:
    keys = {identifier.scheme: identifier.value for identifier in reversed(record.identifiers)}
    return keys if record.record_id is None else {**keys, "record_id": record.record_id}


def _with_defects(record: Record, fields: frozenset[str]) -> Record:
    if not fields:
        return record
    return replace(record, defects=tuple(sorted({*record.defects, *fields})))


@dataclass(frozen=True, slots=True)
class Wire:
    """How a source is reached: what carries its requests, its login, and where it may go.

    Without a `signer`, as where a manifest is only checked, requests are not signed.
    """

    transport: Transport
    login: Login
    egress: Egress
    signer: Signer | None = None


def source_over(manifest: Manifest, dialect: Dialect, wire: Wire, clock: WallClock) -> HttpSource:
    """The source of a checked manifest, reached by `wire`."""
    language = language_of(manifest)
    return HttpSource(
        transport=wire.transport,
        egress=wire.egress,
        login=wire.login,
        base_url=manifest.source.base_url or "",
        headers=manifest.source.headers,
        limits=manifest.limits,
        operations={
            one.name: HttpOperation.of(manifest, one, language) for one in manifest.operation
        },
        dialect=dialect,
        clock=clock,
        signer=wire.signer,
    )
