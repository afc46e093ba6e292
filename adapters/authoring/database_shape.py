"""What a PostgreSQL database says of its form: the names of its tables and columns, never a row."""

from typing import Final

import asyncpg

from adapters.authoring.sample_shape import SampleShape, SampleUnreadable, shape_of_tables
from adapters.network.near import is_here
from adapters.sql.engine import read_dsn
from adapters.sql.verified import over_tls, verified_as

_PATIENCE_S: Final = 20
_COLUMNS: Final = """
SELECT table_schema, table_name, column_name FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY table_schema, table_name, ordinal_position LIMIT 20000
"""


def is_address(text: str) -> bool:
    """Whether a file's text is the address of a PostgreSQL database."""
    return text.startswith(("postgresql://", "postgresql+asyncpg://"))


async def shape_of_database(address: str) -> SampleShape:
    """The shape of the table or view that looks most like people, as this account may read it.

    SampleUnreadable if it cannot be reached or has none; echoes nothing of the address.
    """
    try:
        url = read_dsn(address).set(drivername="postgresql")
        connection = await over_tls(
            None if is_here(url.host or "") else verified_as(url.host or ""),
            dsn=url.render_as_string(hide_password=False),
            timeout=_PATIENCE_S,
            server_settings={"default_transaction_read_only": "on"},
        )
        try:
            rows = await connection.fetch(_COLUMNS, timeout=_PATIENCE_S)
        finally:
            await connection.close()
    except (OSError, ValueError, TimeoutError, asyncpg.PostgresError) as error:
        raise SampleUnreadable(f"the database cannot be read ({type(error).__name__})") from None
    tables: dict[str, list[str]] = {}
    for schema, table, column in rows:
        name = table if schema == "public" else f"{schema}.{table}"
        tables.setdefault(name, []).append(column)
    return shape_of_tables(tables)
