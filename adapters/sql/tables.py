"""Which tables statements name without a schema, and whether a name means only one of them."""

import re
from collections.abc import Iterable
from typing import Final

_NAME: Final = r"([\w$]+|\"(?:[^\"]|\"\")*\")"
# Texts and comments, in which no table is named; and quoted names, which stay.
_QUIET: Final = re.compile(
    r"(\"(?:[^\"]|\"\")*\")|\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/"
    r"|(?<!\w)\$(\w*)\$.*?\$\2\$",
    re.DOTALL | re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:\b(?:from|join|table)\b|,)(?:[\s(]*+\b(?:only|lateral|table)\b)*+[\s(]*+"
    rf"(?={_NAME}(?![\w$\"])(?!\s*[.(]))",
    re.IGNORECASE,
)
# Whatever the role's search path is, or that of who used a pooled connection before. A table that
# we may not read is no danger: the statement would be refused. No path leads to another session's
# temporary tables, nor an honest one to the catalogue that every role may read.
_SEVERAL: Final = """EXISTS (SELECT FROM pg_catalog.pg_class
  WHERE relname IN ({}) AND relkind IN ('r', 'p', 'v', 'm', 'f')
  AND relnamespace <> ALL (SELECT oid FROM pg_catalog.pg_namespace
    WHERE nspname = 'information_schema')
  AND NOT pg_catalog.pg_is_other_temp_schema(relnamespace)
  AND pg_catalog.has_schema_privilege(relnamespace, 'USAGE')
  AND pg_catalog.has_any_column_privilege(oid, 'SELECT')
  GROUP BY relname HAVING pg_catalog.count(*) > 1)"""


class SeveralTables(Exception):
    """A name without a schema is that of several tables: a setting decides which one is read."""


def unqualified(statements: Iterable[str]) -> frozenset[str]:
    """The names of tables that statements have no schema for, as PostgreSQL folds them.

    A column behind a comma is taken for one too, and a WITH of that name, which may read the table
    of its own name. Neither matters unless two tables have the name.
    """
    found: set[str] = set()
    for sql in statements:
        bare = _QUIET.sub(lambda quiet: quiet[1] or " ", sql)
        found |= {_folded(name) for name in _NAMED.findall(bare)}
    return frozenset(found)


def several(names: Iterable[str]) -> str:
    """What is true in PostgreSQL where one of these names is that of several tables."""
    # SQLAlchemy takes a colon for the begin of a bind.
    quoted = [name.replace("'", "''").replace(":", r"\:") for name in sorted(names)]
    return _SEVERAL.format(", ".join(f"'{name}'" for name in quoted)) if quoted else "false"


def _folded(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
