"""Programs of the tests, run as processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PROGRAMS = "tests.support.audit"


@contextmanager
def running(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"{PROGRAMS}.{program}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            yield process
        finally:
            process.kill()
