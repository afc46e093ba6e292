"""A real PostgreSQL with TLS: Debian's, as the wheel's is built without it; skipped elsewhere."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from demo.processes.postgres import Postgres
from tests.support.adapters.tls import Pem

_INSTALLED: Final = Path("/usr/lib/postgresql")


class TlsPostgres(Postgres):
    """Shows the certificate `shown`, and lets nobody in without TLS."""

    def __init__(self, data_dir: Path, binaries: Path, shown: Pem) -> None:
        super().__init__(data_dir)
        self._binaries = binaries
        self._settings = {**self._settings, "ssl": "on"}
        self._shown = shown

    def show(self, shown: Pem) -> None:
        """Show another certificate to whoever connects from now on."""
        self._write(shown)
        self.run("SELECT pg_reload_conf(), pg_sleep(0.2)")

    def _initialise(self) -> None:
        super()._initialise()
        self._write(self._shown)

    def _write(self, shown: Pem) -> None:
        owner = pwd.getpwnam(self._account) if self._account else pwd.getpwuid(os.geteuid())
        for name, text in (("server.crt", shown.certificate), ("server.key", shown.key)):
            file = self._data / name
            file.unlink(missing_ok=True)
            file.touch(mode=0o600)
            file.write_text(text)
            os.chown(file, owner.pw_uid, owner.pw_gid)


@contextmanager
def tls_postgres(shown: Pem) -> Iterator[TlsPostgres]:
    """A running server; the test is skipped where Debian's PostgreSQL is not installed."""
    found = sorted(_INSTALLED.glob("*/bin/postgres"))
    if not found:
        pytest.skip("no PostgreSQL with TLS is installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="teamaround-tls-postgres-"))
    folder.chmod(0o711)
    try:
        with TlsPostgres(folder / "data", found[-1].parents[1], shown) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
