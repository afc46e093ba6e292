"""Where tests write: in memory, if the machine has room, as every store waits for its disk.

A gateway makes each step durable before the next, some thirty times in a short test. That the code
asks for it is held elsewhere; a disk's own time is nobody's promise.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

import psutil

_GIB: Final = 1 << 30
_ROOM: Final = 4 * _GIB  # a whole run takes about one
_MEMORY: Final = 8 * _GIB  # for these files and for all that runs beside


def write_in_memory(folder: Path = Path("/dev/shm")) -> bool:  # noqa: S108 - it is in memory
    """Have temporary files made in `folder`; False, and nothing done, where it does not fit.

    Whoever names a place by TMPDIR keeps it.
    """
    if "TMPDIR" in os.environ or not _fits(folder):
        return False
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # it is looked up anew
    return True


def _fits(folder: Path) -> bool:
    try:
        there = os.statvfs(folder)
    except OSError:
        return False
    runs = not there.f_flag & os.ST_NOEXEC  # tests make programs too
    room = there.f_bavail * there.f_frsize
    enough = room > _ROOM and psutil.virtual_memory().available > _MEMORY
    return runs and enough and os.access(folder, os.W_OK)
