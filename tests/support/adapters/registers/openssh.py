"""OpenSSH's own sshd, as a user who is nobody in particular, on a port and with keys of its own."""

import csv
import io
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import asyncssh
import pytest

from demo.processes.ports import free_port
from tests.support.adapters.registers.people import CHILDREN, GUS, Child

_ELSEWHERE: Final = "/usr/sbin/sshd"  # not on everybody's path
_NOT_ROOT: Final = (
    "daemon"  # who serves where root runs the tests: "nobody" is locked on some machines
)
_STARTS_WITHIN_S: Final = 20
_CONFIG: Final = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True, slots=True)
class SftpServer:
    """The running server; `key` is what its one user logs in with."""

    folder: Path
    port: int
    user: str
    key: str
    host_key: str
    exports: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "exports", self.folder / "exports")

    @property
    def origin(self) -> str:
        """Its address."""
        return f"sftp://127.0.0.1:{self.port}"

    def holds_nothing(self) -> None:
        """Take every export away."""
        for file in self.exports.iterdir():
            file.unlink()

    def holds(self, day: date, text: str) -> None:
        """Put an export there under its name of that day, whole or not at all."""
        fresh = self.exports / "fresh"
        fresh.write_text(text)
        fresh.chmod(0o644)
        fresh.rename(self.exports / f"children-{day:%Y%m%d}.csv")


def exported(children: tuple[Child, ...] = (*CHILDREN, GUS)) -> str:
    """The children as CSV, a row for each of who works with one."""
    out = io.StringIO()
    rows = [{**_own(asdict(child)), **_worker(one)} for child in children for one in child.workers]
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _own(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "workers"}


def _worker(worker: Any) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(worker).items() if name != "id"}


@contextmanager
def openssh() -> Iterator[SftpServer]:
    """The server while it runs; skips where OpenSSH's server is not installed."""
    sshd = shutil.which("sshd") or _ELSEWHERE
    if not Path(sshd).exists():
        pytest.skip("OpenSSH's server is not installed here (Debian: openssh-server)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = pwd.getpwnam(_NOT_ROOT) if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        server = _prepared(folder, account)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - the program that was looked for
                [sshd, "-D", "-e", "-f", str(folder / "config")], stderr=log, **_as(account)
            )
        try:
            _listening(process, folder / "log")
            yield server
        finally:
            process.terminate()
            process.wait()


def _prepared(folder: Path, account: pwd.struct_passwd) -> SftpServer:
    host, own = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    port = free_port()
    files = {
        "host_key": host.export_private_key(),
        "authorized_keys": own.export_public_key(),
        "config": _CONFIG.format(port=port, folder=folder).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    (folder / "exports").mkdir()
    if os.getuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    line = " ".join(host.export_public_key().decode().split()[:2])
    return SftpServer(folder, port, account.pw_name, own.export_private_key().decode(), line)


def _as(account: pwd.struct_passwd) -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _listening(process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while "Server listening" not in log.read_text():
        running = process.poll() is None and time.monotonic() < until
        assert running, f"sshd did not start: {log.read_text()}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def sshd() -> Iterator[SftpServer]:
    """The server, for the tests of one file."""
    with openssh() as server:
        yield server
