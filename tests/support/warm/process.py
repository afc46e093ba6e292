"""`teamaround`, without the time that its imports take: a process of its own, forked by a warm one.

That its imports work and what they take is held elsewhere, by tests that start it afresh.
"""

import asyncio
import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
_PID: Final = 4  # bytes
_PIECE: Final = 1 << 16


@dataclass(slots=True)
class WarmProcess:
    """A running command; `output` is the end of what it prints, `told` where its end is told."""

    pid: int
    output: int
    told: int
    returncode: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Its exit status, as of a process of `subprocess`; None while it runs."""
        if self.returncode is None and select.select([self.told], [], [], 0)[0]:
            self.returncode = int(os.read(self.told, 8) or -signal.SIGKILL)
            os.close(self.told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing if it has ended, whether or not that was told yet."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def await_end(self) -> int:
        """Wait for its end; its exit status."""
        if self.returncode is None:
            select.select([self.told], [], [])
        return self.poll() or 0

    async def wait(self) -> int:
        """The same, beside whatever else there is to do."""
        if self.returncode is None:
            loop, over = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self.told, over.set)
            try:
                await over.wait()
            finally:
                loop.remove_reader(self.told)
        return self.poll() or 0

    def said(self) -> asyncio.StreamReader:
        """What it prints, to its end; the running loop reads it."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()

        def read() -> None:
            if printed := os.read(self.output, _PIECE):
                reader.feed_data(printed)
                return
            loop.remove_reader(self.output)
            os.close(self.output)
            reader.feed_eof()

        loop.add_reader(self.output, read)
        return reader


def begin(*words: str, folder: Path, environment: Mapping[str, str]) -> WarmProcess:
    """Begin the command with these words in a folder; errors go where its output goes."""
    reads, writes = os.pipe()
    told, tells = os.pipe()
    order = {"words": words, "folder": str(folder), "environment": dict(environment)}
    socket.send_fds(_warm(), [json.dumps(order).encode()], [writes, writes, tells])
    for number in (writes, tells):
        os.close(number)
    answer = _warm().recv(_PID)
    assert len(answer) == _PID, "who forks the commands has ended: see what is said above"
    return WarmProcess(int.from_bytes(answer, "big"), reads, told)


@cache
def _warm() -> socket.socket:
    """Where processes are asked for; whoever forks them ends with the tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        parent = subprocess.Popen(  # noqa: S603 - a module of the tests
            [sys.executable, "-m", __name__.rpartition(".")[0], str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        parent.wait()

    atexit.register(end)
    return ours
