"""`teamaround db upgrade` where no file may grow: a disk that is full."""

import resource
import sys

from gateway.cli.main import app


def _main(*arguments: str) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    app(["db", "upgrade", *arguments])


if __name__ == "__main__":
    _main(*sys.argv[1:])
