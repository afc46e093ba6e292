"""Names become addresses in threads of their own, so that a name that hangs holds nobody else's."""

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_Name = tuple[str, int, int]
_Found = list[tuple[Any, ...]]
_UNDER_WAY: Final[dict[_Name, "Future[_Found]"]] = {}
_LOCK: Final = threading.Lock()


class NameLookup(AbstractResolver):
    """The machine's own resolver; a name is looked up by one thread, however many ask for it.

    The event loop would look up every name by the few threads of one pool. A name server that
    never answers would hold them all, and asyncio gives the same threads to the log.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`; OSError if it has none."""
        found = await asyncio.shield(asyncio.wrap_future(_looked_up((host, port, family))))
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=proto,
                flags=_NUMERIC,
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """A lookup under way ends by itself."""


def _looked_up(name: _Name) -> "Future[_Found]":
    with _LOCK:
        under_way = _UNDER_WAY.get(name)
        if under_way is None:
            under_way = _UNDER_WAY[name] = Future()
            threading.Thread(target=_look_up, args=(name, under_way), daemon=True).start()
        return under_way


def _look_up(name: _Name, found: "Future[_Found]") -> None:
    host, port, family = name
    try:
        addresses = socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except (OSError, UnicodeError) as error:
        _end(name)
        found.set_exception(error if isinstance(error, OSError) else OSError("no name"))
    else:
        _end(name)
        found.set_result(addresses)


def _end(name: _Name) -> None:
    with _LOCK:
        del _UNDER_WAY[name]
