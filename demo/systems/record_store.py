"""An agency's own SQLite file: records in the agency's own format, found by their keys."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE key (name TEXT, value TEXT COLLATE NOCASE, record INTEGER REFERENCES record (id));
CREATE INDEX key_value ON key (name, value);
"""


class RecordStore:
    """Written again at each start; a key may have several values, such as two first names."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path)
        self._db.executescript(_TABLES)

    def put(self, body: dict[str, Any], **keys: Iterable[str | None]) -> None:
        """Keep a record under every value of every key; a missing value is no key."""
        record = self._db.execute("INSERT INTO record (body) VALUES (?)", [json.dumps(body)])
        rows = [
            (name, value, record.lastrowid)
            for name, values in keys.items()
            for value in values
            if value
        ]
        self._db.executemany("INSERT INTO key VALUES (?, ?, ?)", rows)

    def find(self, **keys: str) -> list[dict[str, Any]]:
        """The records that have each of these values, in either case, oldest first."""
        having = " INTERSECT ".join(
            ["SELECT record FROM key WHERE name = ? AND value = ?"] * len(keys)
        )
        sql = f"SELECT body FROM record WHERE id IN ({having}) ORDER BY id"  # noqa: S608 - no input
        found = self._db.execute(sql, [part for key in keys.items() for part in key])
        return [json.loads(body) for (body,) in found]

    def saved(self) -> None:
        """Make everything kept so far durable."""
        self._db.commit()

    def close(self) -> None:
        """Give back the file."""
        self._db.close()
