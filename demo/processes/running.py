"""What starts and ends: the shape that every process of the demo has."""

import subprocess
from abc import ABC, abstractmethod
from signal import SIGTERM
from types import TracebackType
from typing import Self


class Running(ABC):
    """A context manager over `start` and `stop`; what fails while it starts is stopped."""

    @abstractmethod
    def start(self) -> None:
        """Start, and wait until it answers."""

    @abstractmethod
    def stop(self) -> None:
        """End it; nothing where it does not run."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def end(process: subprocess.Popen[bytes], within: float, by: int = SIGTERM) -> None:
    """Ask a process to end by a signal, and kill it if it has not after `within` seconds."""
    process.send_signal(by)
    await_end(process, within)


def await_end(process: subprocess.Popen[bytes], within: float) -> None:
    """Wait for a process that was asked to end; kill it after `within` seconds."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
