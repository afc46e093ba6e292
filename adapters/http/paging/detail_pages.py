"""The list of one detail, page by page: to its end, or told as cut."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from adapters.contract.contract import Failure, Malformed, Refused, Unavailable
from adapters.contract.frozen import replace
from adapters.contract.turns import in_turn
from adapters.http.dialect import Dialect, told_beside
from adapters.http.json_records import said_twice
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.paging.page_style import NextPage, NoCursor, next_address
from adapters.http.verdict import Answer
from adapters.mapping.beside.told import ToldBeside
from adapters.network.egress import Egress, EgressRefused
from adapters.network.http_request import HttpRequest

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class DetailItems:
    """What a detail holds; `cut` if there is more of it, or may be, as after a failure."""

    items: list[Any]
    cut: bool


@dataclass(frozen=True, slots=True)
class DetailAsked:
    """One detail of one record: what its address needs, at whose pace, and on whose behalf.

    `operation` is the one that found the record.
    """

    operation: HttpOperation
    detail: HttpDetail
    given: Mapping[str, str]
    pace: Callable[[], Awaitable[bool]]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Page:
    """The page that was read last, and all items and addresses up to it.

    `doubted` if one of them says itself that it failed, or did not look everywhere, or if the list
    moved.
    """

    answer: Answer
    beside: ToldBeside
    own: list[Any]
    items: list[Any]
    urls: tuple[str, ...]
    doubted: bool

    def turned(self, later: Self, url: str, *, moved: bool) -> "_Page":
        items, doubted = [*self.items, *later.own], self.doubted or later.doubted or moved
        return replace(later, items=items, urls=(*self.urls, url), doubted=doubted)


@dataclass(frozen=True, slots=True)
class DetailPages:
    """Reads details under `base_url`, until `until` on the loop's clock."""

    dialect: Dialect
    egress: Egress
    base_url: str
    send: Callable[[HttpRequest], Awaitable[Answer | Failure]]
    until: float

    async def read(self, asked: DetailAsked) -> DetailItems | None:
        """Its items; None where not even its first page could be read."""
        url = asked.detail.url(self.base_url, asked.given, asked.detail.paging.first())
        page = None if url is None else await self._page(asked, url)
        if page is None:
            return None
        while (url := self._next(asked, page)) is not None:
            later = await self._page(asked, url)
            # The same page again, whatever was asked for: what is behind it nobody can tell.
            if later is None or (later.own and later.own == page.own):
                return DetailItems(page.items, cut=True)
            moved = asked.detail.paging.has_moved(page.items, later.own)
            page = page.turned(later, url, moved=moved)
        return DetailItems(page.items, cut=page.doubted or self._goes_on(asked, page))

    async def _page(self, asked: DetailAsked, url: str) -> _Page | None:
        try:
            async with asyncio.timeout_at(self.until):
                if not await asked.pace():
                    return None
                answer = await self.send(HttpRequest(url, headers=asked.headers))
        except TimeoutError:
            return None
        if isinstance(answer, Refused | Unavailable | Malformed):
            return None
        usable = answer.failure is None and answer.status == _OK
        items = None
        if usable:
            items = await in_turn(answer.length, lambda: self.dialect.items(answer, asked.detail))
        if items is None:
            return None
        beside = told_beside(answer, items)
        marks = asked.operation.operation.says_who_is_restricted
        twice = (not items or marks) and said_twice(answer) is not None
        if twice and marks:
            return None
        doubted = twice or self.dialect.doubts(answer, asked.operation, beside)
        return _Page(answer, beside, items, items, (url,), doubted)

    def _next(self, asked: DetailAsked, page: _Page) -> str | None:
        step, paging = self._step(asked, page), asked.detail.paging
        if not isinstance(step, NextPage) or paging.is_last(len(page.urls)):
            return None
        if step.url is None:
            url = asked.detail.url(self.base_url, asked.given, step.turn or {})
        else:
            url = next_address(step.url, page.urls[-1], self.base_url)
        return url if url is not None and url not in page.urls and self._allowed(url) else None

    def _step(self, asked: DetailAsked, page: _Page) -> NextPage | NoCursor | Malformed | None:
        number, received = len(page.urls), len(page.items)
        over = self.dialect.more(page.answer, page.beside, received) is False
        return asked.detail.paging.after(page.answer, number, received, len(page.own), over=over)

    def _goes_on(self, asked: DetailAsked, page: _Page) -> bool:
        # A next page that is named and was not read is more, by whatever name.
        more = self.dialect.more(page.answer, page.beside, len(page.items))
        return more is True or self._step(asked, page) is not None

    def _allowed(self, url: str) -> bool:
        try:
            self.egress.check(url, "the next page")
        except EgressRefused:
            return False
        return True
