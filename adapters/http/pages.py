"""The further pages of an answer, each asked for at the source's pace; none is left out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from adapters.contract.contract import (
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Refused,
    TooMany,
    Unavailable,
)
from adapters.http.dialect import Dialect, FoundDocuments
from adapters.http.operation import HttpOperation
from adapters.http.paging import NextPage, next_address
from adapters.http.request import RequestParts
from adapters.http.verdict import Answer
from adapters.network.egress import Egress, EgressRefused
from adapters.network.http_request import HttpRequest

_OUR_LIMIT: Final = Unavailable(Fault.LIMIT)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The page that was read last, how it was asked for, and every request so far."""

    operation: HttpOperation
    asking: RequestParts
    request: HttpRequest
    answer: Answer
    size: int
    number: int = 1
    seen: frozenset[tuple[str, bytes | None]] = frozenset()

    def turned(self, request: HttpRequest, answer: Answer, size: int) -> "ReadPage":
        """The next one."""
        seen = self.seen | {(request.url, request.body)}
        return replace(
            self, request=request, answer=answer, size=size, number=self.number + 1, seen=seen
        )


@dataclass(frozen=True, slots=True)
class Pages:
    """Turns pages: `send` and `found` as the source's own, `most` records at the most."""

    dialect: Dialect
    egress: Egress
    most: int
    send: Callable[[HttpRequest], Awaitable[Answer | Failure]]
    found: Callable[[HttpOperation, Answer], FoundDocuments | NoRecord | TooMany | Failure]

    async def all(
        self, page: ReadPage, pace: Callable[[], Awaitable[bool]], found: FoundDocuments
    ) -> FoundDocuments | NoRecord | TooMany | MoreNeeded | Failure:
        """`found` on the first page and all that is on the others, or why they are not had."""
        while not self._enough(page.operation, found):
            request = self._next(page, len(found.documents))
            if request is None:
                return found
            if not isinstance(request, HttpRequest):
                return request
            answer = await self.send(request) if await pace() else _OUR_LIMIT
            if isinstance(answer, Refused | Unavailable | Malformed):
                return answer
            more = self.found(page.operation, answer)
            if not isinstance(more, FoundDocuments):
                return more
            found = FoundDocuments([*found.documents, *more.documents], more.total, more.more)
            page = page.turned(request, answer, len(more.documents))
        return found

    def _enough(self, operation: HttpOperation, found: FoundDocuments) -> bool:
        received = len(found.documents)
        counts = operation.total is not None and operation.paging.counts
        return received > self.most or (counts and received >= (found.total or 0))

    def _next(
        self, page: ReadPage, received: int
    ) -> HttpRequest | TooMany | MoreNeeded | Malformed | None:
        paging = page.operation.paging
        step = paging.after(page.answer, page.number, received, page.size)
        if not isinstance(step, NextPage):
            return step
        if page.number == paging.page.max_pages:
            return TooMany()
        request = self._turn(page, step)
        if isinstance(request, HttpRequest) and (request.url, request.body) in page.seen:
            return Malformed("page")  # the agency leads us in a circle
        return request

    def _turn(self, page: ReadPage, step: NextPage) -> HttpRequest | MoreNeeded | Malformed:
        if step.url is None:
            asking = replace(page.asking, turn={**page.asking.turn, **(step.turn or {})})
            return self.dialect.request(page.operation, asking)
        url = next_address(step.url, page.request.url, page.asking.base_url)
        if url is None:
            return Malformed("page")
        try:
            self.egress.check(url, "the next page")
        except EgressRefused:
            return Malformed("page")
        return HttpRequest(url, headers=page.asking.headers)
