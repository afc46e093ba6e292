"""Where the threads of a gateway take their memory from."""

import ctypes
import os
import sys
from typing import Final

_ARENA_MAX: Final = -8  # mallopt(3): M_ARENA_MAX
_ARENAS: Final = 2


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
