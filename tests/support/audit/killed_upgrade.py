"""`teamaround db COMMAND` in a process that is killed before its statement of a given number."""

import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.cli.main import app


def _main(last: int, *arguments: str) -> None:
    left = last

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    app(arguments)


if __name__ == "__main__":
    _main(int(sys.argv[1]), *sys.argv[2:])
