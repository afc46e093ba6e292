"""A register by strawberry's own Relay connections, a process of its own; prints its port.

One child to a page, whatever `first` says; her workers in a connection of their own. The rows are
in the file that is named first; the login is the word that follows.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from strawberry import relay
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

_ROWS = json.loads(Path(sys.argv[1]).read_text())
_LOGIN = f"Bearer {sys.argv[2]}"


@strawberry.type
class Worker(relay.Node):
    id: relay.NodeID[int]
    name: str
    role: str
    team: str
    telephone: str
    email: str
    began: str
    ended: str | None


@strawberry.type
class Child(relay.Node):
    id: relay.NodeID[int]
    number: int
    nhs: str
    forename: str
    surname: str
    sex: str
    born: str
    hidden: str
    street: str
    postcode: str
    school: str
    urn: str
    carer: str
    rows: strawberry.Private[list[dict[str, Any]]]

    @relay.connection(relay.ListConnection[Worker], max_results=50)
    def workers(self) -> Iterable[Worker]:
        return [Worker(**row) for row in self.rows]


def _child(row: dict[str, Any]) -> Child:
    own = {name: value for name, value in row.items() if name != "workers"}
    return Child(**own, number=row["id"], rows=row["workers"])


@strawberry.type
class Query:
    @relay.connection(relay.ListConnection[Child], max_results=1)
    def children(
        self, nhs: str | None = None, surname: str | None = None, born: str | None = None
    ) -> Iterable[Child]:
        asked = {"nhs": nhs, "surname": surname, "born": born}
        known = {name: value for name, value in asked.items() if value is not None}
        return [_child(row) for row in _ROWS if all(row[k] == v for k, v in known.items())]


class Guarded(GraphQL):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        if request.headers.get("authorization") == _LOGIN:
            await super().__call__(scope, receive, send)
            return
        await JSONResponse({"errors": []}, status_code=401)(scope, receive, send)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "up"})


_SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(auto_camel_case=True))
_APP = Starlette(routes=[Route("/health", _health), Mount("/graphql", Guarded(_SCHEMA))])


async def _serve() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(_APP, log_config=None))
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)  # noqa: T201
    await server.serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(_serve())
