"""A gateway as in production, on one machine: PostgreSQL that syncs, and a key service apart.

Linux only: the figures come from /proc.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.audit.postgres import fresh_place, open_to_postgres
from bench.processes.gateway_process import HERE, GatewayProcess, gateway_process, teamaround_of
from bench.processes.worker import Worker, working
from bench.town.files import Limits, write_town
from demo.processes.postgres import Postgres

_ORIGIN: Final = "teamaround.example/bench"
_MORE: Final = """
[log]
dsn = "{dsn}"
[keys]
service = "unix:{socket}"
credential = "{credential}"
"""
_START_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rig:
    """All of it, running: the agencies, the database, the key service, the load."""

    street: Worker
    load: Worker
    server: Postgres
    keys: GatewayProcess
    folder: Path
    numbers: Iterator[int]

    def settings(self, urls: Mapping[str, str], limits: Mapping[str, Limits] | None = None) -> Path:
        """The settings of another gateway over an empty log of its own."""
        number = next(self.numbers)
        folder = self.folder / f"town-{number}"
        folder.mkdir()
        file = write_town(folder, urls, limits)
        dsn = asyncio.run(fresh_place(self.server, number))
        keys = {"socket": self.folder / "socket", "credential": self.folder / "credential"}
        file.write_text(file.read_text("utf-8") + _MORE.format(dsn=dsn, **keys))
        return file

    def schema_of(self, settings: Path) -> str:
        """The schema of that gateway's log."""
        return settings.parent.name.replace("town-", "log_")

    @contextmanager
    def gateway(self, settings: Path) -> Iterator[GatewayProcess]:
        """A gateway with these settings, until the context ends."""
        with gateway_process(settings) as gateway:
            yield gateway


@contextmanager
def rig(folder: Path) -> Iterator[Rig]:
    """Start everything but a gateway; all ends with the context."""
    open_to_postgres(str(folder))
    with ExitStack() as stack:
        server = stack.enter_context(Postgres(folder / "postgres", durable=True))
        keys = stack.enter_context(_keys(folder))
        street = stack.enter_context(working("bench.town.agencies"))
        load = stack.enter_context(working("bench.processes.load"))
        yield Rig(street, load, server, keys, folder, iter(range(10**6)))


@contextmanager
def _keys(folder: Path) -> Iterator[GatewayProcess]:
    made = _told("keys", "credential", str(folder / "credential"))
    line = next(each for each in made.splitlines() if each.startswith("credential_sha256"))
    may = 'may = ["protect", "find", "open", "sign"]'
    quotas = "pseudonyms_a_minute = 1000000\nsigns_a_minute = 100000"
    (folder / "clients.toml").write_text(f'[[client]]\nname = "g"\n{line}\n{may}\n{quotas}\n')
    files = ("--clients", "clients.toml", "--journal", "journal", "--folder", "keys")
    command = [
        *teamaround_of(HERE),
        "keys",
        "serve",
        *files,
        "--socket",
        "socket",
        "--log",
        _ORIGIN,
    ]
    nowhere = subprocess.DEVNULL  # what is printed is for a program
    with subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=nowhere) as process:  # noqa: S603  our own command
        try:
            _wait_for(folder / "socket", process)
            yield GatewayProcess(process.pid, "", "")
        finally:
            process.terminate()


def _told(*words: str) -> str:
    command = [*teamaround_of(HERE), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own command


def _wait_for(socket: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_S
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            sys.exit("the key service did not start")
        time.sleep(0.05)
