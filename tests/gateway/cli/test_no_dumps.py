"""Whatever goes on running leaves no dump of what it holds, and shows nobody its memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.tree.note import NoteSigner
from gateway.identity.development_token import development_key
from tests.support.agencies import AUTHORITY, rest_source
from tests.support.served_gateway import COMMAND, environment, settings_file
from tests.support.town import settings_for

NOBODY = 65534


@contextmanager
def begun(folder: Path, *command: str | Path) -> Iterator[int]:
    """The process of a command that has said its first line; of no privileged group."""
    # Who may be dumped belongs to its own group in /proc, who may not to root's.
    group: dict[str, Any] = {"group": NOBODY} if os.getuid() == 0 else {}
    with subprocess.Popen(  # noqa: S603 - our own commands
        [*map(str, command)],
        cwd=folder,
        env=environment(folder, PYTHONUNBUFFERED="1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **group,
    ) as process:
        try:
            assert process.stdin
            assert process.stdout
            process.stdin.write(b"\n")
            process.stdin.flush()
            said = process.stdout.readline()
            assert process.poll() is None, said
            yield process.pid
        finally:
            process.kill()


def refuses_dumps(pid: int) -> bool:
    """Whether the kernel would write no core of this process, nor let others read it."""
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    (core,) = (line.split()[4:6] for line in limits if line.startswith("Max core file size"))
    memory = Path(f"/proc/{pid}/mem").stat()
    return core == ["0", "0"] and (memory.st_uid, memory.st_gid) == (0, 0)


def gateway(folder: Path) -> list[str | Path]:
    sources = [rest_source("spine", "http://127.0.0.1:9", claims=AUTHORITY)]
    settings = settings_for(folder, sources)
    development_key(settings)
    return ["serve", "--settings", settings_file(folder, settings)]


def key_service(folder: Path) -> list[str | Path]:
    (folder / "clients.toml").write_text(
        f'[[client]]\nname = "gateway"\ncredential_sha256 = "{"0" * 64}"\nmay = ["protect"]\n'
    )
    options = ["--clients", "clients.toml", "--journal", "journal", "--socket", "socket"]
    return ["keys", "serve", *options]


def witness(folder: Path) -> list[str | Path]:
    log = NoteSigner.at(folder / "log-key", "gateway.example/log").verifier_key
    return ["witness", "serve", "--name", "regulator.example/w1", "--log-key", log, "--port", "0"]


@pytest.mark.parametrize("command", [gateway, key_service, witness])
def test_what_goes_on_running_is_never_dumped(tmp_path: Path, command: Any) -> None:
    with begun(tmp_path, COMMAND, *command(tmp_path)) as pid:
        assert refuses_dumps(pid)


def test_a_process_that_did_nothing_about_it_would_be_noticed(tmp_path: Path) -> None:
    with begun(tmp_path, "cat") as pid:
        assert not refuses_dumps(pid)
