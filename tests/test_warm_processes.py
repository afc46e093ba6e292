"""A command in a warm process does what it does in one that was started afresh, and ends so."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE_S
from tests.support.served_gateway import COMMAND
from tests.support.verify.key_service_process import key_service
from tests.support.warm.process import WarmProcess, begin


def printed(process: WarmProcess) -> str:
    with os.fdopen(process.output, encoding="utf-8") as output:
        return output.read()


@pytest.mark.parametrize("words", [["--version"], ["audit", "prune"]])
def test_it_prints_and_ends_as_one_that_was_started_afresh(
    words: list[str], tmp_path: Path
) -> None:
    around = {**os.environ, "COLUMNS": "80"}
    process = begin(*words, folder=tmp_path, environment=around)
    afresh = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *words],
        cwd=tmp_path,
        env=around,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (printed(process), process.await_end()) == (afresh.stdout, afresh.returncode)


def test_it_is_in_its_own_folder_and_says_what_ended_it() -> None:
    with key_service() as service:
        process = service.process
        assert process is not None
        assert process.poll() is None
        assert Path(f"/proc/{process.pid}/cwd").readlink() == service.folder
        process.kill()
        assert process.await_end() == -signal.SIGKILL
