"""The ledger's SQLite tables: rows are added, and triggers refuse every change of one."""

from typing import Final

# `lease` alone is of the moment: its rows come and go with the gateways that serve.
SCHEMA: Final = """
CREATE TABLE source_version (
  source TEXT NOT NULL,
  number INTEGER NOT NULL,
  agency TEXT NOT NULL,
  manifest TEXT NOT NULL,
  rules TEXT,
  sha256 TEXT NOT NULL,
  findings TEXT NOT NULL,
  level TEXT,
  from_folder INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  by_organisation TEXT NOT NULL,
  at TEXT NOT NULL,
  by_issuer TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (source, number)
) STRICT;
CREATE TABLE enactment (
  generation INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  files TEXT NOT NULL,
  source TEXT,
  version INTEGER,
  entry INTEGER,
  by_user TEXT NOT NULL,
  by_organisation TEXT NOT NULL,
  at TEXT NOT NULL,
  by_issuer TEXT NOT NULL DEFAULT '',
  FOREIGN KEY (source, version) REFERENCES source_version (source, number)
) STRICT;
CREATE INDEX enactment_source ON enactment (source, generation);
CREATE TABLE lease (
  replica TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  until REAL NOT NULL
) STRICT;
CREATE TRIGGER version_is_next BEFORE INSERT ON source_version
WHEN NEW.number IS NOT (
  SELECT coalesce(max(number) + 1, 1) FROM source_version WHERE source = NEW.source
)
BEGIN SELECT raise(ABORT, 'a version takes the next number'); END;
CREATE TRIGGER enactment_is_next BEFORE INSERT ON enactment
WHEN NEW.generation IS NOT (SELECT coalesce(max(generation) + 1, 1) FROM enactment)
BEGIN SELECT raise(ABORT, 'an enactment begins the next generation'); END;
CREATE TRIGGER version_stays BEFORE DELETE ON source_version
BEGIN SELECT raise(ABORT, 'a version stays'); END;
CREATE TRIGGER version_is_final BEFORE UPDATE ON source_version
BEGIN SELECT raise(ABORT, 'a version is final'); END;
CREATE TRIGGER enactment_stays BEFORE DELETE ON enactment
BEGIN SELECT raise(ABORT, 'an enactment stays'); END;
CREATE TRIGGER enactment_is_final BEFORE UPDATE ON enactment
BEGIN SELECT raise(ABORT, 'an enactment is final'); END;
"""
LINKS: Final = """
CREATE TABLE account_link (
  first_issuer TEXT NOT NULL,
  first_user TEXT NOT NULL,
  second_issuer TEXT NOT NULL,
  second_user TEXT NOT NULL,
  step TEXT NOT NULL,
  by_issuer TEXT NOT NULL,
  by_user TEXT NOT NULL,
  at TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (first_issuer, first_user, second_issuer, second_user, step)
) STRICT;
CREATE TRIGGER link_stays BEFORE DELETE ON account_link
BEGIN SELECT raise(ABORT, 'a link stays'); END;
CREATE TRIGGER link_is_final BEFORE UPDATE ON account_link
BEGIN SELECT raise(ABORT, 'a link is final'); END;
"""
# What a ledger lacks that was made before issuers were kept; "" is an issuer that is not known.
ADDED: Final = (
    *(
        f"ALTER TABLE {table} ADD COLUMN by_issuer TEXT NOT NULL DEFAULT ''"
        for table in ("source_version", "enactment")
    ),
)
