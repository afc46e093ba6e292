"""Where events are written, and what becomes of one that cannot be."""

import io
import os
import queue
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple, TextIO

MOST_WAITING: Final = 1000  # lines of some hundred bytes
_LAST_WORDS_S: Final = 1.0


class _Waiting(NamedTuple):
    line: str
    tells: int  # how many lost lines it tells of
    counts: bool


class Lines:
    """Where events are written; one that cannot be is dropped, and the next one says how many were.

    A full disk, a closed pipe, or one that nobody reads must not be felt by a question. `dropped`
    counts them for whoever sees figures, but for the `untold` kinds, which one answer can bring
    about.
    """

    def __init__(
        self, file: TextIO, most: int = MOST_WAITING, untold: frozenset[str] = frozenset()
    ) -> None:
        self._file = file
        self._kinds = untold
        self._most = most
        self._cut = False
        self._untold = 0
        self._tells = threading.local()  # libraries warn from their threads
        self._turn = threading.Lock()
        self._waiting: queue.Queue[_Waiting | None] | None = None
        self.dropped = 0

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, with how many before it were not written."""
        with self._turn:
            self._tells.count, self._untold = self._untold, 0
        self._tells.counts = event["event"] not in self._kinds
        if self._tells.count:
            event["dropped"] = self._tells.count
        return event

    def msg(self, line: str) -> None:
        """Write one line, all of it or none that can be read."""
        said = _Waiting(
            line, getattr(self._tells, "count", 0), getattr(self._tells, "counts", True)
        )
        self._tells.count, self._tells.counts = 0, True
        if self._waiting is None:
            self._deliver(said)
            return
        try:
            self._waiting.put_nowait(said)
        except queue.Full:
            self._lost(said)

    debug = info = warning = error = critical = msg

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Within, lines are written in a thread, as many as may wait; whoever says them never does.

        At the end the last of them have a second. What nobody read by then is left.
        """
        waiting = self._waiting = queue.Queue[_Waiting | None](self._most)
        thread = threading.Thread(target=self._write_out, args=(waiting,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with suppress(queue.Full):
                waiting.put(None, timeout=_LAST_WORDS_S)
            thread.join(_LAST_WORDS_S)
            if not thread.is_alive():  # else whoever writes now would wait with it
                self._waiting = None

    def _write_out(self, waiting: "queue.Queue[_Waiting | None]") -> None:
        while (said := waiting.get()) is not None:
            self._deliver(said)

    def _deliver(self, said: _Waiting) -> None:
        try:
            self._write(said.line)
        except (OSError, ValueError):  # ValueError: of a file that was closed
            self._lost(said)

    def _lost(self, said: _Waiting) -> None:
        with self._turn:
            self._untold += said.tells + 1
            self.dropped += said.counts

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
