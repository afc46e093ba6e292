"""Where the threads of a gateway take their memory from, and when it goes back."""

import ctypes
import os
import sys
from typing import Final

_ARENA_MAX: Final = -8  # mallopt(3): M_ARENA_MAX
_ARENAS: Final = 2
_MUCH: Final = 8 * 1024 * 1024  # bytes free: a busy gateway has 2 to 6 MiB, and uses them again


def share_memory() -> None:
    """Have all threads take memory from the same two places, where the C library can (glibc).

    By itself it gives each thread a place of its own, and keeps what was free there once. A job in
    a thread, such as a round of the alerts, takes some megabytes for a moment. Each round may run
    in another thread, so memory grew until every thread had run the largest job.

    An operator's own number in MALLOC_ARENA_MAX stays.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_ARENA_MAX, _ARENAS)


class _Found(ctypes.Structure):
    # What mallinfo2(3) tells of all places together, in bytes, by the names that it has there.
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def give_back_memory() -> None:
    """Give the system what the C library holds free, if that is much, where it can (glibc).

    By itself it gives back only what is free above everything that is used. So after a hundred
    long answers at the same time it often kept 40 MiB, until as many were asked again.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    told, trim = getattr(library, "mallinfo2", None), getattr(library, "malloc_trim", None)
    if told is None or trim is None:
        return
    told.restype = _Found
    if told().fordblks > _MUCH:
        trim(0)
