"""A witness in a process of its own, whose clock is a file: killed and started again by a test."""

import asyncio
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn

from gateway.audit.verify.key import VerifierKey
from gateway.audit.witness.cosigner import Cosigner
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.served import witness_app
from gateway.audit.witness.witness import Witness

_STARTS_WITHIN_S: Final = 60
NAME: Final = "regulator.example/w1"


@dataclass(slots=True)
class WitnessProcess:
    """Its key and memory are below `folder`; its port stays reserved while it is dead."""

    folder: Path
    log_key: str
    clock: Path
    reserved: socket.socket = field(default_factory=lambda: _reserved(0))
    process: subprocess.Popen[str] | None = None

    @property
    def listed(self) -> str:
        """The witness as the gateway's settings name it."""
        key = Cosigner.at(self.folder / "witness-key", NAME).verifier_key
        return f"http://127.0.0.1:{self.reserved.getsockname()[1]} {key}"

    def start(self) -> None:
        """Start it and wait until it serves."""
        port = str(self.reserved.getsockname()[1])
        self.process = subprocess.Popen(  # noqa: S603 - this module
            [sys.executable, "-m", __name__, self.folder, self.log_key, self.clock, port],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], _STARTS_WITHIN_S)[0], "did not start"
        assert self.process.stdout.readline() == "witnessing\n"

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@contextmanager
def witness_process(folder: Path, log_key: str, clock: Path) -> Iterator[WitnessProcess]:
    """A witness that was started."""
    made = WitnessProcess(folder, log_key, clock)
    made.start()
    try:
        yield made
    finally:
        made.kill()
        made.reserved.close()


def _reserved(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


def _main(folder: Path, log_key: str, clock: Path, port: int) -> None:
    log = VerifierKey.read(log_key)
    cosigner = Cosigner.at(folder / "witness-key", NAME)
    memory = Memory(folder / "seen.sqlite")
    witness = Witness(cosigner, memory, {log.name: log}, lambda: int(float(clock.read_text())))
    listening = _reserved(port)
    listening.listen(16)
    sys.stdout.write("witnessing\n")
    config = uvicorn.Config(witness_app(witness), log_config=None)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
