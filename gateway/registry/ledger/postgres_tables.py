"""The ledger's PostgreSQL tables, made by their owner together with the log's."""

from typing import Final

# `refuse_change` is the log's function: the same script makes both.
LINKS: Final = """
CREATE TABLE account_link (
  first_issuer text NOT NULL,
  first_user text NOT NULL,
  second_issuer text NOT NULL,
  second_user text NOT NULL,
  step text NOT NULL,
  by_issuer text NOT NULL,
  by_user text NOT NULL,
  at text NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (first_issuer, first_user, second_issuer, second_user, step)
);
"""
# What tables lack that were made before issuers were kept; "" is an issuer that is not known.
SINCE_ISSUERS: Final = f"""
ALTER TABLE source_version ADD COLUMN by_issuer text NOT NULL DEFAULT '';
ALTER TABLE enactment ADD COLUMN by_issuer text NOT NULL DEFAULT '';
{LINKS}"""
TABLES: Final = """
CREATE TABLE source_version (
  source text NOT NULL,
  number integer NOT NULL,
  agency text NOT NULL,
  manifest text NOT NULL,
  rules text,
  sha256 text NOT NULL,
  findings text NOT NULL,
  level text,
  from_folder integer NOT NULL,
  by_user text NOT NULL,
  by_organisation text NOT NULL,
  at text NOT NULL,
  by_issuer text NOT NULL DEFAULT '',
  PRIMARY KEY (source, number)
);
CREATE TABLE enactment (
  generation bigint PRIMARY KEY,
  kind text NOT NULL,
  files text NOT NULL,
  source text,
  version integer,
  entry bigint,
  by_user text NOT NULL,
  by_organisation text NOT NULL,
  at text NOT NULL,
  by_issuer text NOT NULL DEFAULT '',
  FOREIGN KEY (source, version) REFERENCES source_version (source, number)
);
CREATE INDEX enactment_source ON enactment (source, generation);
CREATE TABLE lease (
  replica text PRIMARY KEY,
  generation bigint NOT NULL,
  until timestamptz NOT NULL
);
CREATE FUNCTION refuse_leap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.generation <> (SELECT coalesce(max(generation) + 1, 1) FROM enactment) THEN
    RAISE EXCEPTION 'an enactment begins the next generation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER enactment_is_next BEFORE INSERT ON enactment
FOR EACH ROW EXECUTE FUNCTION refuse_leap();
"""
FINAL: Final = ("source_version", "enactment", "account_link")
PASSING: Final = ("lease",)
