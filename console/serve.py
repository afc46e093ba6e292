"""One process that serves the pages until it is told to stop; it says its port at its start."""

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Final

import uvicorn

from console.app import pages_app
from console.config.keys import read_or_make
from console.config.settings import read_pages_settings
from console.pages.assets import Assets

_MOST_HEAD: Final = 64 * 1024
_MOST_AT_ONCE: Final = 1000


class PagesCannotListen(Exception):
    """The address is not to be had now; the message says which and what to do."""


def serve(settings_file: Path) -> None:
    """Serve; PagesNotConfigured if the settings or the key cannot be used.

    PagesCannotListen if the address is another process's.
    """
    settings = read_pages_settings(settings_file)
    app = pages_app(settings, read_or_make(settings.session.key), Assets.read())
    listening = _listening(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        http="h11",  # the other parser has no limit on the head of a request
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
