"""A source over HTTP, of any kind: ask once, judge, map; every failure is a Reply."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import aiohttp

from adapters.contract import (
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
)
from adapters.conversion import LIST_CAP
from adapters.http_exchange import HttpRequest, exchange
from adapters.http_judgement import JsonAnswer, judge
from adapters.http_operation import HttpDetail, HttpOperation
from adapters.http_request import on_behalf_headers, request_for, url_for
from adapters.login import Clock, Login
from adapters.manifest import Limits
from adapters.mapping import Unusable
from adapters.record import Record

_FOR_DETAILS: Final = 0.95  # of the time given; the rest is for answering without them


@dataclass(frozen=True, slots=True)
class Found:
    """The documents of an answer; `total` is what the agency says it has, `more` another page."""

    documents: list[Any]
    total: int | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one HTTP kind knows: what to accept, and where an answer has its documents."""

    accept: str
    find: Callable[[JsonAnswer, HttpOperation], Found | Malformed]
    items: Callable[[JsonAnswer, HttpDetail], list[Any] | None]


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A source whose operations are HTTP requests."""

    session: aiohttp.ClientSession
    login: Login
    base_url: str
    headers: Mapping[str, str]
    limits: Limits
    operations: Mapping[str, HttpOperation]
    dialect: Dialect
    clock: Clock

    async def ask(self, question: Question) -> Reply:
        """Ask once, within the question's time."""
        try:
            async with asyncio.timeout(question.timeout_s):
                return await self._ask(question)
        except TimeoutError:
            return Unavailable(Fault.TIMED_OUT)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.login.aclose()
        await self.session.close()

    async def _ask(self, question: Question) -> Reply:
        until = asyncio.get_running_loop().time() + question.timeout_s * _FOR_DETAILS
        operation = self.operations[question.operation]
        headers = self._headers(question)
        request = request_for(self.base_url, operation.operation, question.given, headers)
        if isinstance(request, MoreNeeded):
            return request
        answer = await self._send(request)
        if not isinstance(answer, JsonAnswer):
            return answer
        found = self._found(operation, answer)
        if not isinstance(found, Found):
            return found
        documents, missing = await self._detailed(operation, question, found.documents, until)
        return self._records(operation, question, answer, documents, missing)

    def _headers(self, question: Question) -> Mapping[str, str]:
        ours = on_behalf_headers(question.on_behalf)
        return {**self.headers, "Accept": self.dialect.accept, **ours}

    async def _send(self, request: HttpRequest) -> JsonAnswer | Refused | Unavailable | Malformed:
        login = await self.login.headers()
        if isinstance(login, Refused | Unavailable | Malformed):
            return login
        signed = replace(request, headers={**request.headers, **login})
        answer = await exchange(self.session, signed, self.limits.max_body)
        if isinstance(answer, Unavailable | Malformed):
            return answer
        if answer.status == _UNAUTHORISED:
            self.login.rejected()
        return judge(answer, self.clock())

    def _found(
        self, operation: HttpOperation, answer: JsonAnswer
    ) -> Found | NoRecord | TooMany | Malformed:
        verdict = operation.verdict(answer)
        if verdict is not None:
            return verdict
        found = self.dialect.find(answer, operation)
        if isinstance(found, Malformed):
            return found
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
        record = operation.mapping.record(documents[0], frozenset(), self._today())
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
                answer = await self._send(HttpRequest(url, headers=self._headers(question)))
        except TimeoutError:
            return None
        if not isinstance(answer, JsonAnswer) or answer.status != _OK:
            return None
        items = self.dialect.items(answer, detail)
        return items if items is not None and len(items) <= LIST_CAP else None

    def _records(
        self,
        operation: HttpOperation,
        question: Question,
        answer: JsonAnswer,
        documents: list[Any],
        missing: frozenset[str],
    ) -> Records | Malformed:
        mapping, today = operation.mapping, self._today()
        unread = frozenset().union(*(mapping.fields_using(name) for name in missing))
        records: list[Record] = []
        for document in documents:
            record = mapping.record(document, question.fields, today)
            if isinstance(record, Unusable):
                return Malformed(record.rule)
            records.append(_with_defects(record, unread & question.fields))
        return Records(tuple(records), operation.moment(answer))

    def _today(self) -> date:
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
