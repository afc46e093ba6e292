"""A store in a file: a start opens it once, and nothing of it is open after that or between."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gateway.config.database.contract import DatabaseRefused
from gateway.config.database.sqlite import SqliteDatabase
from gateway.registry.ledger.schema import empty_ledger
from tests.support.patience import PATIENCE_S


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "ledger.sqlite"
    found.write_bytes(empty_ledger())
    return found


@pytest.fixture
def database(file: Path) -> SqliteDatabase:
    return SqliteDatabase(file, lambda: 0.0)


def _open_files(file: Path) -> list[str]:
    """What this process has open of the store: the file, and its journal."""
    return [name for name in _names() if name.startswith(str(file))]


def _names() -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # it was open for the list alone
            yield str(link.readlink())


def _counted(opened: Connection) -> Any:
    return opened.execute(text("SELECT count(*) FROM enactment")).scalar()


def _fails(_: Connection) -> None:
    raise KeyError


async def test_a_start_opens_the_file_once_and_holds_nothing_once_it_is_over(
    database: SqliteDatabase, file: Path
) -> None:
    async with database.at_hand():
        await database.prepare()
        assert await database.read(_counted) == 0
        held = _open_files(file)
        await database.write(_counted)
        assert _open_files(file) == held != []
    assert _open_files(file) == []
    await database.read(_counted)
    assert _open_files(file) == []


async def test_what_comes_beside_another_piece_of_work_waits_for_nothing(
    database: SqliteDatabase,
) -> None:
    came = Event()

    def long(opened: Connection) -> Any:
        assert came.wait(PATIENCE_S)
        return _counted(opened)

    def short(opened: Connection) -> Any:
        came.set()
        return _counted(opened)

    async with database.at_hand():
        counts = await asyncio.gather(database.read(long), database.read(short))
    assert [*counts] == [0, 0]


async def test_after_a_failure_the_file_is_opened_again(
    database: SqliteDatabase, file: Path
) -> None:
    async with database.at_hand():
        with pytest.raises(KeyError):
            await database.write(_fails)
        assert _open_files(file) == []
        assert await database.read(_counted) == 0


async def test_a_file_that_is_gone_after_a_start_is_not_made_again(
    database: SqliteDatabase, file: Path
) -> None:
    async with database.at_hand():
        await database.read(_counted)
    await asyncio.to_thread(file.unlink)
    with pytest.raises(DatabaseRefused):
        await database.read(_counted)
    assert not await asyncio.to_thread(file.exists)
