"""GraphQL over HTTP: a response leaves only when what it says is in the log.

Follows GraphQL over HTTP for POST, and the incremental delivery draft for @defer and
@stream as multipart/mixed. A GET is never a question: details of a child never stand in a URL.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final, TypeVar

import orjson
from graphql import ExecutionResult, GraphQLError
from graphql.execution import (
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html

from gateway.config.settings import Settings
from gateway.http.challenge import challenge
from gateway.http.delivery import PartsFormat, Patches
from gateway.http.pipeline import Pipeline, Started
from gateway.http.request import MULTIPART, RESPONSE_JSON, Accepts, accepts, read
from gateway.model import events
from gateway.model.errors import (
    AskDifferently,
    LimitReached,
    NotAllowed,
    NotYetAvailable,
    SignIn,
    TeamAroundError,
    TryLater,
)
from gateway.questions.prepare import Request

STATUS: Final[Mapping[type[TeamAroundError], int]] = {
    SignIn: 401,
    NotAllowed: 403,
    AskDifferently: 400,
    LimitReached: 429,
    TryLater: 503,
    NotYetAvailable: 501,
}
STATUS_OF_CODE: Final = {
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "BODY_TOO_LARGE": 413,
    "MEDIA_TYPE_UNSUPPORTED": 415,
}
_BEFORE_GRAPHQL: Final = frozenset({*STATUS_OF_CODE, "BODY_INVALID"})
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_IDE: Final = {"Content-Security-Policy": "frame-ancestors 'none'"}  # its scripts are elsewhere
_PART: Final = b"Content-Type: application/json; charset=utf-8"
_CLIENT_CLOSED: Final = 499
_PARTIAL_SUCCESS: Final = 294  # GraphQL over HTTP, edition of September 2026
_INTERNAL: Final = {
    "message": "the gateway failed here; its own log says more",
    "extensions": {"code": "INTERNAL"},
}

Result = ExecutionResult | ExperimentalIncrementalExecutionResults
T = TypeVar("T")


class Endpoint:
    """The GraphQL endpoint: reads, starts, executes, and delivers within its places."""

    def __init__(self, pipeline: Pipeline, settings: Settings) -> None:
        self._pipeline = pipeline
        self._for_developers = settings.environment == "development"
        self._public_url = settings.server.public_url
        self._max_body = settings.questions.max_body
        self._places = settings.questions.under_way

    async def respond(self, request: HttpRequest) -> Response:
        """Answer one HTTP request; every failure is a response, none says what was in it."""
        wanted = Accepts(RESPONSE_JSON, parts=None)
        try:
            if request.method != "POST":
                return self._page(request)
            wanted = accepts(request.headers.get("accept"))
            asked = await read(request, self._max_body, in_parts=wanted.parts is not None)
            return await _unless_gone(request, self._answer(asked, wanted))
        except ClientDisconnect:
            return Response(status_code=_CLIENT_CLOSED)
        except TeamAroundError as error:
            refusal = _refusal(error, wanted)
            if isinstance(error, SignIn):
                challenge(refusal, error, request.headers.get("authorization"), self._public_url)
            return refusal
        except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
            events.failed(bug)
            return _json({"errors": [_INTERNAL]}, 500, wanted)

    def _page(self, request: HttpRequest) -> Response:
        html = "text/html" in request.headers.get("accept", "")
        if html and self._for_developers:
            return HTMLResponse(get_graphql_ide_html(), headers={**_HEADERS, **_IDE})
        raise AskDifferently("METHOD_NOT_ALLOWED", "ask by POST: a URL must hold no question")

    async def _answer(self, asked: Request, wanted: Accepts) -> Response:
        if not self._places:
            raise TryLater("BUSY", "the gateway is fully used; ask again in a moment")
        self._places -= 1
        started: Started | None = None
        handed_over = False
        try:
            started = await self._pipeline.start(asked)
            result = await self._execute(asked, started)
            if isinstance(result, ExperimentalIncrementalExecutionResults):
                handed_over = True
                return self._in_parts(result, started, wanted.parts or PartsFormat.BY_PATH)
            return await _whole(result, started, wanted)
        finally:
            if not handed_over:
                await self._end(started)

    async def _end(self, started: Started | None) -> None:
        self._places += 1
        if started is not None:
            await started.stop()

    async def _execute(self, asked: Request, started: Started) -> Result:
        write = started.document.operation(asked.operation_name).write
        if write is not None:
            with suppress(Exception):  # what cannot be written, graphql-core says in its own way
                return ExecutionResult(await write(started.context.answerings))
        executed = experimental_execute_incrementally(
            self._pipeline.schema,
            started.document.node,
            context_value=started.context,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        return await executed if isinstance(executed, Awaitable) else executed

    def _in_parts(
        self,
        result: ExperimentalIncrementalExecutionResults,
        started: Started,
        dialect: PartsFormat,
    ) -> StreamingResponse:
        told = Patches().of if dialect is PartsFormat.BY_PATH else dict

        async def parts() -> AsyncGenerator[bytes, None]:
            yield b"\r\n---\r\n"
            try:
                async with aclosing(_payloads(result)) as payloads:
                    async for payload in payloads:
                        await started.declare()
                        yield _part(told(payload))
            except TryLater:
                return  # what cannot be logged does not leave: the stream ends
            except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
                events.failed(bug)

        return InParts(parts(), lambda: self._end(started), dialect)


class InParts(StreamingResponse):
    """A response in parts; `end` is called once it is over, however it ends.

    A reader who takes nothing for `patience_s` seconds is given up, so that none keeps a place.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        end: Callable[[], Awaitable[None]],
        dialect: PartsFormat,
        patience_s: float = 10.0,
    ) -> None:
        media_type = f'{MULTIPART}; boundary="-"; {dialect}'
        super().__init__(parts, media_type=media_type, headers=_HEADERS)
        self._parts = parts
        self._end = end
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send part after part."""

        async def send_soon(message: Message) -> None:
            # Not wait_for: before Python 3.12 it could lose a cancellation.
            async with asyncio.timeout(self._patience_s):
                await send(message)

        try:
            with suppress(TimeoutError):
                await super().__call__(scope, receive, send_soon)
        finally:
            await self._parts.aclose()
            await self._end()


async def _payloads(
    result: ExperimentalIncrementalExecutionResults,
) -> AsyncGenerator[dict[str, Any], None]:
    yield _said(result.initial_result.formatted)
    async with aclosing(result.subsequent_results) as following:
        async for later in following:
            yield _said(later.formatted)


async def _whole(result: ExecutionResult, started: Started, wanted: Accepts) -> Response:
    for error in result.errors or ():
        if isinstance(error.original_error, TryLater):
            raise error.original_error
        _report(error)
    await started.declare()
    status = _PARTIAL_SUCCESS if result.errors and not wanted.legacy else 200
    response = _json(_said(result.formatted), status, wanted)
    causes = [error.original_error for error in result.errors or ()]
    if waits := [cause.retry_after_s for cause in causes if isinstance(cause, LimitReached)]:
        response.headers["Retry-After"] = str(max(waits))
    return response


def _report(error: GraphQLError) -> None:
    if error.original_error and not isinstance(error.original_error, TeamAroundError):
        events.failed(error.original_error)


def _said(payload: Any) -> dict[str, Any]:
    """A payload whose every error is one of ours, or says only that something failed."""
    said = dict(payload)
    if "errors" in said:
        said["errors"] = [_error(error) for error in said["errors"]]
    for name in ("incremental", "completed"):
        if name in said:
            said[name] = [_said(item) for item in said[name]]
    return said


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    known = "code" in (error.get("extensions") or {})
    said = {"message": error["message"], "extensions": error["extensions"]} if known else _INTERNAL
    return {**said, "path": error["path"]} if error.get("path") else dict(said)


def _refusal(error: TeamAroundError, wanted: Accepts) -> Response:
    status = STATUS_OF_CODE.get(error.code, STATUS[type(error)])
    if wanted.legacy and isinstance(error, AskDifferently) and error.code not in _BEFORE_GRAPHQL:
        status = 200
    response = _json({"errors": error.told}, status, wanted)
    if isinstance(error, LimitReached):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, TryLater):
        response.headers["Retry-After"] = "1"
    if error.code == "METHOD_NOT_ALLOWED":
        response.headers["Allow"] = "POST"
    return response


def _json(body: Mapping[str, Any], status: int, wanted: Accepts) -> Response:
    media_type = f"{wanted.media_type}; charset=utf-8"
    return Response(orjson.dumps(body), status, headers=_HEADERS, media_type=media_type)


def _part(payload: Mapping[str, Any]) -> bytes:
    # Its length and the boundary at once: by either a client knows that the part is over.
    body = orjson.dumps(payload)
    boundary = b"---" if payload["hasNext"] else b"-----"
    return b"%b\r\nContent-Length: %d\r\n\r\n%b\r\n%b\r\n" % (_PART, len(body), body, boundary)


async def _unless_gone(request: HttpRequest, work: Awaitable[T]) -> T:
    """The result of `work`, cancelled as soon as the client has gone."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: HttpRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
