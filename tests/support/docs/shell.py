"""A person who types the commands of a page, beside a PostgreSQL that archives."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.processes.ports import free_port
from demo.processes.postgres import Postgres
from tests.support.docs.pages import ROOT, blocks
from tests.support.served_gateway import COMMAND

_OPERATOR = (
    'log_origin = "teamaround.example/borough"\n[shield_team]\nname = "s"\n'
    'telephone = "01632 960999"\n[[area]]\ncode = "E09990001"\nname = "Northbrook"\n'
)
# PostgreSQL's own pg_ctl does not run as root.
_PG_CTL = """#!/bin/sh
if [ "$(id -u)" = 0 ]; then
  chown -R nobody standby recovered 2>/dev/null
  exec setpriv --reuid=nobody --clear-groups {0} "$@"
fi
exec {0} "$@"
"""


@dataclass
class Typist:
    """Types a page's blocks in a folder; each is named by how one of its lines begins."""

    page: str
    folder: Path
    known: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    path: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "operator.toml").write_text(_OPERATOR)
        self.write_settings()

    def write_settings(self, dsn: str = "") -> None:
        """The settings of a gateway with its log in a file, or at `dsn`."""
        settings = self.folder / "settings.toml"
        said = 'environment = "development"\n[files]\nstate = "state"\noperator = "operator.toml"\n'
        settings.write_text(said + (f'[log]\ndsn = "{dsn}"\n' if dsn else ""))
        settings.chmod(0o600)
        self.known["TEAMAROUND_SETTINGS"] = str(settings)

    def ends(self, begins: str) -> subprocess.CompletedProcess[str]:
        """How the block that has this line ends."""
        (block,) = (each for each in blocks(self.page, "sh") if _has(each, begins))
        self.typed.append(block)
        return self.shell(block)

    def types(self, begins: str) -> str:
        """What that block prints; every command of it ends well."""
        ended = self.ends(begins)
        assert ended.returncode == 0, f"{begins}: {ended.stderr}"
        return ended.stdout

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """How a script ends that stops at its first failure."""
        path = [self.folder / "tools", COMMAND.parent, *self.path, *os.environ["PATH"].split(":")]
        kept = {"PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)), "HOME": str(self.folder)}
        return subprocess.run(  # noqa: S603 - the page's own commands
            ["/bin/bash", "-e", "-c", script],
            cwd=self.folder,
            env={**kept, **self.known, "PATH": ":".join(map(str, path))},
            capture_output=True,
            text=True,
            check=False,
        )

    def starts(self, data: str) -> str:
        """Start a server over a folder of data; where it is."""
        port = free_port()
        given = f"--pgdata={data} --options=--port={port} --log={data}.log --wait"
        ended = self.shell(f"pg_ctl {given} start > started.txt")
        assert ended.returncode == 0, ended.stderr
        return dsn_of(port)


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder in which a server's own account may write too."""
    folder = Path(tempfile.mkdtemp(prefix="teamaround-page-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def archiving(typist: Typist, settings: str) -> Iterator[Postgres]:
    """A running server with these lines of postgresql.conf, and its programs for the typist."""
    archive = typist.folder / "archive"
    archive.mkdir(mode=0o777)
    archive.chmod(0o777)
    with Postgres(typist.folder / "primary", durable=True) as server:
        for line in settings.replace("/archive", str(archive)).splitlines():
            name, _, value = line.partition(" = ")
            server.run(f"ALTER SYSTEM SET {name} = '{value.strip(chr(39))}'")
        server.stop()
        server.start()
        (typist.folder / "tools").mkdir()
        shim = typist.folder / "tools" / "pg_ctl"
        shim.write_text(_PG_CTL.format(server.tools / "pg_ctl"))
        shim.chmod(0o755)
        typist.path.append(server.tools)
        yield server


def dsn_of(port: int | str, database: str = "postgres", user: str = "postgres") -> str:
    """A database of a server on this machine."""
    return f"postgresql://{user}@127.0.0.1:{port}/{database}"


def _has(block: str, begins: str) -> bool:
    return any(line.startswith(begins) for line in block.splitlines())
