"""An agency that takes every connection and never says a word, and counts them."""

import asyncio
from dataclasses import dataclass
from typing import Any

import uvloop

from bench.processes.worker import obeying


@dataclass(slots=True)
class Silent:
    """How many are connected now, were at once at most, and have been altogether."""

    now: int = 0
    most: int = 0
    ever: int = 0

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Open where `listen` is true, and give the URL; else give the counts."""
        if not order["listen"]:
            return {"most": self.most, "ever": self.ever}
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.now, self.ever = self.now + 1, self.ever + 1
        self.most = max(self.most, self.now)
        try:
            while await reader.read(1024):
                pass
        finally:
            self.now -= 1
            writer.close()


if __name__ == "__main__":
    uvloop.run(obeying(Silent().obey))
