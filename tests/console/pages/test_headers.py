"""What the pages tell the browser, judged by the rules of Mozilla's HTTP Observatory."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.pages.assets import Assets
from console.pages.headers import SecurityHeaders
from console.pages.rendering import environment, rendered
from console.sign_in.cookies import keep_session
from console.sign_in.session import Session
from tests.support.adapters.foreign_servers import installed

RULES: Final = Path(__file__).parents[1] / "observatory"
HERE: Final = "https://pages.example"
HIGHEST: Final = 140  # without the browsers' own lists of addresses


async def page(scope: Any, receive: Any, send: Any) -> None:
    """The page of somebody who signed in."""
    text = rendered(environment(Assets.read()), "signed_out.html", {"signed_in": False})
    request, response = Request(scope), HTMLResponse(text)
    session = Session.begun({"sub": "s.okafor"}, Tokens("t", 1), "a browser", 0)
    keep_session(request, response, session, PagesKeys.of(b"s" * 32).cookies)
    await response(scope, receive, send)


async def test_the_observatory_finds_nothing_and_gives_its_highest_score() -> None:
    folder = installed(RULES)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asked: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await SecurityHeaders(page, HERE)(asked, receive, send)
    headers = Headers(raw=sent[0]["headers"])
    said = {
        "headers": dict(headers),
        "html": sent[1]["body"].decode(),
        "cookies": headers.getlist("set-cookie"),
    }
    ran = subprocess.run(  # noqa: S603, ASYNC221 - a script of ours, and nobody else waits
        ["node", str(folder / "score.mjs")],  # noqa: S607 - found by `installed`
        input=json.dumps(said),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    assert (found["failed"], found["score"]) == ([], HIGHEST), found["rules"]
