"""Opens a log as a user who may read and not write it; prints how that ends."""

import os
import sys
from pathlib import Path

from gateway.audit.errors import LogUnavailable
from gateway.audit.store.sqlite import Writing
from gateway.audit.store.sqlite_check import check_log

NOBODY = 65534


def _main(path: Path) -> None:
    seen = check_log(path)
    if os.geteuid() == 0:  # root may write everything
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        Writing.open(path, seen)
    except LogUnavailable:
        sys.stdout.write("LogUnavailable")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
