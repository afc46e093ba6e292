"""The further pages of an answer, each asked for at the source's pace; none is left out unsaid."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.contract import (
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    Refused,
    TooMany,
    Unavailable,
    Unread,
)
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.turns import in_turn
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.operation import HttpOperation, RestrictedReply
from adapters.http.paging.page_style import NextPage, NoCursor, next_address
from adapters.http.request import RequestParts
from adapters.http.verdict import Answer
from adapters.network.egress import Egress, EgressRefused
from adapters.network.http_request import HttpRequest

_OUR_LIMIT: Final = Unavailable(Fault.LIMIT)
_LATE: Final = Unavailable(Fault.TIMED_OUT)
_ELSEWHERE: Final = Malformed("page")
_AGAIN: Final = Malformed("repeated")

Found = FoundDocuments | RestrictedReply | TooMany | Failure


@plainly_made
@dataclass(frozen=True, slots=True)
class ReadPage:
    """The page that was read last, what is on it, how it was asked for, and all requests so far."""

    operation: HttpOperation
    asking: RequestParts
    request: HttpRequest
    answer: Answer
    found: FoundDocuments
    number: int = 1
    seen: frozenset[tuple[str, bytes | None]] = frozenset()

    def asked(self) -> "ReadPage":
        """The same, its own request counted among all so far."""
        return replace(self, seen=frozenset({(self.request.url, self.request.body)}))

    def turned(self, request: HttpRequest, answer: Answer, found: FoundDocuments) -> "ReadPage":
        """The next one."""
        seen = self.seen | {(request.url, request.body)}
        return replace(
            self, request=request, answer=answer, found=found, number=self.number + 1, seen=seen
        )


@plainly_made
@dataclass(frozen=True, slots=True)
class Pages:
    """Turns pages until `until`: `send` and `later` as the source's own, `most` records at most.

    `later` reads a page after the first: what means absence there is only the end of the list.
    """

    dialect: Dialect
    egress: Egress
    most: int
    send: Callable[[HttpRequest], Awaitable[Answer | Failure]]
    later: Callable[[HttpOperation, Answer], Found]
    until: float

    async def all(
        self, page: ReadPage, pace: Callable[[], Awaitable[bool]]
    ) -> FoundDocuments | RestrictedReply | TooMany | MoreNeeded | Failure:
        """What is on `page`, the first, and on all others; `more` if one could not be read.

        Where nothing was found before that, the failure itself.
        """
        found = page.found
        while not self._enough(page.operation, found):
            request = self._next(page, len(found.documents))
            if request is None:
                break
            read = await self._read(page, request, pace)
            if isinstance(read, RestrictedReply):
                return read
            if not isinstance(read, ReadPage):
                return _without(found, read) if found.documents else read
            moved = page.operation.paging.has_moved(found.documents, read.found.documents)
            found = _joined(found, read.found, moved=moved)
            page = read
        return self._ended(page, found)

    async def _read(
        self,
        page: ReadPage,
        request: HttpRequest | TooMany | MoreNeeded | Malformed,
        pace: Callable[[], Awaitable[bool]],
    ) -> ReadPage | RestrictedReply | TooMany | MoreNeeded | Failure:
        if not isinstance(request, HttpRequest):
            return request
        try:
            async with asyncio.timeout_at(self.until):
                answer = await self.send(request) if await pace() else _OUR_LIMIT
        except TimeoutError:
            return _LATE
        if isinstance(answer, Refused | Unavailable | Malformed):
            return answer
        found = await in_turn(answer.length, lambda: self.later(page.operation, answer))
        if not isinstance(found, FoundDocuments):
            return found
        # The same page again, whatever was asked for: what is behind it nobody can tell.
        same = bool(found.documents) and found.documents == page.found.documents
        return _AGAIN if same else page.turned(request, answer, found)

    def _enough(self, operation: HttpOperation, found: FoundDocuments) -> bool:
        received = len(found.documents)
        counts = operation.total is not None and operation.paging.counts
        return received > self.most or (counts and received >= (found.total or 0))

    def _ended(self, page: ReadPage, found: FoundDocuments) -> FoundDocuments:
        """All pages, and whether the last one says that there are more still."""
        if not page.operation.paging.turns:
            return found
        more = self._said_of_more(page, len(found.documents))
        unsaid = isinstance(self._step(page, len(found.documents)), NoCursor)
        led_on_from_nothing = page.number > 1 and not found.documents
        cut = more is True or (unsaid and more is None) or led_on_from_nothing
        return replace(found, more=found.more or cut)

    def _said_of_more(self, page: ReadPage, received: int) -> bool | None:
        # Where the manifest counts, no other number of the answer does.
        counted = received if page.operation.total is None else sys.maxsize
        said = self.dialect.more(page.answer, page.found.beside, counted)
        return None if said is False and page.operation.total is not None else said

    def _step(self, page: ReadPage, received: int) -> NextPage | NoCursor | Malformed | None:
        on_page, more = len(page.found.documents), self._said_of_more(page, received)
        paging = page.operation.paging
        return paging.after(page.answer, page.number, received, on_page, over=more is False)

    def _next(
        self, page: ReadPage, received: int
    ) -> HttpRequest | TooMany | MoreNeeded | Malformed | None:
        if not page.operation.paging.turns:
            return None
        step = self._step(page, received)
        if not isinstance(step, NextPage):
            return None if isinstance(step, NoCursor) else step
        if page.operation.paging.is_last(page.number):
            return TooMany()
        request = self._turn(page, step)
        if isinstance(request, HttpRequest) and (request.url, request.body) in page.seen:
            return _ELSEWHERE  # the agency leads us in a circle
        return request

    def _turn(self, page: ReadPage, step: NextPage) -> HttpRequest | MoreNeeded | Malformed:
        if step.url is None:
            asking = replace(page.asking, turn={**page.asking.turn, **(step.turn or {})})
            return self.dialect.request(page.operation, asking)
        url = next_address(step.url, page.request.url, page.asking.base_url)
        if url is None:
            return _ELSEWHERE
        try:
            self.egress.check(url, "the next page")
        except EgressRefused:
            return _ELSEWHERE
        return HttpRequest(url, headers=page.asking.headers)


def _joined(before: FoundDocuments, page: FoundDocuments, *, moved: bool) -> FoundDocuments:
    again = moved or before.unread is Unread.REPEATED
    return replace(
        page,
        documents=[*before.documents, *page.documents],
        more=page.more or again,
        unread=Unread.REPEATED if again else None,
        partial=before.partial or page.partial,
    )


def _without(found: FoundDocuments, read: TooMany | MoreNeeded | Failure) -> FoundDocuments:
    """What was found, without the page that came to `read`."""
    why = _UNREAD.get(read, Unread.FAILED) if isinstance(read, Malformed | TooMany) else None
    return replace(found, more=True, unread=why or Unread.FAILED)


_UNREAD: Final[Mapping[Malformed | TooMany, Unread]] = {
    _ELSEWHERE: Unread.ELSEWHERE,
    _AGAIN: Unread.REPEATED,
    TooMany(): Unread.PAGES,
}
