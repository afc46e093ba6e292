"""A store's schemas as alembic revisions, one a number, each in a file of the store's folder."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Inspector, inspect, text

from gateway.config.database.schema import EMPTY, SchemaUnknown

if TYPE_CHECKING:  # it is needed where a store is made or upgraded, and takes long to import
    from alembic.config import Config

_ENVIRONMENT: Final = Path(__file__).parent
_REVISION: Final = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Migrations:
    """The revisions in `folder`, named "0001" and so on; `table` keeps which one a store has.

    `unnumbered` tells the number of a store from before it had that table, by what it looks like;
    EMPTY if nothing of it is there, SchemaUnknown if it is something else.
    """

    store: str
    folder: Path
    table: str
    newest: int
    unnumbered: Callable[[Inspector], int]

    def found(self, connection: Connection) -> int:
        """The number of what is there; SchemaUnknown if it is something else."""
        there = inspect(connection)
        if not there.has_table(self.table):
            return self.unnumbered(there)
        rows = connection.execute(text(f"SELECT version_num FROM {self.table}")).scalars().all()  # noqa: S608 - our own name
        if not rows:
            return EMPTY
        if len(rows) > 1 or not _REVISION.fullmatch(rows[0]):
            raise SchemaUnknown(f"{self.store}: {self.table} names no schema of this project")
        return int(rows[0])

    def upgrade(self, connection: Connection, found: int) -> None:
        """Change it to the newest, in the connection's transaction."""
        from alembic import command  # noqa: PLC0415 - see above

        given = self._config(connection=connection)
        if found and not inspect(connection).has_table(self.table):
            command.stamp(given, revision(found))
        command.upgrade(given, revision(self.newest))

    def statements(self, connection: Connection, found: int) -> Iterable[str]:
        """What `upgrade` would run in PostgreSQL."""
        from alembic import command  # noqa: PLC0415 - see above

        printed = io.StringIO()
        given, begin = self._config(output=printed), revision(found) if found else "base"
        if found and not inspect(connection).has_table(self.table):
            command.stamp(given, f"base:{begin}", sql=True)
        command.upgrade(given, f"{begin}:{revision(self.newest)}", sql=True)
        return [printed.getvalue()]

    def _config(self, **attributes: Any) -> "Config":
        from alembic.config import Config  # noqa: PLC0415 - see above

        config = Config(attributes={"table": self.table, **attributes})
        for name, folder in (("script_location", _ENVIRONMENT), ("version_locations", self.folder)):
            config.set_main_option(name, str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        return config


def revision(number: int) -> str:
    """The alembic revision of a schema's number."""
    return f"{number:04d}"
