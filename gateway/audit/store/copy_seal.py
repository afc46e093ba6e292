"""What shows that a copy of what the log says was edited: a keyed total over all of its rows."""

import marshal
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

from gateway.audit.errors import KeysUnreadable, LogUnavailable
from gateway.audit.keys.private_file import create_once, read_private

KEY_FILE: Final = "copies-key"
SEAL: Final = "CREATE TABLE seal (total BLOB NOT NULL, mark BLOB NOT NULL) STRICT;\n"
_BYTES: Final = 32
_MODULUS: Final = 1 << 8 * _BYTES
_AT_ONCE: Final = 4096  # rows between two looks whether to go on
_PLAIN: Final = 2  # marshal's last version that writes equal values as equal bytes
_STORED: Final = "SELECT total, mark FROM seal"
_OURS: Final = "name <> 'seal' AND name NOT LIKE 'sqlite_%'"
_TABLES: Final = f"SELECT name FROM sqlite_master WHERE type = 'table' AND {_OURS} ORDER BY name"  # noqa: S608 - our own words
_SHAPE: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


class CopyAltered(Exception):
    """The copy is not as it was written: somebody else wrote in its file."""


@dataclass(frozen=True, slots=True)
class CopySeal:
    """Holds copies to what was written in them; `key` is in a file that the copies are not in.

    The total is a sum over rows of a keyed hash each, so a change costs no more than its own rows.
    A mark under the same key is over the total and the tables' shape. Who lacks the key can
    neither make the total of other rows nor the mark of another total.
    """

    key: bytes = field(repr=False)

    @classmethod
    def beside(cls, copy: Path) -> Self:
        """The seal of the copies in this folder, its key made if there is none.

        OSError if the key cannot be made or read, LogUnavailable if it is none.
        """
        file = copy.with_name(KEY_FILE)
        if not file.exists():
            create_once(file, secrets.token_bytes(_BYTES))
        try:
            key = read_private(file)
        except KeysUnreadable as error:
            raise LogUnavailable(str(error)) from None
        if len(key) != _BYTES:
            raise LogUnavailable(f"{file}: is no key; remove it, and the copies are made again")
        return cls(key)

    def begin(self, connection: sqlite3.Connection) -> None:
        """Seal what stands in a copy that this process has just made."""
        total = self._counted(connection, lambda: True) or 0
        mark = self._mark(connection, total)
        connection.execute("INSERT INTO seal VALUES (?, ?)", (_written(total), mark))

    def refuse_unmarked(self, connection: sqlite3.Connection) -> None:
        """CopyAltered if total or shape are not those that were sealed; no row is read."""
        self._stored(connection)

    def refuse_altered(
        self, connection: sqlite3.Connection, still: Callable[[], bool] = lambda: True
    ) -> bool:
        """CopyAltered if any row was changed, added or taken away; every row is read.

        Whether all were read, because that ends where it is not `still` wanted.
        """
        connection.execute("BEGIN")  # one moment of it, whatever is written meanwhile
        try:
            counted = self._counted(connection, still)
            if counted not in {None, self._stored(connection)}:
                raise CopyAltered
        finally:
            connection.execute("ROLLBACK")
        return counted is not None

    @contextmanager
    def following(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Seal what is changed within, which is one transaction; CopyAltered if it was altered."""
        before = self._stored(connection)
        change = _Change(self)
        change.follow(connection)
        yield
        total = (before + change.sum) % _MODULUS
        mark = self._mark(connection, total)
        connection.execute("UPDATE seal SET total = ?, mark = ?", (_written(total), mark))

    def hash_of(self, table: str, row: tuple[Any, ...]) -> int:
        """What a row adds to the total."""
        content = marshal.dumps((table, *row), _PLAIN)
        return int.from_bytes(blake2b(content, key=self.key, digest_size=_BYTES).digest(), "big")

    def _stored(self, connection: sqlite3.Connection) -> int:
        try:
            ((held, mark),) = connection.execute(_STORED).fetchall()
            total = int.from_bytes(held, "big")
            genuine = secrets.compare_digest(mark, self._mark(connection, total))
        except (ValueError, TypeError, OverflowError):
            raise CopyAltered from None
        if not genuine:
            raise CopyAltered
        return total

    def _counted(self, connection: sqlite3.Connection, still: Callable[[], bool]) -> int | None:
        total = 0
        for (table,) in connection.execute(_TABLES).fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - marked with the shape
            while part := rows.fetchmany(_AT_ONCE):
                if not still():
                    return None
                total += sum(self.hash_of(table, row) for row in part)
        return total % _MODULUS

    def _mark(self, connection: sqlite3.Connection, total: int) -> bytes:
        # With the shape: a trigger that somebody added would change rows in our name.
        held = (_written(total), connection.execute(_SHAPE).fetchall())
        return blake2b(marshal.dumps(held, _PLAIN), key=self.key, digest_size=_BYTES).digest()


class _Change:
    """What the statements of one transaction add to the total and take from it."""

    def __init__(self, seal: CopySeal) -> None:
        self.sum = 0
        self._seal = seal

    def follow(self, connection: sqlite3.Connection) -> None:
        """Hear of every row that this connection changes from now on."""
        connection.execute("PRAGMA recursive_triggers = ON")  # else a replaced row goes unheard
        connection.create_function("counted_in", -1, self._heard)
        for statement in _listening(connection):
            connection.execute(statement)

    def _heard(self, sign: int, table: str, *row: Any) -> None:
        self.sum += sign * self._seal.hash_of(table, row)


def _listening(connection: sqlite3.Connection) -> tuple[str, ...]:
    tables = tuple(
        (table, tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')))
        for (table,) in connection.execute(_TABLES).fetchall()
    )
    return _statements(tables)


@cache
def _statements(tables: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(_triggers(table, columns) for table, columns in tables))


def _triggers(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    new, old = (", ".join(f'{which}."{name}"' for name in columns) for which in ("NEW", "OLD"))
    added, gone = (
        f"SELECT counted_in(1, '{table}', {new});",
        f"SELECT counted_in(-1, '{table}', {old});",
    )
    for event, heard in (("INSERT", added), ("DELETE", gone), ("UPDATE", gone + added)):
        yield (
            f"CREATE TEMP TRIGGER IF NOT EXISTS counted_in_{table}_{event}"
            f' AFTER {event} ON main."{table}" BEGIN {heard} END'
        )


def _written(total: int) -> bytes:
    return total.to_bytes(_BYTES, "big")
