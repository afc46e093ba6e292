"""The one way in which the gateway asks anybody over HTTP: bounded, sent once, led nowhere."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final

import aiohttp

from adapters.network.bounds.bounded_answer import AnswerTooLarge, BoundedAnswer
from adapters.network.bounds.unpacking import unpacked
from adapters.network.name_lookup import NameLookup
from adapters.network.trust import system_trust

_CHUNK: Final = 64 * 1024
_LARGEST_HEADER: Final = 16 * 1024
_PLAIN: Final = "identity"


def open_client(
    most: int,
    *,
    timeout_s: float | None = None,
    headers: Mapping[str, str] | None = None,
    connector: aiohttp.BaseConnector | None = None,
) -> aiohttp.ClientSession:
    """Connections whose answers have at most `most` bytes of content, each within `timeout_s`.

    Without `timeout_s` the time is the caller's affair. Without a `connector` each request has a
    connection of its own, for who asks seldom: a kept one may be gone by then. No cookie or proxy
    of the environment is used, each request is sent once, and `content_of` unpacks.
    """
    connector = connector or aiohttp.TCPConnector(
        force_close=True, resolver=NameLookup(), ssl=system_trust()
    )
    # aiohttp has no other place for it; a test asks every client of the gateway.
    connector._factory = partial(  # type: ignore[assignment]  # noqa: SLF001
        BoundedAnswer, asyncio.get_running_loop(), most
    )
    return aiohttp.ClientSession(
        connector=connector,
        middlewares=(_sent_once,),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,  # aiohttp takes what was cut off before its end for the whole
        timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=None),
        headers={"User-Agent": "teamaround", **(headers or {})},
        max_line_size=_LARGEST_HEADER,
        max_field_size=_LARGEST_HEADER,
        read_bufsize=_CHUNK,
    )


class DroppedError(aiohttp.ClientError):
    """The connection ended before an answer."""


async def _sent_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    # aiohttp sends a GET once more by itself where a connection ends before an answer. Whether to
    # ask again is the core's to decide, within the source's limits and never where a read has
    # effects; an exception of another class is not sent again.
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise DroppedError from error


async def content_of(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole content, unpacked; AnswerTooLarge past `most` bytes, packed or not.

    aiohttp.ClientPayloadError where it was cut off, has too much around it, or cannot be unpacked.
    """
    content = bytearray()
    async for piece in response.content.iter_chunked(_CHUNK):
        content += piece
        if len(content) > most:
            response.close()
            raise AnswerTooLarge("longer than it may be")
        await asyncio.sleep(0)  # what has come is given without a wait, and others want their turn
    encodings = ", ".join(response.headers.getall("Content-Encoding", [_PLAIN]))
    if not content or encodings.lower() == _PLAIN:
        return bytes(content)
    return await unpacked(bytes(content), encodings, most)
