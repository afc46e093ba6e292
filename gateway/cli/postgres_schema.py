"""The PostgreSQL tables of log, ledger and break-glass grants; who may add rows and who prune."""

from typing import Final

from gateway.oversight.break_glass.store.postgres_tables import (
    SINCE_ISSUERS as BREAK_GLASS_SINCE,
)
from gateway.oversight.break_glass.store.postgres_tables import TABLES as BREAK_GLASS
from gateway.oversight.break_glass.store.postgres_tables import grants as break_glass_privileges
from gateway.registry.ledger.postgres_tables import FINAL as LEDGER_FINAL
from gateway.registry.ledger.postgres_tables import LINKS, PASSING
from gateway.registry.ledger.postgres_tables import SINCE_ISSUERS as LEDGER_SINCE
from gateway.registry.ledger.postgres_tables import TABLES as LEDGER

TABLES: Final = """
CREATE TABLE entry (
  idx bigint PRIMARY KEY,
  leaf bytea NOT NULL
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
CREATE TABLE pruned (
  first bigint PRIMARY KEY,
  last bigint NOT NULL,
  declared bigint NOT NULL
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
CREATE FUNCTION refuse_undeclared() RETURNS trigger LANGUAGE plpgsql AS
$$ DECLARE
  said jsonb;
BEGIN
  SELECT convert_from(leaf, 'UTF8')::jsonb INTO said FROM entry WHERE idx = NEW.declared;
  IF NEW.last < NEW.first OR NEW.last >= NEW.declared OR said ->> 'kind' IS DISTINCT FROM 'PRUNING'
    OR NOT EXISTS (SELECT FROM jsonb_array_elements(said -> 'pruned') AS span
      WHERE span = jsonb_build_array(NEW.first, NEW.last)) THEN
    RAISE EXCEPTION 'what is pruned was declared in the log';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION refuse_unpruned() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.idx > coalesce(
    (SELECT last FROM pruned WHERE first <= OLD.idx ORDER BY first DESC LIMIT 1), -1) THEN
    RAISE EXCEPTION 'what is in the log stays as it is';
  END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION append_entries(
  first bigint, leaves bytea[], hashes bytea[], levels integer[], places bigint[], above bytea[]
) RETURNS bigint LANGUAGE plpgsql AS
$$ DECLARE
  size bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7310146829);
  SELECT coalesce(max(idx) + 1, 0) INTO size FROM entry;
  IF size = first THEN
    INSERT INTO entry SELECT first + n - 1, leaf FROM unnest(leaves) WITH ORDINALITY AS _ (leaf, n);
    INSERT INTO leaf_hash
      SELECT first + n - 1, hash FROM unnest(hashes) WITH ORDINALITY AS _ (hash, n);
    INSERT INTO tile_hash SELECT * FROM unnest(levels, places, above);
  END IF;
  RETURN size;
END $$;
CREATE TRIGGER pruned_is_declared BEFORE INSERT ON pruned
FOR EACH ROW EXECUTE FUNCTION refuse_undeclared();
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_gap();
"""
PRUNABLE: Final = ("entry",)
FINAL: Final = (
    *("leaf_hash", "tile_hash", "checkpoint", "cosignature", "pruned"),
    *LEDGER_FINAL,
)
_IS_FINAL: Final = """
CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
_STAYS: Final = """
CREATE TRIGGER {table}_is_final BEFORE UPDATE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_stays BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_unpruned();
"""


def script(role: str, pruner: str = "") -> str:
    """What the database's owner runs once; the gateway then logs in as `role`, which exists.

    `pruner` is another role that exists, which may also remove what a logged pruning names.
    ValueError if one of them is no plain name.
    """
    roles = _plain(role, pruner)
    triggers = [_IS_FINAL.format(table=table) for table in FINAL]
    triggers += [_STAYS.format(table=table) for table in PRUNABLE]
    added = ", ".join(each for each in (*PRUNABLE, *FINAL) if each != "pruned")
    grants = [
        f'GRANT SELECT, INSERT ON {added} TO "{name}"; GRANT SELECT ON pruned TO "{name}";'
        for name in roles
    ]
    if pruner:
        removed = ", ".join(PRUNABLE)
        grants.append(
            f'GRANT INSERT ON pruned TO "{pruner}"; GRANT DELETE ON {removed} TO "{pruner}";'
        )
    passing = ", ".join(PASSING)
    grants.append(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {passing} TO "{role}";')
    grants.append(break_glass_privileges(role, pruner))
    return "".join(
        ["BEGIN;", TABLES, LEDGER, LINKS, BREAK_GLASS, *triggers, "\n".join(grants), "\nCOMMIT;\n"]
    )


def since_issuers(role: str, pruner: str = "") -> str:
    """What the owner runs once in a database that was made before issuers were kept.

    ValueError if a role is no plain name.
    """
    grants = [f'GRANT SELECT, INSERT ON account_link TO "{n}";\n' for n in _plain(role, pruner)]
    final = _IS_FINAL.format(table="account_link")
    return "".join(["BEGIN;", LEDGER_SINCE, final, BREAK_GLASS_SINCE, *grants, "COMMIT;\n"])


def _plain(role: str, pruner: str) -> list[str]:
    roles = [role, *filter(None, [pruner])]
    if not all(name.replace("_", "").isalnum() for name in roles):
        raise ValueError("a role's name has letters, digits and _")
    return roles
