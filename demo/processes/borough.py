"""The borough at work: every agency in its own process, and what the gateway reaches them by."""

import json
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from demo.population import register
from demo.processes.agency import NAMES
from demo.processes.forked import AgencyProcess, forked
from demo.processes.running import Running, await_end
from demo.processes.running_copy import RunningCopy, write_running_copy

DOWN: Final = (register.YOUTH_JUSTICE,)
_START_TIMEOUT_S: Final = 60.0
_STOP_TIMEOUT_S: Final = 10.0


class BoroughStartError(RuntimeError):
    """An agency did not start; the message says which, and where its own words are."""


class Borough(Running):
    """Starts `agencies` under `state` and takes those in `down` away again; a context manager.

    Nothing outlives the borough, however it ends: an agency stops when its standard input closes.
    """

    def __init__(
        self, state: Path, *, agencies: Iterable[str] = NAMES, down: Iterable[str] = DOWN
    ) -> None:
        self._state = state.resolve()
        self._agencies = tuple(agencies)
        self._down = tuple(name for name in self._agencies if name in set(down))
        self._processes: dict[str, AgencyProcess] = {}
        self._parent: subprocess.Popen[bytes] | None = None
        self._origins: dict[str, str] = {}
        self._held = ExitStack()
        self._files: RunningCopy | None = None

    @property
    def files(self) -> RunningCopy:
        """The manifests, secrets and operator's file of this run."""
        if self._files is None:
            raise BoroughStartError("the borough has not been started")
        return self._files

    @property
    def origins(self) -> dict[str, str]:
        """Where each agency answers, by name; an agency that is down is named too."""
        return dict(self._origins)

    def start(self) -> None:
        """Start every agency at once and wait until each answers; BoroughStartError if not."""
        started = forked({name: self._empty_folder(name) for name in self._agencies})
        self._processes, self._parent = started.agencies, started.parent
        if len(self._processes) < len(self._agencies):
            raise BoroughStartError("no agency started: see what is said above")
        self._await_all()
        folders = {name: self.folder(name) / "credentials" for name in self._agencies}
        self._files = write_running_copy(self._state, self._origins, folders)
        for name in self._down:
            self.take_down(name)

    def stop(self) -> None:
        """Stop every agency; nothing if none runs."""
        running, self._processes = self._processes, {}
        for process in running.values():
            process.hang_up()
        for process in running.values():
            process.await_end(_STOP_TIMEOUT_S)
        if self._parent is not None:
            await_end(self._parent, _STOP_TIMEOUT_S)
            self._parent = None
        self._held.close()

    def take_down(self, name: str) -> None:
        """Stop one agency and keep its port, so that whoever calls is refused."""
        process = self._processes.pop(name)
        process.hang_up()
        process.await_end(_STOP_TIMEOUT_S)
        port = urlsplit(self._origins[name]).port
        if port is not None:
            kept = self._held.enter_context(socket.socket())
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind(("127.0.0.1", port))

    def folder(self, name: str) -> Path:
        """The folder of one agency: its store, its access log and its own words."""
        return self._state / "agencies" / name

    def _empty_folder(self, name: str) -> Path:
        folder = self.folder(name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def _await_all(self) -> None:
        until = time.monotonic() + _START_TIMEOUT_S
        with selectors.DefaultSelector() as waiting:
            for name, process in self._processes.items():
                waiting.register(process.said, selectors.EVENT_READ, name)
            while waiting.get_map():
                ready = waiting.select(max(0.0, until - time.monotonic()))
                if not ready:
                    late = [str(key.data) for key in waiting.get_map().values()]
                    raise BoroughStartError(f"not ready in time: {', '.join(late)}")
                for key, _ in ready:
                    self._origins[key.data] = self._origin(key.data)
                    waiting.unregister(key.fileobj)

    def _origin(self, name: str) -> str:
        line = self._processes[name].said.readline()
        if not line:
            raise BoroughStartError(f"{name} did not start: see {self.folder(name)}/stderr.log")
        return str(json.loads(line)["origin"])
