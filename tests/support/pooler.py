"""A real PgBouncer on loopback in front of a real PostgreSQL; skipped where it is not installed."""
# ruff: noqa: S603 - every command here is Debian's own binary with a file of ours

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from tests.support.audit.database import ROLE
from tests.support.patience import PATIENCE_S

PGBOUNCER: Final = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pooled(server: Postgres, mode: str, *, ignored: str = "") -> Iterator[int]:
    """The port of a PgBouncer that pools by `session`, `transaction` or `statement`.

    `ignored` are the start-up parameters that it drops in silence.
    """
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="teamaround-pgbouncer-"))
    folder.chmod(0o711)
    port = free_port()
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text("".join(f'"{name}" ""\n' for name in ("postgres", ROLE)))
    settings.write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {users}\npool_mode = {mode}\n"
        f"ignore_startup_parameters = extra_float_digits{',' if ignored else ''}{ignored}\n"
    )
    for file in (users, settings):
        file.chmod(0o644)
    account = "nobody" if os.geteuid() == 0 else None
    process = subprocess.Popen(
        [PGBOUNCER, "-q", str(settings)], user=account, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, "PgBouncer did not start"
            assert time.monotonic() < until, "PgBouncer does not listen"
            time.sleep(0.02)
        else:
            return
