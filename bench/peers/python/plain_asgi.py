"""Starlette and aiohttp without GraphQL: every agency asked at once, decoded, and put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.python.served import agencies, serve

URLS = agencies()


@asynccontextmanager
async def lifespan(application: Starlette) -> AsyncIterator[None]:
    """One session for every agency."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        application.state.session = session
        yield


async def answer(request: Request) -> Response:
    """The records of every agency, under the names that the question has for them."""
    variables = orjson.loads(await request.body())["variables"]
    children = [(name[1:], nhs) for name, nhs in variables.items() if name != "born"]

    session = request.app.state.session

    async def asked(agency: str, nhs: str) -> Any:
        query = {"nhs": nhs, "born": variables["born"]}
        async with session.get(f"{URLS[agency]}/children", params=query) as said:
            return orjson.loads(await said.read())["children"][0]

    keys = [(f"{agency}_{at}", agency, nhs) for at, nhs in children for agency in URLS]
    found = await asyncio.gather(*(asked(agency, nhs) for _, agency, nhs in keys))
    data = {key: record for (key, _, _), record in zip(keys, found, strict=True)}
    return Response(orjson.dumps({"data": data}), media_type="application/json")


if __name__ == "__main__":
    serve(Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan))
