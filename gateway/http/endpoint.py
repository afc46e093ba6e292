"""GraphQL over HTTP: a response leaves only when what it says is in the log.

Follows GraphQL over HTTP for POST, and the incremental delivery draft for @defer and @stream as
multipart/mixed or as server-sent events. Who takes no parts gets the whole answer at once. A GET is
never a question: details of a child never stand in a URL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any, Final, TypeVar

from graphql import DocumentNode, ExecutionResult
from graphql.execution import (
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html

from gateway.config.settings import Settings
from gateway.graphql.child.writing import WriteAnswer
from gateway.graphql.documents import DocumentOperation
from gateway.http.challenge import challenge
from gateway.http.connections.refusals import RefusalLog
from gateway.http.errors import HEADERS, INTERNAL, as_json, codes, refusal, refusing, report, said
from gateway.http.framing import Framing
from gateway.http.in_parts import InParts, framed, payloads
from gateway.http.ordering import OrderedParts
from gateway.http.pipeline import Pipeline, Started
from gateway.http.request import RESPONSE_JSON, Accepts, SentHeaders, accepts, read
from gateway.model import events
from gateway.model.errors import (
    AskDifferently,
    LimitReached,
    NotAllowed,
    SignIn,
    TeamAroundError,
    TryLater,
)
from gateway.model.figures import ANSWERED, FAILED, GONE, IN_PARTS, UNCOMPILED
from gateway.model.signed_in import SignedIn, signed_in, tell_gone
from gateway.questions.prepare import Request

_IDE: Final = {"Content-Security-Policy": "frame-ancestors 'none'"}  # its scripts are elsewhere
_CLIENT_CLOSED: Final = 499
_CALLERS: Final = (SignIn, NotAllowed, AskDifferently, LimitReached)  # theirs, not ours
_PARTIAL_SUCCESS: Final = 294  # GraphQL over HTTP, edition of September 2026

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
        self._refused = RefusalLog(events.questions_refused).refused
        self._figures = pipeline.figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request as an ASGI application."""
        response = await self.respond(HttpRequest(scope, receive, send))
        await response(scope, receive, send)

    async def respond(self, request: HttpRequest) -> Response:
        """Answer one HTTP request; every failure is a response, none says what was in it."""
        wanted, sent = Accepts(RESPONSE_JSON, parts=None), SentHeaders(request)
        self._figures.began(sent.only("traceparent"))
        try:
            if request.method != "POST":
                return self._page(sent)
            wanted = accepts(sent.all_of("accept"))
            asked = await read(request, sent, self._max_body)
            answer = self._answer(asked, wanted, signed_in(request.scope))
            answered = await _unless_gone(request, answer)
        except ClientDisconnect:
            self._figures.responded(GONE)
            return Response(status_code=_CLIENT_CLOSED)
        except TeamAroundError as error:
            self._figures.responded(error.code)
            refused = refusal(error, wanted)
            self._refused(error.code)
            if isinstance(error, SignIn):
                challenge(refused, error, sent.only("authorization"), self._public_url)
            return refused
        except Exception as bug:  # noqa: BLE001  whatever it was, its text stays inside
            events.failed(bug)
            self._figures.responded(FAILED)
            return as_json({"errors": [INTERNAL]}, 500, wanted)
        else:
            self._figures.responded(ANSWERED)
            return answered

    def _page(self, sent: SentHeaders) -> Response:
        html = "text/html" in sent.all_of("accept")
        if html and self._for_developers:
            return HTMLResponse(get_graphql_ide_html(), headers={**HEADERS, **_IDE})
        raise AskDifferently("METHOD_NOT_ALLOWED", "ask by POST: a URL must hold no question")

    async def _answer(self, asked: Request, wanted: Accepts, admits: SignedIn) -> Response:
        if not self._places:
            raise TryLater("BUSY", "the gateway is fully used; ask again in a moment")
        self._places -= 1
        self._figures.took_place(1)
        started: Started | None = None
        handed_over = False
        try:
            started = await self._pipeline.start(asked, admits)
            result = await self._delivered(asked, started, wanted)
            if isinstance(result, InParts):
                handed_over = True
                return result
            return await _whole(result, started, wanted, self._refused)
        except Exception as failure:
            if started is not None and not isinstance(failure, _CALLERS):
                await started.charge.give_back()
            raise
        finally:
            if not handed_over:
                await self._end(started)

    async def _end(self, started: Started | None) -> None:
        self._places += 1
        self._figures.took_place(-1)
        if started is not None:
            await started.stop()

    async def _delivered(
        self, asked: Request, started: Started, wanted: Accepts
    ) -> ExecutionResult | InParts:
        """The answer in parts, where the client asks for them and takes them; else whole.

        Also whole where its first part says what must come last, or must not come first.
        """
        operation = started.document.operation(asked.operation_name)
        if started.questions:
            self._count_way(operation, wanted)
        if wanted.parts is None or not operation.deliveries:
            return await self._at_once(asked, started, operation)
        result = await self._execute(asked, started, started.document.node)
        if isinstance(result, ExecutionResult):
            return result
        ordered = OrderedParts(operation.keys_with(asked.variables))
        first = said(result.initial_result.formatted)
        if not ordered.first(first):
            async with aclosing(result.subsequent_results) as rest:
                async for _ in rest:
                    """What it began is brought to its end: it cannot be closed before it starts."""
            return await self._at_once(asked, started, operation)
        await started.declare()  # before a status leaves that says that all is well
        coming = framed(
            payloads(first, result, ordered), wanted.parts, started.declare, self._refused
        )
        return InParts(coming, lambda: self._end(started), wanted.parts)

    def _count_way(self, operation: DocumentOperation, wanted: Accepts) -> None:
        if wanted.parts is not None and operation.deliveries:
            self._figures.writes(IN_PARTS)
        else:
            self._figures.writes(None if self._writer(operation) else UNCOMPILED)

    def _writer(self, operation: DocumentOperation) -> WriteAnswer | None:
        return operation.write if self._pipeline.paths.compiled else None

    async def _at_once(
        self, asked: Request, started: Started, operation: DocumentOperation
    ) -> ExecutionResult:
        write = self._writer(operation)
        if write is not None:
            try:
                return ExecutionResult(await write(started.context.answerings))
            except Exception:  # noqa: BLE001  what cannot be written, graphql-core says its own way
                self._figures.wrote_again()
        result = await self._execute(asked, started, started.document.whole)
        if isinstance(result, ExecutionResult):
            return result
        raise TypeError("a document without @defer and @stream came in parts")

    async def _execute(self, asked: Request, started: Started, document: DocumentNode) -> Result:
        execute = partial(
            experimental_execute_incrementally,
            self._pipeline.schema,
            document,
            context_value=started.context,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        if started.document.operation(asked.operation_name).of_schema:
            # It is told in one go of thirty milliseconds, in which others are to be served.
            executed = await asyncio.to_thread(execute)
        else:
            executed = execute()
        return await executed if isinstance(executed, Awaitable) else executed


async def _whole(
    result: ExecutionResult, started: Started, wanted: Accepts, refused: Callable[[str], None]
) -> Response:
    if (refusal_of_all := refusing(result)) is not None:
        raise refusal_of_all
    for error in result.errors or ():
        report(error)
    await started.declare()
    told = said(result.formatted)
    for code in codes(told):
        refused(code)
    if wanted.events_alone:
        body = Framing.EVENTS.part(told, first=True)
        return Response(body, headers=HEADERS, media_type=Framing.EVENTS.media_type)
    status = _PARTIAL_SUCCESS if result.errors and not wanted.legacy else 200
    response = as_json(told, status, wanted)
    if result.errors:
        causes = [error.original_error for error in result.errors]
        waits = [cause.retry_after_s for cause in causes if isinstance(cause, LimitReached)]
        if waits:
            response.headers["Retry-After"] = str(max(waits))
    return response


async def _unless_gone(request: HttpRequest, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, cancelled as soon as the client has gone.

    ClientDisconnect then. Where the connection says so, nobody has to listen for it.
    """
    tell, task = tell_gone(request.scope), asyncio.current_task()
    if tell is None or task is None:
        return await _while_listening(request, work)
    left = False

    def leave() -> None:
        nonlocal left
        left = True
        task.cancel()

    try:
        tell(leave)
        return await work
    except asyncio.CancelledError:
        if left and not task.uncancel():
            raise ClientDisconnect from None
        raise
    finally:
        tell(None)


async def _while_listening(request: HttpRequest, work: Coroutine[Any, Any, T]) -> T:
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
