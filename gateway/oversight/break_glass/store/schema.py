"""The schemas of break-glass grants: their numbers, and what an earlier release's looked like."""

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Inspector

from gateway.config.database.migrations import Migrations
from gateway.config.database.schema import EMPTY, SchemaUnknown
from gateway.config.database.sqlite import empty_file

_TABLES: Final = ("leave", "leave_child", "notice")


def _unnumbered(there: Inspector) -> int:
    """1 of before issuers were kept, 2 of before schemas were numbered."""
    missing = [name for name in _TABLES if not there.has_table(name)]
    if len(missing) == len(_TABLES):
        return EMPTY
    columns = set() if missing else {each["name"] for each in there.get_columns("leave")}
    if not {"organisation", "expires_at", "review_by"} <= columns:
        raise SchemaUnknown("break-glass: these are not grants of this project")
    return 2 if "issuer" in columns else 1


SCHEMA: Final = Migrations(
    store="break-glass",
    folder=Path(__file__).with_name("migrations"),
    table="break_glass_schema",
    newest=3,
    unnumbered=_unnumbered,
)


@cache
def empty_grants() -> bytes:
    """The SQLite file of a store without grants and notices."""
    return empty_file(SCHEMA)
