"""`teamaround db COMMAND` in a process that is killed before its statement of a given number.

A line of standard input is the number and the command; the answer is how that process ended. Each
is a fork of this one, which has imported everything: a start takes longer than an upgrade.
"""

import os
import shlex
import signal
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.cli import db
from gateway.cli.main import app

__all__ = ["db"]


def _main(last: int, *arguments: str) -> None:
    left = last

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    app(arguments)


def _ended(line: str) -> int:
    last, *arguments = shlex.split(line)
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        _main(int(last), *arguments)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for asked in sys.stdin:
        sys.stdout.write(f"{_ended(asked)}\n")
        sys.stdout.flush()
