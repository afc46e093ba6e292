"""One connection to a SQLite file for several pieces of work, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection, Engine


@dataclass(slots=True)
class OneConnection:
    """Opened by the first piece of work; one that comes beside another has a connection of its own.

    After a failure it is opened again.
    """

    engine: Engine
    _free: Lock = field(default_factory=Lock)
    _opened: Connection | None = None

    @contextmanager
    def taken(self) -> Iterator[Connection]:
        """It, for one piece of work."""
        if not self._free.acquire(blocking=False):
            with self.engine.connect() as other:
                yield other
            return
        try:
            self._opened = self._opened or self.engine.connect()
            yield self._opened
        except BaseException:
            self._close()
            raise
        finally:
            self._free.release()

    def close(self) -> None:
        """Close it, once who works with it is done."""
        with self._free:
            self._close()

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()
