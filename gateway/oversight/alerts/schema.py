"""The tables of alerts: what the log says of questions, and what was found."""

from typing import Final

SHAPE: Final = 5  # of these tables: a file of another shape is rebuilt; see the last line
TABLES: Final = """
CREATE TABLE question (
  query_id TEXT PRIMARY KEY,
  idx INTEGER NOT NULL,
  at INTEGER NOT NULL,
  day INTEGER NOT NULL,
  user TEXT NOT NULL,
  issuer TEXT NOT NULL,
  organisation TEXT NOT NULL,
  manager TEXT,
  risks TEXT NOT NULL,
  tie TEXT,
  first INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX question_user ON question (user, issuer, organisation, at);
CREATE INDEX question_day ON question (day);
CREATE TABLE child (
  query_id TEXT NOT NULL,
  pseudonym TEXT NOT NULL,
  PRIMARY KEY (query_id, pseudonym)
) STRICT, WITHOUT ROWID;
CREATE INDEX child_pseudonym ON child (pseudonym);
CREATE TABLE day_child (
  user TEXT NOT NULL,
  issuer TEXT NOT NULL,
  organisation TEXT NOT NULL,
  day INTEGER NOT NULL,
  pseudonym TEXT NOT NULL,
  query_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (user, issuer, organisation, pseudonym, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_child_day ON day_child (day);
CREATE TABLE user_day (
  user TEXT NOT NULL,
  issuer TEXT NOT NULL,
  organisation TEXT NOT NULL,
  day INTEGER NOT NULL,
  children INTEGER NOT NULL,
  PRIMARY KEY (user, issuer, organisation, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert (
  id TEXT PRIMARY KEY,
  anchor INTEGER NOT NULL,
  rule TEXT NOT NULL,
  score INTEGER NOT NULL,
  at INTEGER NOT NULL,
  due_by INTEGER NOT NULL,
  entries TEXT NOT NULL,
  user TEXT NOT NULL,
  issuer TEXT NOT NULL,
  organisation TEXT NOT NULL,
  manager TEXT,
  verdict TEXT,
  told INTEGER NOT NULL DEFAULT 0,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_rank ON alert (score DESC, at DESC, id);
CREATE INDEX alert_anchor ON alert (anchor);
CREATE TABLE drawn (size INTEGER NOT NULL, last BLOB NOT NULL, compares_from INTEGER) STRICT;
INSERT INTO drawn VALUES (0, x'', 0);
PRAGMA user_version = 5;
"""
