"""What one thread of a gateway needed for a moment is there for the next thread."""

import os
import platform
import subprocess
import sys
from typing import Final

import pytest

_GLIBC: Final = platform.libc_ver()[0] == "glibc"
_THREADS: Final = 6
# Six people's jobs at once, each in a thread that takes some memory; how many places it came from.
_JOBS: Final = f"""
import ctypes, sys, tempfile, threading
from gateway.cli.serving.allocating import share_memory

if sys.argv[1] == "shared":
    share_memory()
libc = ctypes.CDLL(None)
libc.fdopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = libc.fclose.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
together = threading.Barrier({_THREADS})

def job():
    together.wait()
    taken = [libc.malloc(4096) for _ in range(64)]
    together.wait()
    for each in taken:
        libc.free(each)

threads = [threading.Thread(target=job) for _ in range({_THREADS})]
for each in threads:
    each.start()
for each in threads:
    each.join()
with tempfile.TemporaryFile() as told:
    out = libc.fdopen(told.fileno(), b"w")
    libc.malloc_info(0, out)
    libc.fflush(ctypes.c_void_p(out))
    told.seek(0)
    print(told.read().count(b"<heap "))
"""


def _places(how: str, **chosen: str) -> int:
    command = [sys.executable, "-c", _JOBS, how]
    around = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, check=True, text=True, env=around | chosen
    )
    return int(done.stdout)


# Long answers of so many MiB came and left; what is used still is above them. Which part of their
# memory is the gateway's still, once nobody waits any more.
_CROWD: Final = """
import ctypes, sys
from pathlib import Path
from gateway.cli.serving.allocating import give_back_memory

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(each for each in lines if each.startswith("RssAnon")).split()[1])

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
before, size = held(), 64 * 1024
taken = [libc.malloc(size) for _ in range(int(sys.argv[1]) * 16)]
for each in taken:
    ctypes.memset(each, 1, size)
above = libc.malloc(size)
for each in taken:
    libc.free(each)
full = held() - before
give_back_memory()
print((held() - before) / full)
"""


@pytest.mark.skipif(not _GLIBC, reason="the C library is not glibc")
def test_all_threads_take_their_memory_from_two_places() -> None:
    assert _places("shared") == 2
    assert _places("each its own") > 2
    assert _places("shared", MALLOC_ARENA_MAX="4") == 4


def _still_held(mib: int) -> float:
    command = [sys.executable, "-c", _CROWD, str(mib)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - our own words
    return float(done.stdout)


@pytest.mark.skipif(not _GLIBC, reason="the C library is not glibc")
def test_what_a_crowd_took_goes_back_once_nobody_waits_and_what_a_few_took_stays() -> None:
    assert _still_held(40) < 0.1
    assert _still_held(4) > 0.9
