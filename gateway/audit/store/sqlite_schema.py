"""The log's SQLite tables: rows are added, and triggers refuse any change but a logged pruning."""

import sqlite3
from collections.abc import Iterator
from typing import Final

NEWEST: Final = 3  # of these tables; see the last line
SCHEMA: Final = """
CREATE TABLE entry (
  idx INTEGER PRIMARY KEY,
  leaf BLOB NOT NULL
) STRICT;
CREATE TABLE leaf_hash (
  idx INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE tile_hash (
  level INTEGER NOT NULL,
  place INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE cosignature (
  size INTEGER NOT NULL REFERENCES checkpoint (size),
  witness TEXT NOT NULL,
  at INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (size, witness, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE pruned (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  declared INTEGER NOT NULL
) STRICT;
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT raise(ABORT, 'an entry takes the next index'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry
WHEN OLD.idx > coalesce(
  (SELECT last FROM pruned WHERE first <= OLD.idx ORDER BY first DESC LIMIT 1), -1)
BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'an entry is final'); END;
CREATE TRIGGER leaf_hash_stays BEFORE DELETE ON leaf_hash
BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER leaf_hash_is_final BEFORE UPDATE ON leaf_hash
BEGIN SELECT raise(ABORT, 'an entry is final'); END;
CREATE TRIGGER tile_hash_stays BEFORE DELETE ON tile_hash
BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER tile_hash_is_final BEFORE UPDATE ON tile_hash
BEGIN SELECT raise(ABORT, 'an entry is final'); END;
CREATE TRIGGER checkpoint_stays BEFORE DELETE ON checkpoint
BEGIN SELECT raise(ABORT, 'what is signed stays'); END;
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE ON checkpoint
BEGIN SELECT raise(ABORT, 'what is signed is final'); END;
CREATE TRIGGER cosignature_stays BEFORE DELETE ON cosignature
BEGIN SELECT raise(ABORT, 'what is signed stays'); END;
CREATE TRIGGER cosignature_is_final BEFORE UPDATE ON cosignature
BEGIN SELECT raise(ABORT, 'what is signed is final'); END;
CREATE TRIGGER pruned_is_declared BEFORE INSERT ON pruned
WHEN NEW.last < NEW.first OR NEW.last >= NEW.declared OR NOT EXISTS (
  SELECT 1 FROM entry, json_each(CAST(leaf AS TEXT), '$.pruned') AS span
  WHERE idx = NEW.declared AND json_extract(CAST(leaf AS TEXT), '$.kind') = 'PRUNING'
  AND json_extract(span.value, '$[0]') = NEW.first AND json_extract(span.value, '$[1]') = NEW.last)
BEGIN SELECT raise(ABORT, 'what is pruned was declared in the log'); END;
CREATE TRIGGER pruned_stays BEFORE DELETE ON pruned
BEGIN SELECT raise(ABORT, 'what was pruned stays named'); END;
CREATE TRIGGER pruned_is_final BEFORE UPDATE ON pruned
BEGIN SELECT raise(ABORT, 'what was pruned stays named'); END;
PRAGMA user_version = 3;
"""


def statements() -> Iterator[str]:
    """What makes the tables, one statement at a time."""
    statement = ""
    for line in SCHEMA.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
