"""Where events are written, and what becomes of one that cannot be."""

import io
import os
from collections.abc import MutableMapping
from typing import Any, TextIO


class Lines:
    """Where events are written; one that cannot be is dropped, and the next one says how many were.

    A full disk, or a closed pipe, must not be felt by a question.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._cut = False
        self._untold = 0
        self.dropped = 0

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, with how many before it were not written."""
        if self._untold:
            event["dropped"] = self._untold
        return event

    def msg(self, line: str) -> None:
        """Write one line, all of it or none that can be read."""
        try:
            self._write(line)
        except (OSError, ValueError):  # ValueError: of a file that was closed
            self._untold += 1
            self.dropped += 1
        else:
            self._untold = 0

    debug = info = warning = error = critical = msg

    def _write(self, line: str) -> None:
        try:
            number = self._file.fileno()
        except io.UnsupportedOperation:  # a file in memory
            print(line, file=self._file, flush=True)
            return
        # Python's own buffer would keep what could not be written, and drop parts of it later.
        data = ("\n" * self._cut + line + "\n").encode()
        written = os.write(number, data)
        self._cut = written < len(data)
        if self._cut:
            raise OSError("the line was cut")
