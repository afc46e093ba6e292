"""The disk under the log: how long one durable write takes, whoever makes it."""

import os
import time
from pathlib import Path
from statistics import median


def durable_write_ms(folder: Path, count: int = 60) -> float:
    """Milliseconds, median, until 4 KiB appended to a file in `folder` survive a crash."""
    took_s = []
    file = os.open(folder / "durable", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(count):
            os.write(file, b"\0" * 4096)
            started = time.perf_counter()
            os.fdatasync(file)
            took_s.append(time.perf_counter() - started)
    finally:
        os.close(file)
    return 1000 * median(took_s)
