"""The process that has imported what commands need, and forks one for each that is asked for.

Each is a process of its own, with its own folder, environment, files and end. `python -m
tests.support.warm NUMBER` is asked over the socket of that number, and ends with it.
"""

import gc
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

# What `serve` and `keys serve` import once they run.
import gateway.audit.keys.service.routes
import gateway.cli.keys
import gateway.cli.serving.serve
import gateway.cli.sources.proposing  # noqa: F401
from gateway.cli.main import app
from gateway.graphql.root import build_schema

_LARGEST_ORDER: Final = 1 << 16
_FILES: Final = 3  # of each order: what the command writes to, twice, and where its end is told


@dataclass(slots=True)
class Warm:
    """The processes that run, by the number of what the system tells their end by."""

    asked: socket.socket
    selector: DefaultSelector = field(default_factory=DefaultSelector)

    def next_order(self) -> dict[str, Any] | None:
        """Fork whatever is asked for. It returns an order in each fork, and at the end None."""
        self.selector.register(self.asked, EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.data is not None:
                    self._tell_end(key.fd, *key.data)
                    continue
                words, files, _, _ = socket.recv_fds(self.asked, _LARGEST_ORDER, _FILES)
                if not words:
                    return None
                if self._fork(files[-1]):
                    self._become(files)
                    order: dict[str, Any] = json.loads(words)
                    return order
                for number in files[:-1]:
                    os.close(number)

    def _fork(self, told: int) -> bool:
        """Whether this is the new process; the old one says which it is, and waits for its end."""
        pid = os.fork()
        if pid:
            self.asked.sendall(pid.to_bytes(4, "big"))
            self.selector.register(os.pidfd_open(pid), EVENT_READ, (pid, told))
        return not pid

    def _tell_end(self, ended: int, pid: int, told: int) -> None:
        _, status = os.waitpid(pid, 0)
        self.selector.unregister(ended)
        os.close(ended)
        os.write(told, b"%d" % os.waitstatus_to_exitcode(status))
        os.close(told)

    def _become(self, files: list[int]) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for place, number in enumerate((nothing, *files[:-1])):
            os.dup2(number, place)
        self.selector.close()
        self.asked.close()
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the others' too, so that each ends alone


def main() -> None:
    """Serve orders; in a fork, do what its order says."""
    build_schema()
    gc.collect()
    gc.freeze()  # else each fork would copy what it looks through
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its socket tells its end
    order = Warm(socket.socket(fileno=int(sys.argv[1]))).next_order()
    if order is not None:
        _run(order)


def _run(order: dict[str, Any]) -> None:
    """What the installed command does, in the order's folder and environment."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.enable()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    if "PYTHONUNBUFFERED" in os.environ:
        sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr]
    app(order["words"], prog_name="teamaround")


if __name__ == "__main__":
    gc.disable()
    main()
