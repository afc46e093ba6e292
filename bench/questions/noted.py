"""`teamaround` that notes when each step of a question comes, where questions come one by one.

At SIGUSR2 it writes its notes down.
"""

import json
import signal
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, Final

from gateway.cli.main import app

_FIRST: Final = "gateway.http.connections.protocol:BoundedProtocol.data_received"
_NOTED: Final = (
    "gateway.http.pipeline:Pipeline.start",
    "gateway.http.pipeline:Pipeline._begun",
    "gateway.http.pipeline:Pipeline._admit",
    "gateway.questions.start:QuestionFactory.question",
    "gateway.audit.log.embedded:AuditLog.append",
    "gateway.audit.log.embedded:_Writer.add",
    "adapters.network.wire.connection:WireConnection.send",
    "adapters.network.wire.connection:WireConnection.data_received",
    "gateway.questions.question:RunningQuestion._gather",
    "gateway.questions.question:RunningQuestion.declare",
    "uvicorn.protocols.http.httptools_impl:RequestResponseCycle.send",
)

_LEAVES: Final = "RequestResponseCycle.send"

Note = tuple[str, float]
"""A method's name, with a mark if it ended then, and the seconds of a clock."""


class Notes:
    """Each question's notes, in no order; one ends once the next one's first bytes are read."""

    def __init__(self) -> None:
        self.questions: list[list[Note]] = []
        self._now: list[Note] = []

    def take(self, where: str) -> None:
        """Have this method noted, as it begins and as it ends."""
        module, _, path = where.partition(":")
        name, _, method = path.partition(".")
        owner = getattr(import_module(module), name)
        done = getattr(owner, method)
        begins = self._begin if where == _FIRST else None
        wrapped = self._awaited if iscoroutinefunction(done) else self._called
        setattr(owner, method, wrapped(done, path, begins or (lambda: None)))

    def _begin(self) -> None:
        if not self.questions or any(name.startswith(_LEAVES) for name, _ in self._now):
            self._now = []
            self.questions.append(self._now)

    def _note(self, name: str) -> None:
        self._now.append((name, perf_counter()))

    def _called(self, done: Callable[..., Any], name: str, begin: Callable[[], None]) -> Any:
        @wraps(done)
        def noting(*given: Any, **named: Any) -> Any:
            begin()
            self._note(name)
            found = done(*given, **named)
            self._note(f"{name} ended")
            return found

        return noting

    def _awaited(self, done: Callable[..., Any], name: str, begin: Callable[[], None]) -> Any:
        @wraps(done)
        async def noting(*given: Any, **named: Any) -> Any:
            begin()
            self._note(name)
            found = await done(*given, **named)
            self._note(f"{name} ended")
            return found

        return noting


def noted(file: Path) -> None:
    """Note every question; at the signal write all into `file`, whole or not there."""
    notes = Notes()
    for where in (_FIRST, *_NOTED):
        notes.take(where)

    def end(_: int, __: FrameType | None) -> None:
        written = file.with_suffix(".new")
        written.write_text(json.dumps(notes.questions))
        written.rename(file)

    signal.signal(signal.SIGUSR2, end)


if __name__ == "__main__":
    noted(Path(sys.argv.pop(1)))
    app()
