"""How soon a row is on the screen after it has left the gateway: `make bench-screen`.

A real browser, Debian's chromium, asks the pages, which are a process of their own. The gateway is
a small one here, which sends row after row and notes when each leaves. In turns with the pages the
same browser takes rows from a bare stream: a page that appends each line as it comes, and no more.
The browser notes when a row is in the document, and when the next frame has been made.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiohttp import web
from playwright.sync_api import Page, sync_playwright

from demo.pages.people import DemoPerson
from demo.pages.sign_in_service import CLIENT, SignInService
from demo.processes.in_thread import ServerInThread
from demo.processes.ports import free_port
from demo.processes.running import end

ROWS: Final = 12
_APART_S: Final = 0.03
_PATIENCE_S: Final = 60.0
_COMMAND: Final = str(Path(sys.executable).with_name("teamaround"))
_NURSE: Final = DemoPerson("n.one", "n.one", "A nurse", (), lambda: "a-token")
_ME: Final = {"name": "n.one", "organisation": "northbrook", "roles": ["practitioner"]}
_ASKS: Final = {"purposes": ["DIRECT_CARE"], "areas": []}
_RECEIPT: Final = {"log": "log.example", "index": "7", "queryId": "q-7"}
_COUNTED: Final = {"complete": True, "inScope": ROWS, "answered": ROWS, "unanswered": 0}
_LAST: Final[Mapping[str, Any]] = {
    "ask": [],
    "unresolved": [],
    "child": None,
    "completeness": {**_COUNTED, "notAsked": 0, "notConnected": []},
}
# When each row came into the document, and when a frame with it had been made; since 1970.
_NOTE: Final = """globalThis.came = {}; new MutationObserver((all) => {
  const now = () => performance.timeOrigin + performance.now();
  for (const each of all) for (const node of each.addedNodes)
    if (node.classList?.contains("ta-row")) {
      const noted = came[node.id] = [now()];
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => noted.push(now());
      requestAnimationFrame(() => port2.postMessage(0));
    } }).observe(document, { subtree: true, childList: true })"""
_BARE: Final = """<!DOCTYPE html><meta charset=utf-8><title>Bare</title><ul></ul><script>
addEventListener("click", async () => {
  const reader = (await fetch("/rows")).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\\n");
    rest = lines.pop();
    for (const line of lines) document.querySelector("ul").insertAdjacentHTML("beforeend", line);
  } })</script>"""

Times = Mapping[str, float]


@dataclass(slots=True)
class Rows:
    """Sends rows one after the other; `left` has when each left, in milliseconds since 1970."""

    left: dict[str, float] = field(default_factory=dict)

    async def _leave(self, response: web.StreamResponse, number: int, text: bytes) -> None:
        await asyncio.sleep(_APART_S)
        self.left[f"row-agency-{number}"] = time.time() * 1000
        await response.write(text)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """A question of the pages, as a gateway answers it."""
        query = str((await request.json())["query"])
        if "TeamAround" not in query:
            return web.json_response({"data": {"me": {**_ME, **_ASKS}, "directory": []}})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        agencies = [{"agency": _agency(number), "asked": True} for number in range(ROWS)]
        first = {"receipt": _RECEIPT, "asked": agencies, "answers": []}
        await response.write(_event({"data": {"child": first}}))
        await response.write(_event(_piece(["child"], {"restriction": "NONE_KNOWN"})))
        for number in range(ROWS):
            piece = _event(_piece(["child", "answers", number], _row(number)))
            await self._leave(response, number, piece)
        await response.write(_event(_piece(["child"], _LAST)) + b"event: complete\ndata:\n\n")
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The bare stream."""
        response = web.StreamResponse()
        await response.prepare(request)
        for number in range(ROWS):
            row = f'<li class="ta-row" id="row-agency-{number}">{json.dumps(_row(number))}</li>\n'
            await self._leave(response, number, row.encode())
        return response


def _agency(number: int) -> dict[str, str]:
    return {"id": f"agency-{number}", "name": f"Agency {number}"}


def _row(number: int) -> dict[str, Any]:
    worker = {"name": "Jo Hart", "telephone": "01632 960001", "email": "jo.hart@agency.example"}
    involved = {
        **dict.fromkeys(("service", "start", "end", "contact", "leadPractitioner")),
        "role": "Health visitor",
        "team": "0-11 nursing",
        "status": "OPEN",
        "sensitive": False,
        "practitioner": worker,
    }
    return {
        **dict.fromkeys(("answered", "complete"), True),
        **dict.fromkeys(("detail", "asOf")),
        **dict.fromkeys(("needs", "withheld"), ()),
        "agency": _agency(number),
        "outcome": "HAS_RECORD",
        "retryable": False,
        "ring": {"name": "Duty", "telephone": "01632 960002", "email": None, "hours": "24/7"},
        "involvements": [involved],
    }


def _piece(path: list[str | int], data: Mapping[str, Any]) -> dict[str, Any]:
    return {"hasNext": True, "incremental": [{"path": path, "data": data}]}


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"event: next\ndata: %b\n\n" % json.dumps(payload).encode()


@contextmanager
def served(*routes: web.RouteDef) -> Iterator[str]:
    """These routes on loopback; gives the address."""

    def made(_: str) -> web.Application:
        app = web.Application()
        app.add_routes(routes)
        return app

    server = ServerInThread()
    try:
        yield server.start(made)
    finally:
        server.stop()


@contextmanager
def pages_over(gateway: str, folder: Path) -> Iterator[str]:
    """The pages in a process of their own, and who signs in for them; gives their address."""
    port = free_port()
    url = f"http://localhost:{port}"
    provider = ServerInThread()
    issuer = provider.start(lambda issuer: SignInService(issuer, url, (_NURSE,)).app())
    settings = folder / "console.toml"
    settings.write_text(
        f'environment = "development"\npublic_url = "{url}"\ngateway = "{gateway}/graphql"\n'
        f'port = {port}\n[sign_in]\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\n'
        '[session]\nkey = "session.key"\n',
        "utf-8",
    )
    command = [_COMMAND, "console", "--settings", str(settings)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603  this project's own
    try:
        if not process.stderr or b"pages-serving" not in process.stderr.readline():
            raise SystemExit("the pages did not start")
        yield url
    finally:
        end(process, _PATIENCE_S)
        provider.stop()


def asked_on_pages(page: Page, url: str) -> Times:
    """When the rows of one question came, asked on the pages."""
    page.goto(f"{url}/find")
    page.get_by_label("Why do you need to know?").fill("She is on our ward")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("NHS number").fill("9996604659")
    page.get_by_role("button", name="Ask the agencies").click()
    return _came(page)


def asked_of_stream(page: Page, url: str) -> Times:
    """The same of the bare stream."""
    page.goto(url)
    page.mouse.click(5, 5)
    return _came(page)


def _came(page: Page) -> Times:
    page.wait_for_function(
        "(rows) => Object.values(came).filter((each) => each.length === 2).length === rows",
        arg=ROWS,
    )
    found: Times = page.evaluate("came")
    return found


@dataclass(slots=True)
class Measured:
    """Milliseconds from leaving to the document, and to the frame."""

    document: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)

    def take(self, left: Times, came: Mapping[str, Any]) -> None:
        """Add the rows of one question."""
        self.document += [came[row][0] - at for row, at in left.items()]
        self.frame += [came[row][1] - at for row, at in left.items()]

    def told(self) -> str:
        """Median and nine of ten of both."""
        both = (("in the document", self.document), ("in a frame", self.frame))
        return "; ".join(
            f"{what} median {median(took):.1f}, nine of ten within {quantiles(took, n=10)[-1]:.1f}"
            for what, took in both
        )


def measured(folder: Path, questions: int) -> tuple[Measured, Measured]:
    """The pages and the bare stream, in turns; the first two questions of each do not count."""
    rows, ours, bare = Rows(), Measured(), Measured()
    with ExitStack() as stack:
        gateway = stack.enter_context(served(web.post("/graphql", rows.respond)))
        plain = stack.enter_context(served(web.get("/", _bare_page), web.get("/rows", rows.stream)))
        url = stack.enter_context(pages_over(gateway, folder))
        playwright = stack.enter_context(sync_playwright())
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE_S * 1000)
        page.add_init_script(_NOTE)
        page.goto(f"{url}/sign-in")
        page.get_by_role("button", name="A nurse").click()
        for number in range(-2, questions):
            for ask, at, into in ((asked_on_pages, url, ours), (asked_of_stream, plain, bare)):
                came = ask(page, at)
                if number >= 0:
                    into.take(rows.left, came)
        browser.close()
    return ours, bare


async def _bare_page(_: web.Request) -> web.Response:
    return web.Response(text=_BARE, content_type="text/html")


def main() -> None:
    """Print both, and how they compare."""
    parser = argparse.ArgumentParser(prog="python -m bench.questions.screen", description=__doc__)
    parser.add_argument("--questions", type=int, default=20)
    with TemporaryDirectory() as folder:
        ours, bare = measured(Path(folder), parser.parse_args().questions)
    ratio = median(ours.document) / median(bare.document)
    print(f"{len(ours.document)} rows of each, milliseconds from leaving the gateway:")
    print(f"pages: {ours.told()}")
    print(f"bare stream: {bare.told()}")
    print(f"ratio of medians {ratio:.1f}; load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
