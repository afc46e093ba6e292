"""The tables of the index, and what is written to them and read from them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from pyroaring import BitMap

from gateway.audit.search.blocks import BLOCK, STRETCH, Gathered, Stretch, united, written
from gateway.audit.search.terms import Term, digest
from gateway.audit.store.copy_seal import SEAL, CopySeal

SHAPE: Final = 7  # of the tables below: an index of another shape is rebuilt
_SCHEMA: Final = """
CREATE TABLE block (
  first INTEGER PRIMARY KEY,
  earliest INTEGER NOT NULL,
  latest INTEGER NOT NULL
) STRICT;
CREATE TABLE stretch (
  first INTEGER PRIMARY KEY,
  earliest INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  moments BLOB NOT NULL
) STRICT;
CREATE TABLE posting (
  block INTEGER NOT NULL,
  term BLOB NOT NULL,
  places BLOB NOT NULL,
  PRIMARY KEY (block, term)
) STRICT, WITHOUT ROWID;
CREATE TABLE epoch (
  block INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (block, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE drawn (
  size INTEGER NOT NULL,
  last BLOB NOT NULL,
  forgot INTEGER NOT NULL
) STRICT;
INSERT INTO drawn VALUES (0, x'', 0);
"""
_POST: Final = (
    "INSERT INTO posting VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET places = united(places, excluded.places)"
)
_STRETCH: Final = "SELECT moments FROM stretch WHERE first = ?"
_KEEP_STRETCH: Final = "INSERT OR REPLACE INTO stretch VALUES (?, ?, ?, ?)"
_BOUND: Final = (
    "INSERT OR REPLACE INTO block SELECT ?1, min(earliest), max(latest)"
    " FROM stretch WHERE first >= ?1 AND first < ?1 + ?2"
)
_FORGET_POSTINGS: Final = "DELETE FROM posting WHERE block = ?"
_FORGET_STRETCHES: Final = "DELETE FROM stretch WHERE first >= ? AND first < ?"
_KEEP_EPOCH: Final = "INSERT OR IGNORE INTO epoch VALUES (?, ?)"
_FORGET_EPOCHS: Final = "DELETE FROM epoch WHERE block = ?"
_EPOCHS: Final = "SELECT DISTINCT name FROM epoch"
_PLACES: Final = "SELECT places FROM posting WHERE block = ? AND term = ?"


def empty_index(seal: CopySeal) -> bytes:
    """The file of an index of nothing."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{SEAL}{_SCHEMA}")
        seal.begin(connection)
        connection.commit()
        connection.execute(f"PRAGMA user_version = {SHAPE}")
        return connection.serialize()


def add_to_block(index: sqlite3.Connection, gathered: Gathered) -> None:
    """Write what was gathered beside what the block has already."""
    block = gathered.first // BLOCK * BLOCK
    index.create_function("united", 2, united, deterministic=True)
    posted = sorted((digest(term), written(places)) for term, places in gathered.postings)
    index.executemany(_POST, ((block, term, places) for term, places in posted))
    for stretch in gathered.stretches:
        _keep_stretch(index, stretch)
    index.execute(_BOUND, (block, BLOCK))
    index.executemany(_KEEP_EPOCH, ((block, name) for name in sorted(gathered.epochs)))


def forget_block(index: sqlite3.Connection, block: int) -> None:
    """Take a block out, to be rebuilt."""
    index.execute(_FORGET_POSTINGS, (block,))
    index.execute(_FORGET_STRETCHES, (block, block + BLOCK))
    index.execute(_FORGET_EPOCHS, (block,))


def epochs_of(index: sqlite3.Connection) -> frozenset[str]:
    """The epochs under whose keys anything in the entries was made."""
    return frozenset(name for (name,) in index.execute(_EPOCHS))


def places_of(index: sqlite3.Connection, block: int, terms: Iterable[Term]) -> BitMap:
    """The places in the block that have at least one of the terms."""
    found = BitMap()
    for term in terms:
        row = index.execute(_PLACES, (block, digest(term))).fetchone()
        if row is not None:
            found |= BitMap.deserialize(row[0])
    return found


def moments_of(index: sqlite3.Connection, first: int) -> Stretch:
    """The moments of a stretch."""
    (held,) = index.execute(_STRETCH, (first,)).fetchone()
    return Stretch.read(first, held)


def _keep_stretch(index: sqlite3.Connection, stretch: Stretch) -> None:
    first = stretch.first // STRETCH * STRETCH
    if first < stretch.first:
        before = moments_of(index, first)
        stretch = Stretch(first, before.moments + stretch.moments)
    held = stretch.moments.tobytes()
    index.execute(_KEEP_STRETCH, (first, stretch.earliest, stretch.latest, held))
