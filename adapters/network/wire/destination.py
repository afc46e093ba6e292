"""The way to one origin: its name becomes addresses, each checked, and one of them a connection."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import aiohappyeyeballs
from aiohttp.abc import AbstractResolver

from adapters.network.wire.connection import WireConnection

_PORTS: Final = {"http": 80, "https": 443}
_NEXT_AFTER_S: Final = 0.25  # until another address is tried beside one that is silent (RFC 8305)
_Address = tuple[int, int, int, str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to connect: `authority` is what a request names, `tls` how, None without encryption."""

    host: str
    port: int
    authority: str
    tls: ssl.SSLContext | None
    resolver: AbstractResolver

    @classmethod
    def of(
        cls, base_url: str, tls: ssl.SSLContext, resolver: AbstractResolver
    ) -> "Destination | None":
        """The way to the origin of `base_url`; None where only a browser's reading would do.

        That is a name beyond ASCII, a user's name before the host, an address in an old form.
        """
        parts = urlsplit(base_url)
        host, default = parts.hostname or "", _PORTS.get(parts.scheme)
        if default is None or "@" in parts.netloc or not _is_plain(host):
            return None
        authority = parts.netloc.lower().removesuffix(f":{default}")
        secure = parts.scheme == "https"
        return cls(host, parts.port or default, authority, tls if secure else None, resolver)

    async def connected(self, make: Callable[[], WireConnection]) -> WireConnection:
        """A new connection; OSError, as it is, where none can be made."""
        loop = asyncio.get_running_loop()
        opened = await aiohappyeyeballs.start_connection(
            await self._addresses(), happy_eyeballs_delay=_NEXT_AFTER_S, interleave=1, loop=loop
        )
        try:
            _, connection = await loop.create_connection(
                make,
                sock=opened,
                ssl=self.tls,
                server_hostname=self.host.rstrip(".") if self.tls else None,
            )
        except BaseException:
            opened.close()
            raise
        return connection

    async def _addresses(self) -> list[_Address]:
        stream = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        if _is_address(self.host):  # it stands for itself: that it was listed has been checked
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            return [(family, *stream, (self.host, self.port))]
        found = await self.resolver.resolve(self.host, self.port, socket.AF_UNSPEC)
        return [(one["family"], *stream, (one["host"], one["port"])) for one in found]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_plain(host: str) -> bool:
    if not host.isascii() or "%" in host:
        return False
    # Some systems read 127.1, 2130706433 and 0x7f.1 as addresses.
    last = host.rstrip(".").rpartition(".")[2]
    return _is_address(host) or (bool(last) and not last[0].isdigit())
