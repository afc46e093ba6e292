"""Servers by others that stand in for agencies' systems, run by Node where it is at hand."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

SAMPLES: Final = Path(__file__).parents[3] / "shared/samples"
FOLDER: Final = (
    Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "teamaround-servers"
)
_PRISM: Final = "@stoplight/prism-cli@5.14.2"
_POSTGRAPHILE: Final = "postgraphile@4.14.1"
_START_S: Final = 60


def installed(package: str) -> Path:
    """The package's folder, installed once for all runs; skips where it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("this server by others needs Node and npm, which are not here")
    name = package.rpartition("@")[0]
    place = FOLDER / name.replace("/", "-")
    if not (place / "node_modules" / name).exists():
        place.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", package]
        done = subprocess.run(command, capture_output=True, check=False, timeout=180)  # noqa: S603
        if done.returncode != 0:
            pytest.skip(f"{name} could not be installed by npm")
    return place / "node_modules" / name


def free_port() -> int:
    """A port that was free a moment ago: these servers cannot say which one they took."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def running(script: Path, arguments: Sequence[str], port: int) -> AsyncIterator[str]:
    """The server while it runs, once it listens; gives its base URL."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_START_S):
            while not await _listens(port):
                assert process.returncode is None, "the server ended before it listened"
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _needed(sample: Path) -> None:
    if not sample.exists():
        pytest.skip("the sample payloads are not beside this clone")


@asynccontextmanager
async def prism(openapi: Path) -> AsyncIterator[str]:
    """Prism serving examples made from a published OpenAPI document."""
    _needed(openapi)
    script, port = installed(_PRISM) / "dist/index.js", free_port()
    arguments = ["mock", "-p", str(port), "-h", "127.0.0.1", str(openapi)]
    async with running(script, arguments, port) as base:
        yield base


@asynccontextmanager
async def postgraphile(dsn: str) -> AsyncIterator[str]:
    """PostGraphile serving a database's `public` schema as GraphQL."""
    script, port = installed(_POSTGRAPHILE) / "cli.js", free_port()
    arguments = ["-c", dsn, "-p", str(port), "-n", "127.0.0.1", "-s", "public"]
    async with running(script, [*arguments, "--disable-query-log"], port) as base:
        yield base
