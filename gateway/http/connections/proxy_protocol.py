"""What a proxy says before anything else: from where the connection comes that it passes on.

The PROXY protocol, version 1 and 2 (haproxy.org/download/2.9/doc/proxy-protocol.txt). It is read
byte for byte, as what follows it is the client's, TLS or not.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from gateway.http.connections.peers import ClientAddress

ReadExactly = Callable[[int], Awaitable[bytes]]
_BEGUN: Final = 12  # bytes that every header has
_SECOND: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_FIRST: Final = b"PROXY "
_LONGEST_FIRST: Final = 107
_LONGEST_SECOND: Final = 2048  # with what a proxy may add of itself
_REST: Final = struct.Struct("!BBH")
_VERSION: Final = 2
_LOCAL, _PROXIED = 0, 1
_ADDRESSES: Final = {0x11: (IPv4Address, 4), 0x21: (IPv6Address, 16)}  # over TCP
_FAMILIES: Final = {b"TCP4": IPv4Address, b"TCP6": IPv6Address}
_FIELDS: Final = 6
_PORTS: Final = range(65536)


class NotProxied(Exception):
    """A proxy that has to say for whom it connects did not, or not in this form."""


async def read_proxied(read: ReadExactly) -> ClientAddress | None:
    """Whom the proxy connects for; None where it is for itself, as when it looks after us.

    NotProxied if what came first is no such header; EOFError if nothing more comes.
    """
    begun = await read(_BEGUN)
    if begun == _SECOND:
        return await _second(read)
    if begun.startswith(_FIRST):
        return await _first(begun, read)
    raise NotProxied


async def _first(line: bytes, read: ReadExactly) -> ClientAddress | None:
    while not line.endswith(b"\r\n"):
        if len(line) >= _LONGEST_FIRST:
            raise NotProxied
        line += await read(1)
    fields = line.removesuffix(b"\r\n").split(b" ")
    if fields[1] == b"UNKNOWN":
        return None
    family = _FAMILIES.get(fields[1])
    if family is None or len(fields) != _FIELDS:
        raise NotProxied
    try:
        hosts = [family(field.decode("ascii")) for field in fields[2:4]]
        ports = [_port(field) for field in fields[4:6]]
    except ValueError:
        raise NotProxied from None
    return str(hosts[0]), ports[0]


def _port(field: bytes) -> int:
    if not field.isdigit() or int(field) not in _PORTS:
        raise ValueError
    return int(field)


async def _second(read: ReadExactly) -> ClientAddress | None:
    what, family, length = _REST.unpack(await read(_REST.size))
    version, command = divmod(what, 16)
    if version != _VERSION or command not in {_LOCAL, _PROXIED} or length > _LONGEST_SECOND:
        raise NotProxied
    told = await read(length) if length else b""
    if command == _LOCAL or family not in _ADDRESSES:
        return None
    kind, size = _ADDRESSES[family]
    if len(told) < 2 * size + 4:
        raise NotProxied
    return str(kind(told[:size])), int.from_bytes(told[2 * size : 2 * size + 2])


def exactly_from(accepted: socket.socket) -> ReadExactly:
    """Reads just as many bytes of a socket, and none of what comes after them."""
    loop = asyncio.get_running_loop()

    async def read(count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = await loop.sock_recv(accepted, count - len(found))
            if not more:
                raise EOFError
            found += more
        return found

    return read
