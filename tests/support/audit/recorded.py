"""Stores that earlier revisions wrote, put where a gateway has them; see `tests/recorded`."""

import gzip
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.processes.postgres import Postgres
from gateway.audit.tree.tile import ENTRIES, bundle, entry_tiles, hash_tiles
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.audit.witness.cosigner import Cosigner
from tests.support.audit.database import as_owner, make_roles
from tests.support.verify.published import REAL, TRUST, write

RECORDED: Final = Path(__file__).parents[2] / "recorded"
IN_SQLITE: Final = (
    "first_sqlite",
    "first_postgres",
    "three_tables",
    "two_tables",
    "before_numbers",
)
IN_POSTGRES: Final = IN_SQLITE[1:]
STORES: Final = ("audit", "ledger", "break-glass")
_LOG: Final = {
    "entry": "idx, leaf",
    "leaf_hash": "idx, hash",
    "tile_hash": "level, place, hash",
    "checkpoint": "size, root, at, note",
    "cosignature": "size, witness, at, line",
}
_NUMBERS: Final = count()
WITNESS: Final = Cosigner("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
WITNESSED: Final = Trust(
    VerifierKey.read(REAL.verifier_key), (VerifierKey.read(WITNESS.verifier_key),), 1
)
Rows = Mapping[str, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What somebody outside knew of the log when it was recorded."""

    key: str
    size: int
    root: str
    kept: str
    newest: str
    proof: str

    @classmethod
    def of(cls, name: str) -> Self:
        """What is kept beside the recorded stores."""
        return cls(**json.loads((RECORDED / name / "said.json").read_text()))

    @property
    def states(self) -> list[State]:
        """The signed states that somebody kept."""
        return [State.read(note.encode(), TRUST) for note in (self.kept, self.newest)]


def write_files(name: str, state: Path) -> None:
    """The SQLite files of a recorded gateway, below `state`."""
    state.mkdir(mode=0o700)
    for store in STORES:
        dump = RECORDED / name / f"{store}.sql.gz"
        if dump.exists():
            with closing(sqlite3.connect(state / f"{store}.sqlite")) as file:
                file.executescript(gzip.decompress(dump.read_bytes()).decode())
                file.execute("PRAGMA journal_mode = WAL")
            (state / f"{store}.sqlite").chmod(0o600)


async def write_database(name: str, server: Postgres) -> str:
    """The name of a new database with the recorded tables."""
    database = f"recorded_{next(_NUMBERS)}"
    await make_roles(server)
    await as_owner(server.dsn(), f"CREATE DATABASE {database}")
    server.run(
        gzip.decompress((RECORDED / name / "postgres.sql.gz").read_bytes()).decode(), database
    )
    return database


def file_rows(log: Path) -> Rows:
    """Every row of the log in a file."""
    with closing(sqlite3.connect(f"{log.as_uri()}?mode=ro", uri=True)) as file:
        return {
            t: file.execute(f"SELECT {c} FROM {t} ORDER BY {c}").fetchall() for t, c in _LOG.items()
        }


async def server_rows(dsn: str) -> Rows:
    """Every row of the log in a database."""
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: [
                tuple(row)
                for row in await connection.fetch(f"SELECT {of} FROM {table} ORDER BY {of}")
            ]
            for table, of in _LOG.items()
        }
    finally:
        await connection.close()


def verify(rows: Rows, said: Recorded, folder: Path) -> int:
    """Publish these rows below `folder` and have the independent verifier check all of it.

    The log's size; LogRefused if it does not grow from what was kept, or a proof fails.
    """
    leaves: dict[int, bytes] = dict(rows["entry"])
    held = {(0, place): found for place, found in rows["leaf_hash"]}
    held |= {(level, place): found for level, place, found in rows["tile_hash"]}
    size, _, _, note = max(rows["checkpoint"])
    for tile in entry_tiles(size):
        assert tile.level == ENTRIES
        within = range(tile.first, tile.first + tile.width)
        write(folder / tile.path, bundle([leaves.get(index, b"") for index in within]))
    for tile in hash_tiles(size):
        within = range(tile.first, tile.first + tile.width)
        write(folder / tile.path, b"".join(held[tile.level, place] for place in within))
    write(folder / "checkpoint", note.encode())
    found = check_log(open_place(str(folder)), TRUST, said.states).state.size
    ReceiptProof.read(said.proof.encode()).check(WITNESSED, leaves[57])
    return found
