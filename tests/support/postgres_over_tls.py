"""TLS before a PostgreSQL whose build has none, as a pooler in front of one speaks it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.adapters.tls import Pem

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@asynccontextmanager
async def over_tls(port: int, shown: Pem, folder: Path) -> AsyncIterator[int]:
    """Serve what is at `port` over TLS with the certificate `shown`; gives the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_into(context, folder)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            assert await reader.readexactly(8) == _SSL_REQUEST
            writer.write(b"S")
            await writer.start_tls(context)
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pass(reader, back), _pass(there, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
