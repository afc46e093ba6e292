"""Replies over HTTP that no honest server gives: each is bytes written to whoever asks."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache
from typing import Final

from tests.support.loopback import RawHandler

Bytes = AsyncIterator[bytes]
_PIECE: Final = 64 * 1024
_DRIP_S: Final = 0.002
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED: Final = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_WHOLE: Final = b'{"pupils": [], "total": 0}'


def _filled(line: bytes) -> bytes:
    return line * (_PIECE // len(line) + 1)


async def _for_ever(start: bytes, again: bytes) -> Bytes:
    yield start
    piece = _filled(again)
    while True:
        yield piece


async def _once(said: bytes) -> Bytes:
    yield said


async def _a_byte_at_a_time(said: bytes, again: bytes) -> Bytes:
    for byte in said:
        yield bytes([byte])
        await asyncio.sleep(_DRIP_S)
    while True:
        yield again
        await asyncio.sleep(_DRIP_S)


@cache
def _bomb() -> bytes:
    """64 MiB of nothing: packed once somebody asks for it, as it takes a while."""
    packed = gzip.compress(bytes(64 * 1024 * 1024))
    return _PACKED + b"Content-Length: %d\r\n\r\n" % len(packed) + packed


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


_PACKED: Final = _HEAD + b"Content-Encoding: gzip\r\n"
_PACKED_HEAD: Final = gzip.compress(b"")[:10]
_NOTHING: Final = b"\x00\x00\x00\xff\xff"  # a block of deflate without content

AWFUL_HEADS: Final[Mapping[str, Callable[[], Bytes]]] = {
    "endless 103": lambda: _for_ever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "endless 100": lambda: _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless 102, slowly": lambda: _a_byte_at_a_time(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "endless headers": lambda: _for_ever(_HEAD, b"X-More: and more\r\n"),
    "a header without end": lambda: _for_ever(_HEAD + b"X-Long: ", b"a"),
    "a name of a header without end": lambda: _for_ever(_HEAD, b"a"),
    "a status line without end": lambda: _for_ever(b"HTTP/1.1 200 ", b"a"),
    "100,000 cookies": lambda: _for_ever(_HEAD, b"Set-Cookie: a=b\r\n"),
    "a byte at a time": lambda: _a_byte_at_a_time(_HEAD, b"X-More: more\r\n"),
    "two lengths": lambda: _once(
        _HEAD + b"Content-Length: 5\r\nContent-Length: 26\r\n\r\n" + _WHOLE
    ),
    "a length and chunks": lambda: _once(
        _HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + _chunk(_WHOLE)
    ),
    "no HTTP": lambda: _for_ever(b"", b"SSH-2.0-OpenSSH_9.6\r\n"),
    "HTTP/0.9": lambda: _for_ever(b"", b"<html>hello</html>\r\n"),
    "another protocol": lambda: _for_ever(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", b"a"
    ),
    "HTTP/2": lambda: _once(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
}
AWFUL: Final[Mapping[str, Callable[[], Bytes]]] = {
    **AWFUL_HEADS,
    "endless chunks of a byte": lambda: _for_ever(_CHUNKED, b"1\r\n \r\n"),
    "endless chunk extensions": lambda: _for_ever(_CHUNKED, b"1" + b";a=b" * 500 + b"\r\n \r\n"),
    "a chunk extension without end": lambda: _for_ever(_CHUNKED + b"1;", b"a=b;"),
    "a chunk size without end": lambda: _for_ever(_CHUNKED, b"0"),
    "a huge chunk": lambda: _for_ever(_CHUNKED + b"ffffffffff\r\n", b" "),
    "endless trailers": lambda: _for_ever(_CHUNKED + b"0\r\n", b"X-More: and more\r\n"),
    "a trailer without end": lambda: _for_ever(_CHUNKED + b"0\r\nX-Long: ", b"a"),
    "an endless body": lambda: _for_ever(_HEAD + b"\r\n", b" "),
    "a bomb": lambda: _once(_bomb()),
    "an endless gzip of nothing": lambda: _for_ever(_PACKED + b"\r\n" + _PACKED_HEAD, _NOTHING),
    "endless members of nothing": lambda: _for_ever(_PACKED + b"\r\n", gzip.compress(b"")),
    "a length of too much": lambda: _for_ever(_HEAD + b"Content-Length: 99999999999\r\n\r\n", b" "),
    "a length of more than comes": lambda: _once(_HEAD + b"Content-Length: 500\r\n\r\n" + _WHOLE),
    "a TLS alert in the body": lambda: _once(
        _HEAD + b"Content-Length: 500\r\n\r\n{" + b"\x15\x03\x03\x00\x02\x02\x50"
    ),
    "100 encodings": lambda: _once(
        _HEAD + b"Content-Encoding: " + b"gzip, " * 100 + b"gzip\r\nContent-Length: 2\r\n\r\n{}"
    ),
}


def speaking(reply: Callable[[], Bytes]) -> RawHandler:
    """Answers each connection with this reply, however long it goes on, until it is cut."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            async for piece in reply():
                writer.write(piece)
                await writer.drain()
                if reader.at_eof():
                    return
        except ConnectionError:
            return

    return handle
