"""Asks the gateway over HTTP as the person who is signed in: whole, or in parts as they come."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final

import aiohttp
import orjson

from console.asking.documents import document
from console.asking.proofs import Prover
from console.asking.refusals import BrokenOff, GatewayAway, GatewayRefused
from console.asking.tokens import Tokens

_WHOLE: Final = "application/graphql-response+json"
_PARTS: Final = "text/event-stream;deferSpec=20220824, application/graphql-response+json"
_NEXT: Final = b"event: next\ndata: "
_COMPLETE: Final = b"event: complete"
_MOST: Final = 32 * 2**20  # bytes of one event
_OK: Final = frozenset({200, 294})  # 294: partial success, GraphQL over HTTP
# The gateway has a deadline of its own, of a minute at most, and says so that the line holds.
_PATIENCE: Final = aiohttp.ClientTimeout(total=None, connect=5, sock_read=90)

Variables = Mapping[str, Any]


class GatewayClient:
    """One session for all; nothing of a question or an answer stays in it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, prover: Prover) -> None:
        self._url = url
        self._session = session
        self._prover = prover

    async def ask(self, name: str, variables: Variables, tokens: Tokens) -> dict[str, Any]:
        """The data of an answer in one piece; `name` is that of a document.

        GatewayRefused if there is none, or if a field of it failed; BrokenOff, GatewayAway.
        """
        async with self._sent(name, variables, tokens, _WHOLE) as response:
            return await _whole(response)

    async def parts(
        self, name: str, variables: Variables, tokens: Tokens
    ) -> AsyncGenerator[dict[str, Any]]:
        """Each payload as it comes; fails as `ask` does, and BrokenOff unless the last one came."""
        async with self._sent(name, variables, tokens, _PARTS) as response:
            if response.content_type != "text/event-stream":
                yield {"data": await _whole(response)}
                return
            async with aclosing(_payloads(response)) as payloads:
                async for payload in payloads:
                    yield payload

    @asynccontextmanager
    async def _sent(
        self, name: str, variables: Variables, tokens: Tokens, accept: str
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        body = orjson.dumps({"query": document(name), "variables": variables})
        headers = {
            "Accept": accept,
            "Content-Type": "application/json",
            **self._prover.headers(tokens, self._url),
        }
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, timeout=_PATIENCE, allow_redirects=False
            ) as response:
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise GatewayAway from None
        except (aiohttp.ClientError, TimeoutError):
            raise BrokenOff from None


async def _whole(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        answer = orjson.loads(await response.read())
    except orjson.JSONDecodeError:
        answer = {}
    said = answer if isinstance(answer, dict) else {}
    data, errors = said.get("data"), said.get("errors") or []
    if response.status not in _OK or errors or not isinstance(data, dict):
        raise GatewayRefused(response.status, errors, response.headers.get("Retry-After"))
    return data


async def _payloads(response: aiohttp.ClientResponse) -> AsyncGenerator[dict[str, Any]]:
    rest, ended = b"", False
    async for chunk in response.content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n\n")
        if len(rest) > _MOST:
            raise BrokenOff
        for event in whole:
            if event.startswith(_NEXT):
                yield _read(event.removeprefix(_NEXT), response)
            ended = ended or event.startswith(_COMPLETE)
    if not ended:
        raise BrokenOff


def _read(text: bytes, response: aiohttp.ClientResponse) -> dict[str, Any]:
    """A payload; a field that failed is a refusal, for null is never "no record"."""
    try:
        payload: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BrokenOff from None
    pieces = [payload, *payload.get("incremental", [])]
    if errors := [error for piece in pieces for error in piece.get("errors") or []]:
        raise GatewayRefused(response.status, errors, response.headers.get("Retry-After"))
    return payload
