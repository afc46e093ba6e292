"""The borough's database ends with whoever started it, however that ends."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.patience import PATIENCE_S

STARTS: Final = """
import sys
from pathlib import Path
from demo.processes.postgres import Postgres
with Postgres(Path(sys.argv[1]) / "data") as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of a server may pass through."""
    made = Path(tempfile.mkdtemp(prefix="teamaround-postgres-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_ends_when_whoever_started_it_is_killed(folder: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", STARTS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())
        assert listens(port)
        process.kill()
    until = time.monotonic() + PATIENCE_S
    while listens(port):
        assert time.monotonic() < until
