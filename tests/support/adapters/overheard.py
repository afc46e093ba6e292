"""A machine on the way between the gateway and an agency, which hears all that passes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def overheard(port: int) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A machine on the way to a server: its port, and all that it hears in either direction."""
    heard: list[bytes] = []

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                heard.append(data)
                writer.write(data)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        relaying.append(asyncio.gather(passed(reader, outer), passed(inner, writer)))
        await relaying[-1]

    relaying: list[asyncio.Future[Any]] = []
    async with await asyncio.start_server(relayed, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], heard
        await asyncio.gather(*relaying)
