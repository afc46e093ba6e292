"""What the servers in Python share: they are told their agencies, and say where they listen."""

import json
import sys
from typing import Any

import uvicorn
import uvloop

Application = Any


def agencies() -> dict[str, str]:
    """The agencies' URLs by name, from the first argument."""
    found: dict[str, str] = json.loads(sys.argv[1])
    return found


def told(port: int) -> None:
    """Say where the server listens, in the line that the bench waits for."""
    print(json.dumps({"url": f"http://127.0.0.1:{port}/graphql"}), flush=True)


def serve(application: Application) -> None:
    """Serve an ASGI application as fast as uvicorn does, until the process is ended."""
    config = uvicorn.Config(application, port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)

    async def run() -> None:
        listening = config.bind_socket()
        listening.listen(1024)
        told(listening.getsockname()[1])
        await server.serve([listening])

    uvloop.run(run())
