"""The newest state that a witness signed of each log: never smaller, never another history."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.audit.verify.tree import EMPTY
from gateway.audit.witness.cosigner import WitnessMisconfigured

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS seen (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS newest (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS evidence (
  origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, at INTEGER NOT NULL,
  ours TEXT NOT NULL, theirs TEXT NOT NULL, PRIMARY KEY (origin, size, root)
) STRICT""",
)
NEWEST: Final = 2  # schema; 1 is of before notes were kept, or of before it had a number
_KEEP: Final = "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)"
_KEEP_NOTE: Final = "INSERT OR REPLACE INTO newest VALUES (?, ?, ?)"
_NOTE: Final = "SELECT note FROM newest JOIN seen USING (origin, size) WHERE origin = ?"
_ACCUSE: Final = "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?)"
_COUNT: Final = "SELECT count(*) FROM evidence WHERE origin = ?"
_EVIDENCE: Final = "SELECT at, ours, theirs FROM evidence WHERE origin = ? ORDER BY at, size, root"
# Of one log. As many again are for what convicts it by itself: growth that was not shown may be
# a stranger's doing, with the log's own checkpoints.
MOST_EVIDENCE: Final = 1000
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Memory:
    """A file; each change of it is on the disk before it counts.

    WitnessMisconfigured if it is of another program, or more than one release newer.
    """

    path: Path

    @contextmanager
    def looking(self) -> Iterator["Look"]:
        """Look and keep as one step, whoever else submits meanwhile."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            _prepare(self.path, connection)
            yield Look(connection)
            connection.execute("COMMIT")


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    if number > NEWEST + 1:
        raise WitnessMisconfigured(
            f"{path}: has schema {number}, more than one release newer than this one's {NEWEST};"
            " start the release that it belongs to"
        )
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if tables and "seen" not in tables:
        raise WitnessMisconfigured(f"{path}: is no witness's memory; restore it from its copy")
    for statement in _SCHEMA:
        connection.execute(statement)
    if number < NEWEST:
        connection.execute(f"PRAGMA user_version = {NEWEST}")


@dataclass(frozen=True, slots=True)
class Look:
    """One step under the file's lock; undone if it ends in an exception."""

    connection: sqlite3.Connection

    def seen(self, origin: str) -> tuple[int, bytes]:
        """Size and root last signed; of a log never seen, the empty one's."""
        sql = "SELECT size, root FROM seen WHERE origin = ?"
        found = self.connection.execute(sql, (origin,)).fetchone()
        return (0, EMPTY) if found is None else (int(found[0]), bytes(found[1]))

    def note(self, origin: str) -> str | None:
        """The state last signed, with the log's signature and the witness's own; None if none."""
        found = self.connection.execute(_NOTE, (origin,)).fetchone()
        return None if found is None else str(found[0])

    def keep(self, origin: str, size: int, root: bytes, note: str) -> None:
        """Remember what is signed, with the whole note, before the signature is given."""
        self.connection.execute(_KEEP, (origin, size, root))
        self.connection.execute(_KEEP_NOTE, (origin, size, note))

    def accuse(self, origin: str, size: int, root: bytes, evidence: "TwoHistories") -> bool:
        """Keep what shows that the log signed two histories; whether it is new."""
        (count,) = self.connection.execute(_COUNT, (origin,)).fetchone()
        if count >= MOST_EVIDENCE * (2 if evidence.is_fork else 1):
            return False
        row = (origin, size, root, evidence.at, evidence.ours, evidence.theirs)
        return bool(self.connection.execute(_ACCUSE, row).rowcount)

    def evidence(self, origin: str) -> list["TwoHistories"]:
        """What was kept of this log, in the order in which it came; what convicts it first."""
        held = [TwoHistories(*row) for row in self.connection.execute(_EVIDENCE, (origin,))]
        return sorted(held, key=lambda each: not each.is_fork)[:MOST_SHOWN]


@dataclass(frozen=True, slots=True)
class TwoHistories:
    """Two notes that the log's key signed and that do not grow from each other.

    `ours` is what the witness signed last, `theirs` what was refused at `at`, in seconds since
    1970. Whoever has the log's verifier key can check both.
    """

    at: int
    ours: str
    theirs: str

    @property
    def is_fork(self) -> bool:
        """Whether the notes alone show it: they state two roots of one size."""
        ours, theirs = (note.split("\n", 3) for note in (self.ours, self.theirs))
        return ours[1] == theirs[1] and ours[2] != theirs[2]
