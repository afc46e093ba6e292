"""Agencies, each a process of its own, forked by one that has imported what all of them need.

`python -m demo.processes.forked` is told as JSON which agencies, where each has its folder, and
by which open files it is told to stop and says where it answers.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO, NoReturn

from demo.population.caseload import town
from demo.processes.agency import imported, serve


@dataclass(slots=True)
class AgencyProcess:
    """One agency at work: it ends once `told` is closed, and with it what it has `said`."""

    pid: int
    told: IO[bytes]
    said: IO[bytes]

    def hang_up(self) -> None:
        """Tell it to stop."""
        self.told.close()

    def await_end(self, within: float) -> None:
        """Wait until it has ended; kill it after `within` seconds."""
        with DefaultSelector() as waiting:
            waiting.register(self.said, EVENT_READ)
            if not waiting.select(within):
                os.kill(self.pid, signal.SIGKILL)
        self.said.read()
        self.said.close()


@dataclass(frozen=True, slots=True)
class Forked:
    """The agencies by name, and the process that forked them, which ends once they all have."""

    agencies: dict[str, AgencyProcess]
    parent: "subprocess.Popen[bytes]"


def forked(folders: Mapping[str, Path]) -> Forked:
    """Start every agency over its folder; none if their parent did not start."""
    orders, theirs, ours = [], [], []
    for name, folder in folders.items():
        told, tells = os.pipe()
        says, said = os.pipe()
        orders.append((name, str(folder), told, said))
        theirs += [told, said]
        ours.append((os.fdopen(tells, "wb"), os.fdopen(says, "rb")))
    parent = subprocess.Popen(  # noqa: S603 - this project's own module
        [sys.executable, "-m", "demo.processes.forked", json.dumps(orders)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=theirs,
        start_new_session=True,  # Ctrl-C is ours to pass on
    )
    for number in theirs:
        os.close(number)
    assert parent.stdout is not None  # noqa: S101 - it is a pipe
    with parent.stdout as answer:
        pids = json.loads(answer.read() or b"[]")
    started = zip(folders, pids, ours, strict=False)
    return Forked({name: AgencyProcess(pid, *files) for name, pid, files in started}, parent)


def _become(name: str, folder: str, told: int, said: int) -> NoReturn:
    os.setsid()
    words = os.open(Path(folder) / "stderr.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, file in enumerate((told, said, words)):
        os.dup2(file, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the others' too, so that each ends alone
    try:
        asyncio.run(serve(name, Path(folder), 0))
    except BaseException:  # noqa: BLE001 - whatever it is stands in its own words
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Fork every agency, say which processes they are, and wait until all have ended."""
    orders = json.loads(sys.argv[1])
    town()
    for name, *_ in orders:
        imported(name)
    pids = []
    for order in orders:
        pid = os.fork()
        if not pid:
            _become(*order)
        pids.append(pid)
    os.write(1, json.dumps(pids).encode())
    for number in (1, *(number for order in orders for number in order[2:])):
        os.close(number)  # an agency's files end with the agency
    for pid in pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
