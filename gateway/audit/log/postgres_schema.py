"""The log's PostgreSQL tables: rows are added, and triggers refuse all but a logged pruning."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from gateway.config.database.schema import EMPTY, SchemaUnknown

if TYPE_CHECKING:  # it takes long to import, and most who read a log need none of it
    from sqlalchemy import Connection

_PRUNED: Final = """CREATE TABLE IF NOT EXISTS pruned (
  first bigint PRIMARY KEY,
  last bigint NOT NULL,
  declared bigint NOT NULL
)"""
# Beside the log until a release later none is without it; who has no key makes no such row.
_MARKS: Final = """CREATE TABLE IF NOT EXISTS group_mark (
  first bigint PRIMARY KEY,
  last bigint NOT NULL,
  mark bytea NOT NULL
)"""
_TABLES: Final = (
    "CREATE TABLE entry (idx bigint PRIMARY KEY, leaf bytea NOT NULL)",
    "CREATE TABLE leaf_hash (idx bigint PRIMARY KEY, hash bytea NOT NULL)",
    """CREATE TABLE tile_hash (
  level integer NOT NULL,
  place bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (level, place)
)""",
    """CREATE TABLE checkpoint (
  size bigint PRIMARY KEY,
  root bytea NOT NULL,
  at bigint NOT NULL,
  note text NOT NULL
)""",
    """CREATE TABLE cosignature (
  size bigint NOT NULL REFERENCES checkpoint (size),
  witness text NOT NULL,
  at bigint NOT NULL,
  line text NOT NULL,
  PRIMARY KEY (size, witness, at)
)""",
    _PRUNED,
)
_FUNCTIONS: Final = (
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what is in the log stays as it is'; END $$""",
    """CREATE OR REPLACE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entry) THEN
    RAISE EXCEPTION 'an entry takes the next index';
  END IF;
  RETURN NEW;
END $$""",
    """CREATE OR REPLACE FUNCTION refuse_undeclared() RETURNS trigger LANGUAGE plpgsql AS
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
END $$""",
    """CREATE OR REPLACE FUNCTION refuse_unpruned() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.idx > coalesce(
    (SELECT last FROM pruned WHERE first <= OLD.idx ORDER BY first DESC LIMIT 1), -1) THEN
    RAISE EXCEPTION 'what is in the log stays as it is';
  END IF;
  RETURN OLD;
END $$""",
    """CREATE OR REPLACE FUNCTION append_entries(
  first bigint, leaves bytea[], hashes bytea[], levels integer[], places bigint[], above bytea[]
) RETURNS bigint LANGUAGE plpgsql AS
$$ DECLARE
  size bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7310146829);
  SELECT coalesce(max(idx) + 1, 0) INTO size FROM entry;
  IF size = first THEN
    INSERT INTO entry (idx, leaf)
      SELECT first + n - 1, leaf FROM unnest(leaves) WITH ORDINALITY AS _ (leaf, n);
    INSERT INTO leaf_hash (idx, hash)
      SELECT first + n - 1, hash FROM unnest(hashes) WITH ORDINALITY AS _ (hash, n);
    INSERT INTO tile_hash (level, place, hash) SELECT * FROM unnest(levels, places, above);
  END IF;
  RETURN size;
END $$""",
    """CREATE OR REPLACE FUNCTION append_group(
  first bigint, leaves bytea[], hashes bytea[], levels integer[], places bigint[], above bytea[],
  mark bytea
) RETURNS bigint LANGUAGE plpgsql AS
$$ DECLARE
  size bigint := append_entries(first, leaves, hashes, levels, places, above);
BEGIN
  IF size = first AND mark IS NOT NULL THEN
    INSERT INTO group_mark VALUES (first, first + cardinality(hashes) - 1, mark)
      ON CONFLICT DO NOTHING;
  END IF;
  RETURN size;
END $$""",
)
PRUNABLE: Final = "entry"
FINAL: Final = ("leaf_hash", "tile_hash", "checkpoint", "cosignature", "pruned", "group_mark")


def _guarded(table: str, trigger: str, on: str) -> Iterable[str]:
    yield f"DROP TRIGGER IF EXISTS {trigger} ON {table}"
    yield f"CREATE TRIGGER {trigger} {on}"


def _kept_final(table: str) -> Iterable[str]:
    return _guarded(
        table,
        f"{table}_is_final",
        f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )


_GUARDS: Final = (
    *_guarded(
        "pruned",
        "pruned_is_declared",
        "BEFORE INSERT ON pruned FOR EACH ROW EXECUTE FUNCTION refuse_undeclared()",
    ),
    *_guarded(
        "entry",
        "entry_is_next",
        "BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION refuse_gap()",
    ),
    *_guarded(
        "entry",
        "entry_is_final",
        "BEFORE UPDATE OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
    *_guarded(
        "entry",
        "entry_stays",
        "BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_unpruned()",
    ),
    *(statement for table in FINAL for statement in _kept_final(table)),
)
# Until then an entry stood in three tables, with what it was found by; nothing of a leaf was there.
_TWO_TABLES: Final = (
    "DROP TABLE IF EXISTS child_pseudonym, asked_agency",
    (
        "ALTER TABLE entry DROP COLUMN at, DROP COLUMN kind, DROP COLUMN query_id,"
        ' DROP COLUMN "user", DROP COLUMN organisation, DROP COLUMN purpose,'
        " DROP COLUMN IF EXISTS broke_glass"
    ),
    _PRUNED,
)
_NUMBERED: Final = (
    "CREATE TABLE IF NOT EXISTS log_schema (number integer NOT NULL)",
    "INSERT INTO log_schema (number) SELECT 3 WHERE NOT EXISTS (SELECT FROM log_schema)",
)
_MADE_BEFORE_NUMBERS: Final = ("entry", "leaf_hash", "tile_hash", "checkpoint", "cosignature")
_TWO: Final = {"idx", "leaf"}
_SEARCHED_BY: Final = {"at", "kind", "query_id", "user", "organisation", "purpose"}
FACTS: Final = f"""
SELECT to_regclass('log_schema') IS NOT NULL, to_regproc('append_entries') IS NOT NULL,
  to_regproc('append_group') IS NOT NULL,
  (SELECT count(*) FROM unnest('{{{",".join(_MADE_BEFORE_NUMBERS)}}}'::text[]) AS name
    WHERE to_regclass(name) IS NOT NULL),
  ARRAY(SELECT attname::text FROM pg_attribute
    WHERE attrelid = to_regclass('entry') AND attnum > 0 AND NOT attisdropped)
"""  # noqa: S608 - names of this file
NUMBER: Final = "SELECT number FROM log_schema"


class PostgresLogSchema:
    """1 of before an entry had one row alone, 2 of before groups had marks, 3 numbered."""

    store: Final = "log"
    newest: Final = 3

    def found(self, connection: "Connection") -> int:
        """The number of what is there; SchemaUnknown if it is something else."""
        facts = connection.exec_driver_sql(FACTS).one()
        numbers = connection.exec_driver_sql(NUMBER).scalars().all() if facts[0] else ()
        return number_of(facts, numbers)

    def upgrade(self, connection: "Connection", found: int) -> None:
        """Change it to the newest, in the connection's transaction; no leaf or hash is touched."""
        for statement in _steps(found):
            connection.exec_driver_sql(statement)

    def statements(self, _: "Connection", found: int) -> Iterable[str]:
        """What `upgrade` runs."""
        return _steps(found)


def number_of(facts: Sequence[Any], numbers: Sequence[int]) -> int:
    """The number of the schema that FACTS and NUMBER tell of; SchemaUnknown if it is none."""
    numbered, appends, marks, tables, columns = facts
    if not tables and not numbered:
        return EMPTY
    whole = tables == len(_MADE_BEFORE_NUMBERS) and {*columns} >= _TWO
    if whole and numbered and appends and marks and len(numbers) == 1:
        return numbers[0]
    if whole and appends and not marks and [*numbers] in ([], [3]) and {*columns} == _TWO:
        return 2
    if whole and not numbered and {*columns} >= _SEARCHED_BY:
        return 1
    raise SchemaUnknown("log: this is not a log of this project, or not all of one")


def _steps(found: int) -> Iterable[str]:
    if found == EMPTY:
        yield from _TABLES
    if found == 1:
        yield from _TWO_TABLES
    yield _MARKS
    yield from _FUNCTIONS
    yield from _GUARDS if found in {EMPTY, 1} else _kept_final("group_mark")
    yield from _NUMBERED
