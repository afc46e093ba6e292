"""Real PostgreSQL that replicates: a primary, its standbys, and addresses that outlive them."""
# ruff: noqa: S603 - every command here is the wheel's own binary with arguments of this file

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.processes.postgres import Postgres


class Standby(Postgres):
    """A server that begins as a copy of `primary` and follows it until it is promoted."""

    def __init__(self, data_dir: Path, primary: Postgres) -> None:
        super().__init__(data_dir, durable=True)
        self._primary = primary

    def promote(self) -> None:
        """Take writes from now on."""
        promote = [self._tool("pg_ctl"), "promote", "-D", str(self._data), "-w"]
        subprocess.run(promote, check=True, cwd="/", user=self._account, capture_output=True)

    def _initialise(self) -> None:
        copied = ["-d", self._primary.dsn(), "-R", "-c", "fast", "-X", "none", "--no-sync"]
        subprocess.run(
            [self._tool("pg_basebackup"), "-D", str(self._data), *copied],
            check=True,
            cwd="/",
            user=self._account,
            capture_output=True,
        )


@dataclass(frozen=True, slots=True)
class Replicated:
    """A primary and a standby, each where it stays, whether it runs or not."""

    primary: Postgres
    standby: Standby

    def dsn(self, place: str, user: str) -> str:
        """An address that names both, and the standby first."""
        ports = f"127.0.0.1:{self.standby.port},127.0.0.1:{self.primary.port}"
        return f"postgresql://{user}@{ports}/{place}"

    def wait_for_the_standby(self) -> None:
        """Return once it has everything that the primary has."""
        self.primary.run(
            "SET synchronous_commit = remote_apply; SELECT pg_logical_emit_message(true, '', '')"
        )


SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf()"
ALONE = "ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()"


@contextmanager
def replicated() -> Iterator[Replicated]:
    """Both servers, running, and the primary waits for the standby at every commit."""
    folder = Path(tempfile.mkdtemp(prefix="teamaround-replicated-"))
    folder.chmod(0o711)
    try:
        with ExitStack() as stack:
            primary = stack.enter_context(Postgres(folder / "one", durable=True))
            standby = stack.enter_context(Standby(folder / "other", primary))
            primary.run(SYNCHRONOUS)
            yield Replicated(primary, standby)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
