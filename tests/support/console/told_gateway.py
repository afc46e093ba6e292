"""The pages over a small gateway that does as it is told: whole answers, cuts, refusals."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import uvicorn
from aiohttp import web
from graphql import ExecutionResult, GraphQLSchema, build_schema, parse
from graphql.execution import experimental_execute_incrementally
from starlette.applications import Starlette

from console.app import pages_app
from console.config.settings import LogTable, PagesSettings, ProviderSettings, SessionTable
from console.pages.assets import Assets
from demo.pages.people import DemoPerson
from demo.pages.sign_in_service import CLIENT, SignInService
from tests.support.docs.pages import ROOT
from tests.support.patience import PATIENCE_S

NOBODY: Final = DemoPerson("n.one", "n.one", "A nurse", (), lambda: "a-token")
_HEAD: Final = {"Content-Type": "text/event-stream; charset=utf-8"}
_ME: Final = {
    "name": "n.one",
    "organisation": "northbrook",
    "roles": ["practitioner"],
    "purposes": ["DIRECT_CARE", "EMERGENCY"],
    "areas": [{"code": "E09990001", "name": "Northbrook"}],
}
_GRANT: Final = {"id": "g-1", "expiresAt": "2026-11-29T12:30:00Z", "reviewBy": "2026-12-02"}
_WHOLE: Final[Mapping[str, Any]] = {
    "ask": [],
    "unresolved": [],
    "child": None,
}


def agency_row(number: int, outcome: str = "HAS_RECORD", **more: Any) -> dict[str, Any]:
    """A row of agency `number`; `more` are its further fields."""
    return {
        "agency": {"id": f"agency-{number}", "name": f"Agency {number}"},
        "outcome": outcome,
        "answered": outcome in {"HAS_RECORD", "NO_RECORD"},
        "complete": True,
        "needs": [],
        "detail": None,
        "retryable": False,
        "asOf": None,
        "ring": {"name": None, "telephone": f"01632 960{number:03}", "email": None, "hours": None},
        "withheld": [],
        "involvements": [],
        **more,
    }


@dataclass(slots=True)
class Told:
    """What the gateway is to do with the next questions.

    `rows` are sent one by one; after `stop_at` of them the line breaks in the `manner` "reset" or
    "end". `refusal` is a status with a body. `last` is what the last part says, beside the counts;
    what it leaves out is empty. `says` has what other documents are answered with, by their names;
    all of it is held to the schema. Where rows are `held`, each waits until it is let go.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    stop_at: int | None = None
    manner: str = "reset"
    refusal: tuple[int, str, str] | None = None
    pause_s: float = 0.0
    restriction: str | None = "NONE_KNOWN"
    last: Mapping[str, Any] = field(default_factory=dict)
    says: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    held: bool = False
    asked: int = 0


@dataclass(slots=True)
class ToldPages:
    """The pages, and what their gateway is told."""

    url: str
    told: Told
    heard: Mapping[str, str] = field(default_factory=dict)  # headers of the last request
    variables: Mapping[str, Any] = field(default_factory=dict)  # and what it asked with
    _free: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    _loop: asyncio.AbstractEventLoop | None = None

    def next(self, **told: Any) -> None:
        """From now on, this."""
        self.told = Told(**told)

    def let_go(self) -> None:
        """One more row may leave."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._free.put_nowait, None)

    async def freed(self) -> None:
        """Wait until the next row may leave."""
        self._loop = asyncio.get_running_loop()
        await (self._free.get() if self.told.held else asyncio.sleep(self.told.pause_s))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of the pages."""
        self.heard = dict(request.headers)
        asked = await request.json()
        name = str(asked["query"]).split("(")[0].split("{")[0].split()[1]
        self.variables = asked.get("variables", {})
        if name == "BreakGlass":
            return web.json_response({"data": {"breakGlass": _GRANT}})
        if name in self.told.says:
            return web.json_response(_held_to_the_schema(asked, self.told.says[name]))
        if name in {"Me", "WhoAsks"}:
            return web.json_response({"data": {"me": _ME, "directory": []}})
        self.told.asked += 1
        if self.told.refusal is not None:
            status, kind, text = self.told.refusal
            return web.Response(status=status, content_type=kind, text=text)
        return await _streamed(request, self)


@cache
def _schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


def _held_to_the_schema(asked: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as a gateway could give it; a test that made up another one fails."""
    found = experimental_execute_incrementally(
        _schema(), parse(asked["query"]), said, variable_values=asked.get("variables")
    )
    assert isinstance(found, ExecutionResult), "this document is answered in parts"
    assert not found.errors, found.errors
    return {"data": found.data}


async def _streamed(request: web.Request, pages: ToldPages) -> web.StreamResponse:
    told = pages.told
    response = web.StreamResponse(headers=_HEAD)
    await response.prepare(request)
    asked = [{"agency": row["agency"], "asked": True} for row in told.rows]
    receipt = {"log": "log.example", "index": "7", "queryId": "q-7"}
    await _send(response, {"data": {"child": {"receipt": receipt, "asked": asked, "answers": []}}})
    if told.restriction is not None:
        await _send(response, _piece(["child"], {"restriction": told.restriction}))
    for number, row in enumerate(told.rows):
        if number == told.stop_at:
            if told.manner == "reset" and request.transport is not None:
                request.transport.abort()
            return response
        await pages.freed()
        await _send(response, _piece(["child", "answers", number], row))
    counted = {**_counted(told.rows), **told.last.get("completeness", {})}
    last = {**_WHOLE, **told.last, "completeness": counted}
    await _send(response, _piece(["child"], last))
    await response.write(b"event: complete\ndata:\n\n")
    return response


def _piece(path: list[str | int], data: Mapping[str, Any]) -> dict[str, Any]:
    return {"hasNext": True, "incremental": [{"path": path, "data": data}]}


def _counted(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    answered = sum(bool(row["answered"]) for row in rows)
    return {
        "complete": answered == len(rows),
        "inScope": len(rows),
        "answered": answered,
        "unanswered": len(rows) - answered,
        "notAsked": 0,
        "notConnected": [],
    }


async def _send(response: web.StreamResponse, payload: Mapping[str, Any]) -> None:
    await response.write(b"event: next\ndata: %b\n\n" % json.dumps(payload).encode())


@contextmanager
def told_pages(
    folder: Path,
    provider: "Opened | None" = None,
    assets: Assets | None = None,
    log: LogTable | None = None,
    **sign_in: Any,
) -> Iterator[ToldPages]:
    """The pages while they are served, from a thread of this process.

    `provider` opens a sign-in service for pages at an address, ours where there is none; `sign_in`
    are further settings of it. `assets` are other styles than the project has. `log` is whose
    proofs the pages believe.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    pages = ToldPages("", Told())
    made = partial(_app, assets or Assets.read(), log)
    opened = _served(pages, folder, provider or _ours, made, sign_in)
    try:
        asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(PATIENCE_S)
        yield pages
    finally:
        ended = opened.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(ended, loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def _app(assets: Assets, log: LogTable | None, settings: PagesSettings) -> Starlette:
    return pages_app(settings.model_copy(update={"log": log}), b"s" * 32, assets)


Opened = Callable[[str], AbstractAsyncContextManager[str]]


@asynccontextmanager
async def _served(
    pages: ToldPages,
    folder: Path,
    provider: Opened,
    made: Callable[[PagesSettings], Starlette],
    sign_in: Mapping[str, Any],
) -> AsyncIterator[None]:
    listening = socket.create_server(("127.0.0.1", 0))
    pages.url = f"http://localhost:{listening.getsockname()[1]}"
    gateway = web.Application()
    gateway.add_routes([web.post("/graphql", pages.respond)])
    async with _small(lambda _: gateway) as asked, provider(pages.url) as issuer:
        settings = PagesSettings(
            public_url=pages.url,
            gateway=f"{asked}/graphql",
            environment="development",
            sign_in=ProviderSettings(issuer=issuer, client_id=CLIENT, **sign_in),
            session=SessionTable(key=folder / "session.key"),
        )
        config = uvicorn.Config(made(settings), log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        yield  # its socket listens already: whoever comes waits until it serves
        server.should_exit = True
        await serving


@asynccontextmanager
async def no_provider(_: str) -> AsyncIterator[str]:
    """A sign-in service that is not there; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


def _ours(pages: str) -> AbstractAsyncContextManager[str]:
    return _small(lambda issuer: SignInService(issuer, pages, (NOBODY,)).app())


@asynccontextmanager
async def _small(made: Callable[[str], web.Application]) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{listening.getsockname()[1]}"
    runner = web.AppRunner(made(url), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    try:
        yield url
    finally:
        await runner.cleanup()
