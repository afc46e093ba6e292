"""A small server in a thread of this process, until it is stopped."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Final

from aiohttp import web

_START_S: Final = 30.0
_STOP_S: Final = 10.0

Service = Callable[[str], web.Application]


class ServerInThread:
    """Serves on loopback, at a free port; `host` is how its address is written."""

    def __init__(self, host: str = "localhost") -> None:
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self, service: Service) -> str:
        """Serve what `service` makes for its own address; gives that address."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._serve(service), self._loop).result(_START_S)

    def stop(self) -> None:
        """End it."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_STOP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_S)
        self._loop.close()

    async def _serve(self, service: Service) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"http://{self._host}:{listening.getsockname()[1]}"
        self._runner = web.AppRunner(service(address), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        return address

    async def _end(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
