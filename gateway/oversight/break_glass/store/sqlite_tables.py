"""The tables of break-glass grants in SQLite, in a file that one machine's gateways alone open."""

from typing import Final

SHAPE: Final = 2  # of these tables; see the last line
BEFORE_ISSUERS: Final = 1
ADD_ISSUER: Final = "ALTER TABLE leave ADD COLUMN issuer TEXT NOT NULL DEFAULT ''"
TABLES: Final = """
CREATE TABLE leave (
  id TEXT PRIMARY KEY,
  idx INTEGER NOT NULL UNIQUE,
  user TEXT NOT NULL,
  organisation TEXT NOT NULL,
  manager TEXT,
  expires_at REAL NOT NULL,
  review_by REAL NOT NULL,
  reviewer TEXT,
  verdict TEXT,
  escalated INTEGER NOT NULL DEFAULT 0,
  issuer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX leave_waiting ON leave (user, organisation) WHERE reviewer IS NULL;
CREATE TABLE leave_child (
  leave_id TEXT NOT NULL REFERENCES leave (id) ON DELETE CASCADE,
  pseudonym TEXT NOT NULL,
  PRIMARY KEY (leave_id, pseudonym)
) STRICT, WITHOUT ROWID;
CREATE TABLE notice (
  about TEXT NOT NULL,
  idx INTEGER NOT NULL,
  place TEXT NOT NULL,
  kind TEXT NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0,
  until REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (about, place, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_unsent ON notice (until) WHERE sent = 0;
PRAGMA user_version = 2;
"""
