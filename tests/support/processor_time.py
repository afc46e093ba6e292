"""What some work of a test may cost, in processor time, however busy the machine is."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cheap(most_s: float) -> Iterator[None]:
    """Fail if this thread works for longer than `most_s` seconds within.

    Python looks for no garbage meanwhile. A look over all that the tests of a process hold takes
    0.3 s, and would be taken for the work's own.
    """
    collecting = gc.isenabled()
    gc.disable()
    began = time.thread_time()
    try:
        yield
        assert time.thread_time() - began < most_s
    finally:
        if collecting:
            gc.enable()
