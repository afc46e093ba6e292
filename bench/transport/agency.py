"""An agency that answers at once, and now and then slowly; without encryption or over TLS."""

import asyncio
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import uvloop

from bench.processes.worker import obeying
from tests.support.adapters.tls import CertificateAuthority

_BODY: Final = b'{"children": [], "total": 0, "note": "%b"}' % (b"a" * 600)
ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 30 Nov 2026 00:00:00 GMT\r\n"
    b"Server: agency\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


@dataclass(slots=True)
class Manner:
    """How it answers: each `every`th answer takes `slow_s` instead of `usual_s`."""

    usual_s: float = 0.0
    slow_s: float = 0.0
    every: int = 0
    asked: int = 0

    def takes_s(self) -> float:
        """How long the next answer takes."""
        self.asked += 1
        return self.slow_s if self.every and self.asked % self.every == 0 else self.usual_s


@dataclass(slots=True)
class Line(asyncio.Protocol):
    """One connection, one request after the other, none with a body."""

    manner: Manner
    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer once a request is whole."""
        if not data.endswith(b"\r\n\r\n"):
            return
        if takes_s := self.manner.takes_s():
            asyncio.get_running_loop().call_later(takes_s, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(ANSWER)


@dataclass(slots=True)
class Agency:
    """The agency at two ports, one of them over TLS."""

    manner: Manner = field(default_factory=Manner)

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Open where `listen` is true, and give both addresses; else answer in that manner."""
        if not order.get("listen"):
            asked, self.manner.asked = self.manner.asked, 0
            for name, value in order.items():
                setattr(self.manner, name, value)
            return {"asked": asked}
        authority = CertificateAuthority.called("Authority of the bench")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with tempfile.TemporaryDirectory() as folder:
            authority.signs().load_into(context, Path(folder))
        ports = [await self._opened(tls) for tls in (None, context)]
        urls = [f"{scheme}://127.0.0.1:{p}" for scheme, p in zip(_SCHEMES, ports, strict=True)]
        return {"urls": urls, "ca": authority.pem.certificate}

    async def _opened(self, tls: ssl.SSLContext | None) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Line(self.manner), "127.0.0.1", 0, ssl=tls)
        return int(server.sockets[0].getsockname()[1])


_SCHEMES: Final = ("http", "https")

if __name__ == "__main__":
    uvloop.run(obeying(Agency().obey))
