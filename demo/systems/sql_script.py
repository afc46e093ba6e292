"""Rows of an agency as an SQL script: what its own system would have entered over the years."""

from collections.abc import Iterable, Mapping
from datetime import date

Row = Mapping[str, "str | int | date | None"]


def inserts(table: str, rows: Iterable[Row]) -> str:
    """One INSERT a table; every row has the same columns in the same order."""
    entered = list(rows)
    if not entered:
        return ""
    columns = ", ".join(entered[0])
    values = ",\n".join(f"({', '.join(map(_literal, row.values()))})" for row in entered)
    return f"INSERT INTO {table} ({columns}) VALUES\n{values};\n"


def reader(role: str, tables: Iterable[str]) -> str:
    """A role that may read these tables and do nothing else."""
    return (
        f"CREATE ROLE {role} LOGIN;\n"
        f"ALTER ROLE {role} SET default_transaction_read_only = on;\n"
        f"ALTER ROLE {role} SET statement_timeout = '5s';\n"
        f"GRANT SELECT ON {', '.join(tables)} TO {role};\n"
    )


def _literal(value: str | int | date | None) -> str:
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
        case date():
            return f"'{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
