"""The kind `sql`: one read-only SELECT over PostgreSQL or SQLite, its rows merged to records."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, TypeVar

import aiosqlite
from sqlalchemy import URL, TextClause
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.contract.contract import (
    Failure,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Question,
    Refused,
    Reply,
    TooMany,
    Unavailable,
    WallClock,
)
from adapters.contract.paths import COMPILED, Paths
from adapters.contract.turns import in_turn
from adapters.expressions.shape import shape_of
from adapters.manifest.limits import Limits
from adapters.manifest.manifest import Manifest
from adapters.mapping.batch_results import NOT_OURS, key_of, told_apart
from adapters.mapping.caps import ROW_CAP
from adapters.mapping.rows import Row, belong, length, record_keys, size
from adapters.network.egress import Egress
from adapters.sql.bounded_wire import wire_of
from adapters.sql.cancel import cancelled_once, interrupted_with_us
from adapters.sql.columns import SaidTwice
from adapters.sql.engine import POSTGRESQL, open_engine
from adapters.sql.errors import DATABASE_FAILURES, fault_of
from adapters.sql.introduction import introduce
from adapters.sql.operation import SqlOperation, answered_by, reply_of
from adapters.sql.selecting import Selecting, UnreadableCell
from adapters.sql.statement import Statement, as_number, detail_statement, in_list_statement
from adapters.sql.tables import SeveralTables

_AT_A_TIME: Final = 500  # rows
_NOT_ASKED_FOR: Final = "a row has the record_id of none of the records, or none"
T = TypeVar("T")
SqlRead = Callable[[AsyncConnection], Coroutine[Any, Any, T]]


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A source whose operations are SELECT statements."""

    engine: AsyncEngine
    limits: Limits
    operations: Mapping[str, SqlOperation]
    clock: WallClock

    async def ask(self, question: Question) -> Reply:
        """Ask once, within the question's time; the statement ends when the asking does."""
        operation = self.operations[question.operation]
        values = operation.statement.values(question.given)
        if isinstance(values, MoreNeeded):
            return values
        reply = await self._within(
            question.timeout_s, lambda one: self._read(one, question, operation, values)
        )
        return _at(question, reply)

    async def ask_many(self, questions: tuple[Question, ...]) -> tuple[Reply, ...]:
        """Ask about several children by one statement; a reply for each, in order."""
        operation = self.operations[questions[0].operation]
        timeout_s = min(one.timeout_s for one in questions)
        replies = await self._within(
            timeout_s, lambda one: self._read_many(one, questions, operation)
        )
        if isinstance(replies, tuple):
            return replies
        if isinstance(replies, TooMany | Malformed):
            return (_of_somebody(questions[0], replies),) * len(questions)
        return (_at(questions[0], replies),) * len(questions)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def _within(self, timeout_s: float, read: SqlRead[T]) -> T | Failure:
        try:
            async with asyncio.timeout(timeout_s):
                return await cancelled_once(self._connected(read))
        except (TimeoutError, PoolTimeoutError):
            return Unavailable(Fault.TIMED_OUT)
        except DATABASE_FAILURES as error:
            return fault_of(error)
        except SaidTwice:
            return Malformed("doubled_column")
        except SeveralTables:
            return Malformed("several_tables")
        except UnreadableCell:
            return Malformed("value")

    async def _connected(self, read: SqlRead[T]) -> T | Failure:
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            reading = read(connection)
            if isinstance(driver, aiosqlite.Connection):
                return await interrupted_with_us(driver, reading)
            wire = wire_of(driver)
            if wire is not None:
                wire.begin()
            try:
                return await reading  # asyncpg tells PostgreSQL itself when it is cancelled
            except DATABASE_FAILURES:
                if wire is not None and wire.passed:
                    await connection.invalidate()
                    return Malformed("too_large")
                raise

    async def _read(
        self,
        connection: AsyncConnection,
        question: Question,
        operation: SqlOperation,
        values: dict[str, Any],
    ) -> Reply:
        await self._introduce(connection, operation, (question,))
        selecting = Selecting(connection, operation.words)
        rows = await self._searched(selecting, operation.statement, values)
        if not isinstance(rows, list):
            return rows
        details = await self._details(selecting, operation, question, rows)
        if isinstance(details, Malformed):
            return details
        today = self.clock().date()
        reply = await in_turn(
            length(chain(rows, *details.values())),
            lambda: reply_of(operation, question, rows, details, today),
        )
        (proved,) = await _proved(connection, operation, (reply,))
        return proved

    async def _searched(
        self, selecting: Selecting, statement: Statement, values: dict[str, Any]
    ) -> list[Row] | TooMany | Malformed:
        most = self.limits.max_records
        rows = await self._main_rows(selecting, statement.clause, values, most)
        if rows or statement.counted is None:
            return rows
        return await self._main_rows(selecting, statement.counted, as_number(values), most)

    async def _read_many(
        self,
        connection: AsyncConnection,
        questions: tuple[Question, ...],
        operation: SqlOperation,
    ) -> tuple[Reply, ...] | TooMany | Malformed:
        await self._introduce(connection, operation, questions)
        selecting = Selecting(connection, operation.words)
        rows = await self._listed(selecting, operation, questions)
        if not isinstance(rows, list):
            return rows
        details = await self._details(selecting, operation, questions[0], rows)
        if isinstance(details, Malformed):
            return details
        today, most = self.clock().date(), self.limits.max_records

        def read() -> tuple[Reply, ...]:
            answered = answered_by(operation, questions[0], rows, details, today)
            return told_apart(questions, answered, most)

        replies = await in_turn(length(chain(rows, *details.values())), read)
        return await _proved(connection, operation, replies)

    async def _listed(
        self,
        selecting: Selecting,
        operation: SqlOperation,
        questions: tuple[Question, ...],
    ) -> list[Row] | TooMany | Malformed:
        key, sql = key_of(questions[0])[0], operation.in_list or ""
        values = [key_of(one)[1] for one in questions]
        most = self.limits.max_records * len(questions)
        rows = await self._main_rows(selecting, in_list_statement(sql, key, values), {}, most)
        if not isinstance(rows, list) or operation.statement.counted is None:
            return rows
        counted = in_list_statement(sql, key, [int(value) for value in values])
        more = await self._main_rows(selecting, counted, {}, most)
        if not isinstance(more, list):
            return more
        return await in_turn(length(chain(rows, more)), lambda: _together(rows, more))

    async def _introduce(
        self,
        connection: AsyncConnection,
        operation: SqlOperation,
        questions: tuple[Question, ...],
    ) -> None:
        if self.engine.dialect.name == POSTGRESQL:
            await introduce(connection, operation.introduction, questions)

    async def _main_rows(
        self, selecting: Selecting, clause: TextClause, values: dict[str, Any], most: int
    ) -> list[Row] | TooMany | Malformed:
        rows: list[Row] = []
        known: set[Any] = set()
        held = without = 0
        async with selecting.rows(clause, values) as result:
            # A join gives several rows a record, so more are fetched only while records are few.
            while batch := await result.fetch(most + 1):
                rows += batch
                known.update(key for key in record_keys(batch) if key is not None)
                without += record_keys(batch).count(None)
                held += size(batch)
                if len(known) + without > most or len(rows) > ROW_CAP:
                    return TooMany()
                if held > self.limits.max_body:
                    return Malformed("too_large")
        return rows

    async def _details(
        self,
        selecting: Selecting,
        operation: SqlOperation,
        question: Question,
        rows: list[Row],
    ) -> dict[str, list[Row]] | Malformed:
        wanted = operation.mapping.roots(question.fields) & operation.details.keys()
        keys = record_keys(rows)
        if None in keys and wanted:
            return Malformed("record_id", shape=shape_of(rows[0], {"record_id"}, "row"))
        found: dict[str, list[Row]] = {}
        for name in sorted(wanted) if keys else ():
            at = f"operation.{question.operation}.detail.{name}.sql"
            statement = detail_statement(operation.details[name], keys)
            items = await self._items(selecting, statement)
            if isinstance(items, Malformed):
                return items
            if len(items) > ROW_CAP:
                return Malformed("list", at, f"more than {ROW_CAP} rows")
            if not belong(items, keys):
                return Malformed("record_id", at, _NOT_ASKED_FOR)
            found[name] = items
        return found

    async def _items(self, selecting: Selecting, statement: TextClause) -> list[Row] | Malformed:
        items: list[Row] = []
        held = 0
        async with selecting.rows(statement, {}) as result:
            # Some at a time: the event loop has others to serve, and no list grows past its bound.
            while len(items) <= ROW_CAP and (batch := await result.fetch(_AT_A_TIME)):
                items += batch
                held += size(batch)
                if held > self.limits.max_body:
                    return Malformed("too_large")
        return items


def _together(rows: list[Row], more: list[Row]) -> list[Row]:
    known = set(map(repr, rows))
    return rows + [row for row in more if repr(row) not in known]


def _of_somebody(question: Question, reply: TooMany | Malformed) -> Reply:
    """What one child's rows made of everybody's: each is asked about alone."""
    said = _at(question, reply)
    if not isinstance(said, Malformed):
        return NOT_OURS
    return replace(NOT_OURS, place=said.place, shape=said.shape)


def _at(question: Question, reply: Reply) -> Reply:
    # What the database itself says is of the statement that it was sent.
    if not isinstance(reply, Refused | Unavailable | Malformed) or reply.place:
        return reply
    return replace(reply, place=f"operation.{question.operation}.sql")


async def _proved(
    connection: AsyncConnection, operation: SqlOperation, replies: tuple[Reply, ...]
) -> tuple[Reply, ...]:
    # What no question's key can equal is asked for only where somebody was not found.
    absent = any(isinstance(reply, NoRecord) for reply in replies)
    if operation.unreadable is None or not absent:
        return replies
    counted = (await connection.execute(operation.unreadable)).fetchmany(2)
    count = counted[0][0] if len(counted) == 1 and len(counted[0]) == 1 else None
    known = count == 0 and isinstance(count, int)
    return tuple(
        replace(reply, whole=reply.whole and known) if isinstance(reply, NoRecord) else reply
        for reply in replies
    )


def open_source(  # noqa: PLR0913  what it is opened with
    manifest: Manifest,
    url: URL,
    egress: Egress,
    clock: WallClock,
    tls: ssl.SSLContext | None = None,
    *,
    paths: Paths = COMPILED,
) -> SqlSource:
    """The source of a checked manifest at `url`; connects nowhere yet."""
    engine = open_engine(url, manifest.limits, egress, tls)
    typed_dates = engine.dialect.name == POSTGRESQL
    operations = {
        one.name: SqlOperation.of(manifest, one, typed_dates=typed_dates, paths=paths)
        for one in manifest.operation
    }
    return SqlSource(engine, manifest.limits, operations, clock)
