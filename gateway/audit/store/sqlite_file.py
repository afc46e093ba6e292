"""How the log's SQLite file is opened, and what its failures mean."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

from gateway.audit.errors import LogUnavailable
from gateway.audit.store.sqlite_schema import SCHEMA

T = TypeVar("T")
BUSY_SECONDS: Final = 2.0
_BETWEEN_TRIES_S: Final = 0.0005
_FSYNC_EACH_COMMIT: Final = 2  # PRAGMA synchronous=FULL, as read back
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to the file; `mode` is "ro" or "rw"."""
    # mode=rw never creates: a log that is gone must not be replaced by an empty one in silence.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write; LogUnavailable if the file cannot be read."""
    with unavailable(path), closing(connected(path, "ro")) as connection:
        yield connection


@dataclass(slots=True)
class Reader:
    """A connection that cannot write, kept for the next read of the file at `path`.

    What is read beside another read has a connection of its own. A file that was moved away or
    replaced is opened again.
    """

    path: Path
    _kept: sqlite3.Connection | None = None
    _file: tuple[int, int] | None = None
    _free: Lock = field(default_factory=Lock)
    _over: bool = False

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` finds; LogUnavailable if the file cannot be read."""
        with unavailable(self.path), self.opened() as connection:
            return work(connection)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one read to its end."""
        if not self._free.acquire(blocking=False):
            with closing(connected(self.path, "ro")) as other:
                yield other
            return
        try:
            yield self._connection()
        except BaseException:
            self._let_go()
            raise
        finally:
            if self._over:
                self._let_go()
            self._free.release()

    def close(self) -> None:
        """Keep nothing from now on; who reads just now ends in peace."""
        self._over = True
        if self._free.acquire(blocking=False):
            self._let_go()
            self._free.release()

    def _connection(self) -> sqlite3.Connection:
        with suppress(OSError):  # gone: SQLite says so
            if self._kept is not None and identity(self.path) == self._file:
                return self._kept
        self._let_go()
        with suppress(OSError):
            self._file = identity(self.path)
        self._kept = connected(self.path, "ro")
        return self._kept

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


def make_durable(connection: sqlite3.Connection) -> None:
    """Have every commit reach the disk; LogUnavailable if SQLite cannot promise that here."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    wanted = {"journal_mode": "wal", "synchronous": _FSYNC_EACH_COMMIT, "foreign_keys": 1}
    for name, value in wanted.items():
        if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
            raise LogUnavailable(f"SQLite does not keep {name} here, so no commit is sure")


@contextmanager
def turn(path: Path, seconds: float) -> Iterator[bool]:
    """Hold what one process at a time does with the file; whether it came free in so many seconds.

    SQLite's own lock guards the file. But a process that waits for it looks less and less often,
    so that with several processes it would stand free most of the time.
    """
    held = turn_file(path)
    try:
        with turn_at(held, seconds) as free:
            yield free
    finally:
        os.close(held)


def turn_file(path: Path) -> int:
    """A descriptor of the file by which processes take turns at the file at `path`."""
    # By its whole name: the log and the index beside it must not wait for each other.
    file = path.with_name(f"{path.name}.turn")
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def turn_at(held: int, seconds: float) -> Iterator[bool]:
    """The same, by a descriptor that stays open."""
    until = time.monotonic() + seconds
    while not (free := _locked(held)) and time.monotonic() < until:
        time.sleep(_BETWEEN_TRIES_S)
    try:
        yield free
    finally:
        fcntl.flock(held, fcntl.LOCK_UN)


def identity(path: Path) -> tuple[int, int]:
    """Which file it is, whatever its name: device and inode."""
    found = path.stat()
    return found.st_dev, found.st_ino


def damaged(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is broken, not that it cannot be had now."""
    return error.sqlite_errorcode & 0xFF in _DAMAGE


@contextmanager
def empty_log() -> Iterator[sqlite3.Connection]:
    """A log without entries, in memory."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        yield connection


@contextmanager
def unavailable(path: Path) -> Iterator[None]:
    """Say LogUnavailable of whatever SQLite or the disk refuses."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LogUnavailable(f"{path}: {type(error).__name__}; see the disk") from error


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The connection, closed only if what is done with it fails."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
