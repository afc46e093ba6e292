"""One agency as its own process: `python -m demo.processes.agency NAME --port N --data DIR`.

Its first line on standard output says where it answers; it ends when standard input closes, so
that it never outlives whoever started it, and at SIGTERM or Ctrl-C.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from demo.population import register
from demo.population.caseload import Holding, town
from demo.processes.postgres import Postgres
from demo.systems.credentials import Credentials

HTTP: Final = (
    register.NHS_DEMOGRAPHICS,
    register.GP_RECORDS,
    register.NORTHBROOK_SCHOOLS,
    register.CHILD_HEALTH,
    register.POLICE,
    register.HOUSING,
    register.HOSPITAL,
    register.WELLBEING,
    register.YOUTH_JUSTICE,
)
POSTGRESQL: Final = (register.NORTHBROOK_SOCIAL_CARE, register.EASTHALLOW_SOCIAL_CARE)
SQLITE: Final = (register.EARLY_HELP,)
NAMES: Final = (*HTTP, *POSTGRESQL, *SQLITE)


@contextlib.asynccontextmanager
async def answering(
    name: str, data: Path, port: int = 0, holdings: tuple[Holding, ...] | None = None
) -> AsyncIterator[str]:
    """The agency at work, its store in the folder `data`; yields its address, as an origin.

    What the gateway needs to log in stands in `data / "credentials"`, one file a secret.
    """
    held = town().caseload(name) if holdings is None else holdings
    if name in HTTP:
        async with _http(name, held, data, port) as origin:
            yield origin
    else:
        database = _postgresql if name in POSTGRESQL else _sqlite
        with database(name, held, data) as origin:
            yield origin


@contextlib.asynccontextmanager
async def _http(name: str, held: tuple[Holding, ...], data: Path, port: int) -> AsyncIterator[str]:
    runner = web.AppRunner(imported(name).application(held, data), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        host, bound = runner.addresses[0][:2]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def _postgresql(name: str, held: tuple[Holding, ...], data: Path) -> Iterator[str]:
    agency = imported(name)
    # As root the server runs as another account, which a folder of ours might keep out.
    with tempfile.TemporaryDirectory(prefix="teamaround-") as folder:
        Path(folder).chmod(0o711)
        with Postgres(Path(folder) / "data") as server:
            server.run(f"CREATE DATABASE {agency.DATABASE}")
            server.run(agency.script(held), agency.DATABASE)
            dsn = server.dsn(agency.DATABASE, agency.READER)
            Credentials(data / "credentials").issue("dsn", dsn)
            yield f"postgresql://127.0.0.1:{server.port}"


@contextlib.contextmanager
def _sqlite(name: str, held: tuple[Holding, ...], data: Path) -> Iterator[str]:
    agency = imported(name)
    path = (data / agency.FILE).resolve()
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(agency.script(held))
    Credentials(data / "credentials").issue("dsn", f"sqlite:///{path}")
    yield f"sqlite:///{path}"


def imported(name: str) -> Any:
    """The agency's own module."""
    return import_module(f"demo.agencies.{name.replace('-', '_')}")


async def serve(name: str, data: Path, port: int) -> None:
    """Answer until told to stop; the address is the first line of standard output."""
    async with answering(name, data, port) as origin:
        sys.stdout.write(json.dumps({"agency": name, "origin": origin}) + "\n")
        sys.stdout.flush()
        await _told_to_stop()


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(sys.stdin.fileno(), _stop_at_end_of_input, stop)
    await stop.wait()
    loop.remove_reader(sys.stdin.fileno())


def _stop_at_end_of_input(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        stop.set()


def main() -> None:
    """Run the agency that the command line names."""
    arguments = argparse.ArgumentParser(prog="python -m demo.processes.agency", description=__doc__)
    arguments.add_argument("name", choices=NAMES)
    arguments.add_argument("--port", type=int, default=0, help="0 for any free one")
    arguments.add_argument("--data", type=Path, required=True, help="a folder of its own")
    given = arguments.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(given.name, given.data, given.port))


if __name__ == "__main__":
    main()
