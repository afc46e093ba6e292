"""The number of a store's schema, and which of them a release serves."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:  # it takes long to import, and most who read a log need none of it
    from sqlalchemy import Connection

EMPTY: Final = 0
UPGRADE: Final = "run `teamaround db upgrade`"


class SchemaUnknown(Exception):
    """What stands there is no store of this project, or none that this release knows."""


class Schema(Protocol):
    """The schemas of one store, numbered from 1 on without a gap.

    A number is one release's. It only adds to what the release before uses, and removes what that
    one added and no longer uses: so gateways of two neighbouring releases use one store.
    """

    @property
    def store(self) -> str:
        """The store's name for people."""
        ...

    @property
    def newest(self) -> int:
        """The number that this release writes."""
        ...

    def found(self, connection: "Connection") -> int:
        """The number of what is there, EMPTY if nothing is; SchemaUnknown if it is something else.

        One that was made before schemas were numbered is known by its tables.
        """
        ...

    def upgrade(self, connection: "Connection", found: int) -> None:
        """Change it to the newest, in the connection's transaction; no row of it is lost."""
        ...

    def statements(self, connection: "Connection", found: int) -> Iterable[str]:
        """What `upgrade` would run in PostgreSQL, for somebody who runs it by hand."""
        ...


def unserved(store: str, found: int, newest: int) -> str | None:
    """Why a gateway whose newest schema is `newest` does not start on a store of `found`.

    None if it does: it serves its own schema and the next release's.
    """
    if found == EMPTY:
        return f"{store}: its tables are not there yet; {UPGRADE}"
    if found < newest:
        return f"{store}: has schema {found}, and this release needs {newest}; {UPGRADE}"
    if found > newest + 1:
        return (
            f"{store}: has schema {found}, more than one release newer than this one's {newest};"
            " start the release that it belongs to"
        )
    return None
