"""A source over HTTP, of any kind: ask once, judge, map; every failure is a Reply."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
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
    Unread,
    WallClock,
)
from adapters.contract.record import Record
from adapters.http.details import DetailedDocuments, DetailReader
from adapters.http.diagnosis import asked_at, undecoded, unread
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.exchange import Transport
from adapters.http.login import Login
from adapters.http.operation import HttpOperation
from adapters.http.paging.detail_pages import DetailPages
from adapters.http.paging.pages import Pages, ReadPage
from adapters.http.request import RequestParts, accepting, numbered, on_behalf_headers
from adapters.http.verdict import Answer
from adapters.manifest.expression_language import language_of
from adapters.manifest.limits import Limits
from adapters.manifest.manifest import Manifest
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
        page = ReadPage(operation, asking, request, answer, first, seen=asked)
        found = await self._to_the_end(page, question, until)
        if not isinstance(found, FoundDocuments):
            return found
        details = DetailReader(
            DetailPages(self.dialect, self.egress, self.base_url, self.send, until)
        )
        own = self.headers_for(question)
        read = await details.detailed(operation, question, own, found.documents, self.today())
        read = replace(read, beside=operation.beside)
        records = self.records(operation, question, answer, read, whole=not found.more)
        return replace(records, unread=found.unread) if isinstance(records, Records) else records

    async def _to_the_end(
        self, page: ReadPage, question: Question, until: float
    ) -> FoundDocuments | NoRecord | TooMany | MoreNeeded | Failure:
        most = self.limits.max_records
        pages = Pages(self.dialect, self.egress, most, self.send, self.later, until)
        found = await pages.all(page, question.pace)
        if isinstance(found, Malformed):
            return unread(found, page.operation, page.answer)
        if not isinstance(found, FoundDocuments):
            return found
        return self.whole(page.operation, page.answer, found)

    def headers_for(self, *questions: Question) -> Mapping[str, str]:
        """The manifest's headers, and on whose behalf it is asked."""
        ours = on_behalf_headers(*(question.on_behalf for question in questions))
        return {**accepting(self.headers, self.dialect.accept), **ours}

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
        if isinstance(verdict, NoRecord) and self.dialect.more(answer, (), 0) is True:
            return replace(verdict, whole=False, unread=Unread.MORE)
        found = self.dialect.find(answer, operation) if verdict is None else verdict
        return unread(found, operation, answer) if isinstance(found, Malformed) else found

    def later(self, operation: HttpOperation, answer: Answer) -> FoundDocuments | TooMany | Failure:
        """The same of a page after the first, where absence only means the end of the list.

        It is the end where pages are counted; where the agency led us on, the page should be there.
        """
        verdict = operation.verdict(answer)
        if not isinstance(verdict, NoRecord):
            return self.dialect.find(answer, operation) if verdict is None else verdict
        if answer.failure is None and answer.status == _OK:
            return self.dialect.find(answer, operation)
        return FoundDocuments([]) if operation.paging.counts else Malformed("status")

    def whole(
        self, operation: HttpOperation, answer: Answer, found: FoundDocuments
    ) -> FoundDocuments | NoRecord | TooMany:
        """`found` if it is not too much; `more` where it is not all that the agency has."""
        received = len(found.documents)
        short = (found.total or 0) > received
        if received > self.limits.max_records or (short and not received):
            return TooMany()
        more = found.more or short or self._says_more(operation, answer, found)
        unread = (found.unread or Unread.MORE) if more else None
        if not received:
            return NoRecord(operation.moment(answer), not more, unread)
        return replace(found, more=more, unread=unread)

    def _says_more(self, operation: HttpOperation, answer: Answer, found: FoundDocuments) -> bool:
        # What a manifest that counts or turns pages reads itself has been heeded already.
        if operation.paging.turns or operation.total is not None:
            return False
        return self.dialect.more(answer, found.documents, len(found.documents)) is True

    def records(
        self,
        operation: HttpOperation,
        question: Question,
        answer: Answer,
        read: DetailedDocuments,
        *,
        whole: bool,
    ) -> Records | Malformed:
        """The documents as records; a field that a missing detail feeds is a defect."""
        mapping, fields, today = operation.mapping, question.fields, self.today()
        records: list[Record] = []
        for document in read.documents:
            record = mapping.record(document, fields, today)
            if isinstance(record, Unusable):
                return record.malformed(question.operation)
            records.append(read.lacking(record, document, mapping, fields))
        return Records(tuple(records), operation.moment(answer), whole)

    def today(self) -> date:
        """Today at this clock."""
        return self.clock().date()


_OK = 200
_UNAUTHORISED = 401


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
