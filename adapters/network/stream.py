"""A stream of bytes to an agency for a plugin: held to the operator's list, or recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.network.egress import Egress
from adapters.network.trust import system_trust

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[str], Awaitable[Stream]]

_LONGEST_LINE: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443, "sftp": 22}


async def connected(egress: Egress, address: str) -> Stream:
    """A connection to host and port of `address`, by TLS where it begins with https.

    EgressRefused if the operator did not list it, OSError if it cannot be reached.
    """
    # Names are looked up by whoever connects, and not for a record.
    from adapters.network.resolver import address_of

    egress.check(address, "the plugin's address")
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    secure = parts.scheme == "https"
    return await asyncio.open_connection(
        await address_of(host, port, egress),
        port,
        limit=_LONGEST_LINE,
        ssl=system_trust() if secure else None,
        server_hostname=host if secure else None,
    )


def recorded(content: bytes) -> Connect:
    """Gives streams that answer `content` to whatever is sent; nothing leaves here."""

    async def connect(_address: str) -> Stream:
        reader = asyncio.StreamReader(_LONGEST_LINE)
        reader.feed_data(content)
        reader.feed_eof()
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        return reader, asyncio.StreamWriter(_Nowhere(protocol), protocol, reader, loop)

    return connect


class _Nowhere(asyncio.Transport):
    def __init__(self, protocol: asyncio.StreamReaderProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._closing = False

    def write(self, data: Any) -> None:
        """What is sent to a record is forgotten."""

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)
