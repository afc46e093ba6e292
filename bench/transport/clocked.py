"""The CPU of one call among many, in microseconds."""

import time
from collections.abc import Callable


def each_us(once: Callable[[], object], count: int) -> float:
    """What `once` takes on average of `count` times."""
    started = time.process_time()
    for _ in range(count):
        once()
    return (time.process_time() - started) / count * 1e6
