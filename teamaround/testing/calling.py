"""One request to an application in the same process, as a server would hand it over."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Scope


async def posted(app: ASGIApp, body: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The JSON of one response, without a network in between."""
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": json.dumps(body, default=str).encode()})
    sent: list[bytes] = []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    await app(_scope(token), incoming.get, send)
    answer: dict[str, Any] = json.loads(b"".join(sent))
    return answer


def _scope(token: str) -> Scope:
    headers = {
        "host": "127.0.0.1",
        "content-type": "application/json",
        "accept": "application/json",
        "authorization": f"Bearer {token}",
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
