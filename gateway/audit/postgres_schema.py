"""The log's PostgreSQL tables, and the one role that adds to them and cannot change a row."""

from typing import Final

# `user` and the like are quoted: they are words of SQL.
TABLES: Final = """
CREATE TABLE entry (
  idx bigint PRIMARY KEY,
  leaf bytea NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  query_id text,
  "user" text,
  organisation text,
  purpose text,
  broke_glass smallint NOT NULL
);
CREATE INDEX entry_at ON entry (at, idx);
CREATE INDEX entry_kind ON entry (kind, at, idx);
CREATE INDEX entry_query_id ON entry (query_id, at, idx) WHERE query_id IS NOT NULL;
CREATE INDEX entry_user ON entry ("user", at, idx) WHERE "user" IS NOT NULL;
CREATE INDEX entry_organisation ON entry (organisation, at, idx) WHERE organisation IS NOT NULL;
CREATE INDEX entry_purpose ON entry (purpose, at, idx) WHERE purpose IS NOT NULL;
CREATE INDEX entry_broke_glass ON entry (at, idx) WHERE broke_glass = 1;
CREATE TABLE child_pseudonym (
  pseudonym text NOT NULL,
  idx bigint NOT NULL REFERENCES entry (idx),
  PRIMARY KEY (pseudonym, idx)
);
CREATE TABLE asked_agency (
  agency text NOT NULL,
  at bigint NOT NULL,
  idx bigint NOT NULL REFERENCES entry (idx),
  PRIMARY KEY (agency, at, idx)
);
CREATE TABLE leaf_hash (idx bigint PRIMARY KEY, hash bytea NOT NULL);
CREATE TABLE tile_hash (
  level integer NOT NULL,
  place bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (level, place)
);
CREATE TABLE checkpoint (
  size bigint PRIMARY KEY,
  root bytea NOT NULL,
  at bigint NOT NULL,
  note text NOT NULL
);
CREATE TABLE cosignature (
  size bigint NOT NULL REFERENCES checkpoint (size),
  witness text NOT NULL,
  at bigint NOT NULL,
  line text NOT NULL,
  PRIMARY KEY (size, witness, at)
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what is in the log stays as it is'; END $$;
CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entry) THEN
    RAISE EXCEPTION 'an entry takes the next index';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_gap();
"""
FINAL: Final = (
    *("entry", "child_pseudonym", "asked_agency"),
    *("leaf_hash", "tile_hash", "checkpoint", "cosignature"),
)
_TRIGGER: Final = """
CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
_GRANT: Final = 'GRANT SELECT, INSERT ON {tables} TO "{role}";'


def script(role: str) -> str:
    """What the database's owner runs once; the gateway then logs in as `role`, which exists.

    ValueError if `role` is no plain name.
    """
    if not role.replace("_", "").isalnum():
        raise ValueError("a role's name has letters, digits and _")
    triggers = [_TRIGGER.format(table=table) for table in FINAL]
    grant = _GRANT.format(tables=", ".join(FINAL), role=role)
    return "".join(["BEGIN;", TABLES, *triggers, grant, "\nCOMMIT;\n"])
