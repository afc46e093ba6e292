"""Which events are kept back because many of their kind were just written."""

from collections.abc import Callable, MutableMapping
from typing import Any, Final

MOST_A_SECOND: Final = 20


class Sparing:
    """Lets at most so many events of a kind through in a second, and says how many it kept back.

    The first event of a kind after such a second carries their number as `kept_back`.
    """

    def __init__(self, seconds: Callable[[], float], most: int = MOST_A_SECOND) -> None:
        self._seconds = seconds
        self._most = most
        self._said: dict[str, tuple[int, int]] = {}

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        """The event, or structlog.DropEvent."""
        kind, now = str(event.get("event")), int(self._seconds())
        since, said = self._said.get(kind, (now, 0))
        if since == now and said >= self._most:
            self._said[kind] = (now, said + 1)
            from structlog import DropEvent  # noqa: PLC0415  # it takes long, with all that it prints in colours

            raise DropEvent
        kept_back = max(0, said - self._most) if since != now else 0
        self._said[kind] = (now, said + 1 if since == now else 1)
        if kept_back:
            event["kept_back"] = kept_back
        return event
