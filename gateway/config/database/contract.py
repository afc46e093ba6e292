"""What a database is to a store: the same statements and the same promises in either."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Table

T = TypeVar("T")


class DatabaseRefused(Exception):
    """The database cannot be had now, or takes no such change; it says what kind, and no value."""


class DatabaseDamaged(Exception):
    """The database's file is broken."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What everybody who writes the same waits for; those who share it wait for no other sharer.

    `number` is any number, if it is always the same and nobody else's.
    """

    number: int
    shared: bool = False


class Database(Protocol):
    """Every method raises DatabaseRefused where it cannot be done, or DatabaseDamaged."""

    def at_hand(self) -> AbstractAsyncContextManager[None]:
        """Open what is needed once for all that is done in here, as a start does."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds, all of it of one moment."""
        ...

    async def write(self, work: Callable[[Connection], T], lock: Lock | None = None) -> T:
        """What `work` gives once all that it changed is durable; an exception undoes it all."""
        ...

    def turn(self, lock: Lock, seconds: float) -> AbstractAsyncContextManager[None]:
        """Hold `lock` among all gateways; DatabaseRefused if it is not free in so many seconds."""
        ...

    def insert_new(self, table: Table, rows: Sequence[dict[str, Any]]) -> Executable:
        """Add the rows of which none is there yet by the table's keys."""
        ...

    def moments(self, *later_s: float) -> tuple[ColumnElement[Any], ...]:
        """So many seconds from now each, by a clock that is the same for every gateway."""
        ...

    async def wipe(self) -> None:
        """Take what was deleted out of the files too, as far as a store can; else DatabaseRefused.

        PostgreSQL's own VACUUM does it there.
        """
        ...

    async def prepare(self) -> None:
        """Have the files kept as a store needs them; DatabaseDamaged if they are broken."""
        ...

    async def aclose(self) -> None:
        """Give every connection back. Twice does no harm."""
        ...
