"""A source over HTTP, of any kind: ask once, judge, map; every failure is a Reply."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self
from uuid import uuid4

from adapters.contract.contract import (
    FAILURES,
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Reply,
    TooMany,
    Unavailable,
    WallClock,
)
from adapters.contract.frozen import plainly_made
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.time_limit import TimeLimit
from adapters.contract.turns import UNKNOWN, in_turn, is_short
from adapters.http.answer_reader import AnswerReader
from adapters.http.details import DetailedDocuments, DetailReader, with_what_is_beside
from adapters.http.diagnosis import asked_at, unread
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.login import Login
from adapters.http.operation import HttpOperation, RestrictedReply
from adapters.http.paging.detail_pages import DetailPages
from adapters.http.paging.pages import Pages, ReadPage
from adapters.http.request import (
    REQUEST_ID,
    PageParameters,
    RequestParts,
    accepting,
    numbered,
    on_behalf_headers,
)
from adapters.http.verdict import Answer
from adapters.manifest.expression_language import language_of
from adapters.manifest.limits import Limits
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from adapters.network.signature import Signer


def _random_id() -> str:
    return str(uuid4())


_NO_TURN: Final[PageParameters] = {}
_FOR_DETAILS: Final = 0.95  # of the time given; the rest is for answering without them


@plainly_made
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
    signed_together: bool = False
    reader: AnswerReader = field(init=False, repr=False, compare=False)
    standing: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready what its answers are read by, and the headers of every request."""
        reader = AnswerReader(self.dialect, self.clock, self.limits.max_records)
        object.__setattr__(self, "reader", reader)
        object.__setattr__(self, "standing", accepting(self.headers, self.dialect.accept))

    async def ask(self, question: Question) -> Reply:
        """Ask once, within the question's time."""
        try:
            with TimeLimit(question.timeout_s):
                reply = await self._ask(question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)
        failed = isinstance(reply, FAILURES)
        return asked_at(reply, f"operation.{question.operation}") if failed else reply

    async def aclose(self) -> None:
        """Close every connection."""
        await self.login.aclose()
        await self.transport.aclose()

    async def _ask(self, question: Question) -> Reply:
        until = asyncio.get_running_loop().time() + question.timeout_s * _FOR_DETAILS
        operation = self.operations[question.operation]
        headers = {**self.standing, **on_behalf_headers(question.on_behalf)}
        paging = operation.paging
        turn = _NO_TURN if paging.page.style == "none" else paging.first()
        asking = RequestParts(self.base_url, question.given, headers, turn)
        request = self._request(operation, asking)
        if isinstance(request, MoreNeeded):
            return request
        sending = Sending.of(question, operation)
        sent = await self._sent(request, sending)
        if not isinstance(sent, HttpAnswer):
            return sent
        asked = (operation, question, sent, sending)
        # One turn: several for one answer would have what was read of it wait between them.
        if is_short(len(sent.body)):
            first = self._first(*asked)
        else:
            first = await in_turn(len(sent.body), lambda: self._first(*asked))
        if not isinstance(first, _FirstPage):
            return first
        page = ReadPage(operation, asking, request, first.answer, first.found)
        return await self._further(page, question, until)

    def _first(
        self, operation: HttpOperation, question: Question, sent: HttpAnswer, sending: "Sending"
    ) -> "Reply | _FirstPage":
        """The reply, if nothing more is to be asked for; what the first answer has, if there is."""
        answer = self.reader.judged(sent, sending.reads)
        if isinstance(answer, FAILURES):
            return answer
        found = self.reader.found(operation, answer)
        further = operation.details or operation.paging.page.style != "none"
        if further and isinstance(found, FoundDocuments):
            return _FirstPage(answer, found)
        return self.reader.replied(operation, question, answer, found)

    async def _further(self, page: ReadPage, question: Question, until: float) -> Reply:
        operation, answer = page.operation, page.answer
        found = await self._to_the_end(page, question, until)
        if not isinstance(found, FoundDocuments):
            to_tell = (operation, question, answer, found)
            return await in_turn(answer.length, lambda: self.reader.without(*to_tell))
        headers, documents = page.asking.headers, found.documents
        read = await self._detailed(operation, question, headers, documents, until)
        to_map = (operation, question, answer, found, read)
        return await in_turn(UNKNOWN, lambda: self.reader.mapped(*to_map))

    def _request(self, operation: HttpOperation, asking: RequestParts) -> HttpRequest | MoreNeeded:
        template = operation.address
        if template is not None and not asking.turn:
            address = template.filled(asking.base_url, asking.given)
            if address is not None:
                return HttpRequest(address, headers=asking.headers)
        return self.dialect.request(operation, asking)

    async def _to_the_end(
        self, page: ReadPage, question: Question, until: float
    ) -> FoundDocuments | RestrictedReply | NoRecord | TooMany | MoreNeeded | Failure:
        found: FoundDocuments | RestrictedReply | NoRecord | TooMany | MoreNeeded | Failure
        found = page.found
        if page.operation.paging.turns:
            most, send = self.limits.max_records, self._by(Sending.of(question, page.operation))
            pages = Pages(self.dialect, self.egress, most, send, self.reader.later, until)
            found = await pages.all(page.asked(), question.pace)
        if isinstance(found, Malformed):
            return unread(found, page.operation, page.answer)
        if not isinstance(found, FoundDocuments):
            return found
        return await in_turn(
            page.answer.length, lambda: self.reader.whole(page.operation, page.answer, found)
        )

    async def _detailed(
        self,
        operation: HttpOperation,
        question: Question,
        headers: Mapping[str, str],
        documents: list[Any],
        until: float,
    ) -> DetailedDocuments:
        read = DetailedDocuments(documents)
        if operation.details:
            send = self._by(Sending.of(question))
            pages = DetailPages(self.dialect, self.egress, self.base_url, send, until)
            details = DetailReader(pages)
            asked = (operation, question, headers, documents)
            read = await details.detailed(*asked, self.today())
        return with_what_is_beside(operation, read)

    def headers_for(self, *questions: Question) -> Mapping[str, str]:
        """The manifest's headers, and on whose behalf it is asked."""
        ours = on_behalf_headers(*[question.on_behalf for question in questions])
        return {**self.standing, **ours}

    async def send(self, request: HttpRequest, sending: "Sending") -> Answer | Failure:
        """Log in, sign, send and judge; once more where a token was refused that may be old."""
        sent = await self._sent(request, sending)
        if not isinstance(sent, HttpAnswer):
            return sent
        return await in_turn(len(sent.body), lambda: self.reader.judged(sent, sending.reads))

    def _by(self, sending: "Sending") -> Callable[[HttpRequest], Awaitable[Answer | Failure]]:
        return lambda request: self.send(request, sending)

    async def _sent(self, request: HttpRequest, sending: "Sending") -> HttpAnswer | Failure:
        login = await self.login.headers()
        if isinstance(login, FAILURES):
            return asked_at(login, "auth.token_url")
        # No name for it here: it would be held until its answer comes.
        answer = await self.transport.send(await self._whole(request, login))
        if not isinstance(answer, HttpAnswer) or answer.status != _UNAUTHORISED:
            return answer
        if not (self.login.rejected(login) and sending.may_resend and await sending.pace()):
            return answer
        anew = await self.login.headers()
        if not isinstance(anew, Mapping):
            return asked_at(anew, "auth.token_url")
        again = await self.transport.send(await self._whole(request, anew))
        if isinstance(again, HttpAnswer) and again.status == _UNAUTHORISED:
            self.login.rejected(anew)
        return again

    async def _whole(self, request: HttpRequest, login: Mapping[str, str]) -> HttpRequest:
        """The request with its id and login, signed."""
        whole, signer = request, self.signer
        if login or REQUEST_ID in "\n".join(request.headers.values()):
            whole = request.with_headers({**numbered(request.headers, self.new_id), **login})
        if signer is None:
            return whole
        together = self.signed_together
        return await signer.signed_together(whole) if together else signer.signed(whole)

    def today(self) -> date:
        """Today at this clock."""
        return self.clock().date()


_UNAUTHORISED = 401


@plainly_made
@dataclass(frozen=True, slots=True)
class _FirstPage:
    """What the first answer has, before further pages or details are asked for."""

    answer: Answer
    found: FoundDocuments


@plainly_made
@dataclass(frozen=True, slots=True)
class Sending:
    """What a request may do besides: be sent again with a new login, at the source's pace.

    `reads` is the operation whose `restricted_reply` may be in the body of a refusal.
    """

    pace: Callable[[], Awaitable[bool]]
    may_resend: bool = False
    reads: HttpOperation | None = None

    @classmethod
    def of(cls, question: Question, operation: HttpOperation | None = None) -> Self:
        """For a request of `question`."""
        reads = operation if operation is not None and operation.restricted_reply else None
        return cls(question.pace, question.may_resend, reads)


@plainly_made
@dataclass(frozen=True, slots=True)
class Wire:
    """How a source is reached: what carries its requests, its login, and where it may go.

    Without a `signer`, as where a manifest is only checked, requests are not signed.
    """

    transport: Transport
    login: Login
    egress: Egress
    signer: Signer | None = None


def source_over(
    manifest: Manifest,
    dialect: Dialect,
    wire: Wire,
    clock: WallClock,
    paths: Paths = COMPILED,
) -> HttpSource:
    """The source of a checked manifest, reached by `wire`; `paths` is how it may be read."""
    language = language_of(manifest)
    return HttpSource(
        transport=wire.transport,
        egress=wire.egress,
        login=wire.login,
        base_url=manifest.source.base_url or "",
        headers=manifest.source.headers,
        limits=manifest.limits,
        operations={
            one.name: HttpOperation.of(manifest, one, language, paths) for one in manifest.operation
        },
        dialect=dialect,
        clock=clock,
        signer=wire.signer,
        signed_together=manifest.source.signature == "together",
    )
