"""The key service's own log: who used the keys, for what and how often; never for whom."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import orjson

from gateway.audit.errors import KeysUnavailable


@dataclass(frozen=True, slots=True)
class Journal:
    """Adds a JSON object a line to an open file, before what it tells of is answered."""

    descriptor: int
    now: Callable[[], datetime]

    @classmethod
    def at(cls, file: Path, now: Callable[[], datetime]) -> Self:
        """The journal at `file`, made for its owner alone; KeysUnavailable if it cannot be had."""
        try:
            how = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            return cls(os.open(file, how, 0o600), now)
        except OSError as error:
            raise KeysUnavailable(f"{file}: cannot be written ({type(error).__name__})") from None

    def note(self, client: str | None, use: str, outcome: str, count: int = 0) -> None:
        """Say that `client` had, or was refused, `count` pseudonyms or texts.

        KeysUnavailable if it cannot be written whole: then nothing is answered.
        """
        held = {
            "at": self.now().isoformat(timespec="milliseconds"),
            "client": client,
            "use": use,
            "outcome": outcome,
            "count": count,
        }
        line = orjson.dumps(held) + b"\n"
        try:
            done = os.write(self.descriptor, line)
        except OSError as error:
            raise KeysUnavailable(f"the journal: {type(error).__name__}") from None
        if done != len(line):
            # Else the next line would begin in the middle of this one.
            os.ftruncate(self.descriptor, os.fstat(self.descriptor).st_size - done)
            raise KeysUnavailable("the journal: its disk is full")

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)
