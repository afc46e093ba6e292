"""The ledger's schemas: their numbers, and what an earlier release's ledger looks like."""

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Inspector

from gateway.config.database.migrations import Migrations
from gateway.config.database.schema import EMPTY, SchemaUnknown
from gateway.config.database.sqlite import empty_file

_TABLES: Final = ("source_version", "enactment", "lease")


def _unnumbered(there: Inspector) -> int:
    """1 of before issuers were kept, 2 of before schemas were numbered."""
    missing = [name for name in _TABLES if not there.has_table(name)]
    if len(missing) == len(_TABLES):
        return EMPTY
    columns = set() if missing else {each["name"] for each in there.get_columns("source_version")}
    if not {"manifest", "sha256", "by_user"} <= columns:
        raise SchemaUnknown("ledger: this is not a ledger of this project")
    return 2 if "by_issuer" in columns and there.has_table("account_link") else 1


SCHEMA: Final = Migrations(
    store="ledger",
    folder=Path(__file__).with_name("migrations"),
    table="ledger_schema",
    newest=3,
    unnumbered=_unnumbered,
)


@cache
def empty_ledger() -> bytes:
    """The SQLite file of a ledger in which nothing is."""
    return empty_file(SCHEMA)
