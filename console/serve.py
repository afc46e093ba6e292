"""One process that serves the pages until it is told to stop; it says its port at its start."""

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from console.app import pages_app
from console.config.keys import read_or_make
from console.config.settings import read_pages_settings
from console.pages.assets import Assets
from console.pages.languages import languages

_MOST_HEAD: Final = 64 * 1024
_MOST_AT_ONCE: Final = 1000


class TimedProtocol(H11Protocol):
    """A connection on which a request has to come, and what it leads to has to be taken, in time.

    uvicorn bounds how long nothing at all comes, so whoever sends a byte now and then would stay.
    Its other parser has no limit on the head of a request.
    """

    head_s: float = 10.0
    request_s: float = 300.0  # far longer than any answer of a gateway takes

    _timer: asyncio.TimerHandle | None = None
    _timed: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came; a request that it makes whole has its own time."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """The next request may take its time again."""
        self._stop()
        super().on_response_complete()
        if self._answering:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop()
        super().connection_lost(exc)

    @property
    def _answering(self) -> object:
        return self.cycle if self.cycle and not self.cycle.response_complete else None

    def _watch(self) -> None:
        if self._timer is not None and self._timed is self._answering:
            return
        self._stop()
        self._timed = self._answering
        within = self.head_s if self._timed is None else self.request_s
        self._timer = self.loop.call_later(within, self.transport.abort)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class PagesCannotListen(Exception):
    """The address is not to be had now; the message says which and what to do."""


def serve(settings_file: Path) -> None:
    """Serve; PagesNotConfigured if the settings, the key or a language cannot be used.

    PagesCannotListen if the address is another process's.
    """
    settings = read_pages_settings(settings_file)
    languages()  # a file of texts that cannot be used ends the start, not a family's visit
    app = pages_app(settings, read_or_make(settings.session.key), Assets.read())
    listening = _listening(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        ws="none",
        access_log=False,  # nothing about a request is written down
        log_level="error",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_MOST_HEAD,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=5,
    )
    asyncio.run(_Server(config).serve(sockets=[listening]))


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PagesCannotListen(
            f"host, port: cannot listen on {host}:{port}: {error.strerror};"
            " `ss -ltnp` names who has it"
        ) from None


class _Server(uvicorn.Server):
    """Says its port once it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            port = sockets[0].getsockname()[1]
            sys.stderr.write(json.dumps({"event": "pages-serving", "port": port}) + "\n")
            sys.stderr.flush()
