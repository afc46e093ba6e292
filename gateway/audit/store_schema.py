"""The log's SQLite tables: rows are added, and triggers refuse every change of one."""

from typing import Final

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
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT raise(ABORT, 'an entry takes the next index'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry
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
"""
