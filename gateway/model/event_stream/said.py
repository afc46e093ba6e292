"""How often each event came about, for whoever shows figures."""

import threading
from collections import Counter
from collections.abc import MutableMapping
from typing import Any, Final

from gateway.model.event_stream.lines import Lines

_OF_CAUSES: Final = frozenset({"connections_refused", "questions_refused"})
OF_ANSWERS: Final = frozenset(
    {"adapter_failed", "answer_not_read", "library", "records_read", "source_not_reached"}
)
"""Events that one answer can bring about: whoever sees them counted sees that it was asked for."""


class SaidEvents:
    """How often each event came about, also where none was written; nothing that was in it.

    `counted` has what each cause that is counted came to: of connections and requests refused.
    """

    def __init__(self) -> None:
        self.said: Counter[tuple[str, str]] = Counter()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.lines: Lines | None = None
        self._turn = threading.Lock()  # libraries warn from their threads

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, counted by its name and level."""
        name = str(event["event"])
        with self._turn:
            self.said[name, str(event["level"])] += 1
            if name in _OF_CAUSES:
                self.counted[name, str(event["cause"])] += int(event["count"])
        return event


SAID: Final = SaidEvents()
