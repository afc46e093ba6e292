"""The key service as its operator runs it: a process of its own, killed or stopped by a test."""

import json
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.service.clients import digest_of, new_credential
from tests.support.warm.process import WarmProcess, begin


@dataclass(slots=True)
class KeyService:
    """Everything of one key service is below `folder`, a short path, as sockets need."""

    folder: Path
    limits: Mapping[str, int] = field(default_factory=dict)
    process: WarmProcess | None = None
    _said: IO[str] = field(init=False)

    @property
    def place(self) -> str:
        """What `key_service` names."""
        return f"unix:{self.folder / 'socket'}"

    @property
    def settings(self) -> dict[str, Any]:
        """The gateway's settings that lead here."""
        credential = self.folder / "gateway"
        return {"keys__service": self.place, "keys__credential": credential}

    def credential(self, name: str) -> Path:
        """Where a client's credential is."""
        return self.folder / name

    def start(self, *more: str) -> str:
        """Start it and wait until it serves; the line in which it says so."""
        where = more or ("--socket", str(self.folder / "socket"))
        options = ["--clients", "clients.toml", "--journal", "journal", "--folder", "keys", *where]
        unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = begin("keys", "serve", *options, folder=self.folder, environment=unbuffered)
        self._said = os.fdopen(self.process.output, encoding="utf-8")
        line = self._said.readline()
        assert line.startswith("serving"), line + self._said.read()
        return line

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a failing machine does."""
        if self.process is not None:
            self.process.kill()
            self.process.await_end()
            self._said.close()
            self.process = None

    @property
    def journal(self) -> list[dict[str, Any]]:
        """What it wrote down so far."""
        lines = (self.folder / "journal").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def outcomes(self, use: str) -> list[tuple[str, int]]:
        """How each such use ended, and of how many it was."""
        return [(each["outcome"], each["count"]) for each in self.journal if each["use"] == use]


@contextmanager
def key_service(*, serving: bool = True, **limits: int) -> Iterator[KeyService]:
    """A key service with two clients, `gateway` (within `limits`) and `officer`."""
    with tempfile.TemporaryDirectory(prefix="keys-") as made:
        service = KeyService(Path(made), limits)
        _write_clients(service)
        if serving:
            service.start()
        try:
            yield service
        finally:
            service.kill()


def _write_clients(service: KeyService) -> None:
    tables: dict[str, dict[str, object]] = {
        "gateway": {"may": ["protect", "find", "open"], **service.limits},
        "officer": {"may": ["epochs"]},
    }
    lines: list[str] = []
    for name, table in tables.items():
        made = new_credential()
        create_once(service.credential(name), made.encode())
        lines += ["[[client]]", f'name = "{name}"', f'credential_sha256 = "{digest_of(made)}"']
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    (service.folder / "clients.toml").write_text("\n".join(lines))
