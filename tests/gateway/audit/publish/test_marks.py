"""Nothing is signed that no gateway wrote, though it stands in the store and the tree is right."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast

import pytest

from gateway.audit.errors import LogCorrupt, LogNotContinued
from gateway.audit.keys.group_mark import GroupMark, MarkKey
from gateway.audit.publish.local_signer import local_signer
from gateway.audit.publish.publication import Publication
from gateway.audit.store.contract import Log
from gateway.audit.store.sqlite import create_log
from gateway.model.errors import TryLater
from tests.support.audit.examples import asked
from tests.support.audit.filled_log import Place, filled, place, schema
from tests.support.audit.mark_tampering import EACH, FIRST
from tests.support.audit.meddler import Rows, SqliteMeddler, Stored
from tests.support.audit.publishing import ORIGIN, Minutes, write
from tests.support.audit.store_tampering import SIGNED

__all__ = ["filled", "place", "schema"]

NAMED: Final = [pytest.param(*each, id=each[0].__name__) for each in EACH]

KILLED: Final = [NAMED[0], NAMED[4], *NAMED[9:11]]


@pytest.mark.parametrize(("tampering", "entry"), NAMED)
async def test_beside_a_gateway_nothing_is_signed_that_it_did_not_write(
    place: Place, tampering: Callable[[Stored], dict[str, Rows]], entry: int
) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        await write(log, 2)
        await place.meddler.write(tampering(await place.meddler.read()))
        with pytest.raises((LogCorrupt, LogNotContinued)) as refused:
            await publication.secure()
        if isinstance(refused.value, LogCorrupt):  # else the gateway misses what it wrote
            assert refused.value.entry == entry
            with pytest.raises(TryLater, match=f"at entry {entry}"):
                publication.refuse_halted()
        remembered = await signer.remembered()
    await log.aclose()
    assert remembered is not None
    assert remembered.size == SIGNED[-1]


@pytest.mark.parametrize(("tampering", "entry"), KILLED)
async def test_after_a_gateway_was_killed_the_next_one_signs_only_what_it_wrote(
    place: Place, tampering: Callable[[Stored], dict[str, Rows]], entry: int
) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        await Publication.open(log, signer, Minutes())
        await write(log, 2)
    await log.aclose()
    await place.meddler.write(tampering(await place.meddler.read()))
    with pytest.raises(LogCorrupt) as corrupt:
        async with place.publication():
            pass
    assert corrupt.value.entry == entry


async def test_the_last_unsigned_entries_of_a_killed_gateway_can_be_removed_unseen(
    place: Place,
) -> None:
    log = await place.opened()
    before = await place.meddler.read()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        await Publication.open(log, signer, Minutes())
        await write(log, 2)
    await log.aclose()
    await place.meddler.write(before.rows)
    async with place.publication() as publication:
        assert (await publication.newest()).size == FIRST


async def test_a_mark_planted_where_the_next_entry_comes_is_told(place: Place) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        stored = await place.meddler.read()
        planted: Rows = [(FIRST, FIRST, bytes(16))]
        await place.meddler.write({**stored.rows, "group_mark": planted})
        assert await log.append(asked("later")) == FIRST
        with pytest.raises(LogCorrupt) as corrupt:
            await publication.secure()
    await log.aclose()
    assert corrupt.value.entry == FIRST


async def test_a_mark_under_another_logs_key_is_none(place: Place) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        log.mark_with(MarkKey(bytes(32)))
        await log.append(asked("later"))
        with pytest.raises(LogCorrupt) as corrupt:
            await publication.secure()
    await log.aclose()
    assert corrupt.value.entry == FIRST


async def test_groups_of_many_entries_of_two_gateways_are_signed(place: Place) -> None:
    async with place.publication() as one, place.publication() as other:
        for _ in range(2):
            await write_at_once(one, 300)
            await write_at_once(other, 40)
        assert (await one.newest()).size == SIGNED[-1] + 680
        assert await other.newest() == await one.newest()


async def write_at_once(publication: Publication, entries: int) -> None:
    await asyncio.gather(*(publication.log.append(asked(f"at-once-{n}")) for n in range(entries)))


async def test_beside_gateways_of_the_release_before_what_they_write_is_signed(
    place: Place,
) -> None:
    async with place.publication() as one:
        earlier = await place.opened()
        await write(earlier, 2)
        async with local_signer(place.folder / "log-key", ORIGIN) as signer:
            log = await place.opened()
            new = await Publication.open(log, signer, Minutes(), sign_unmarked=True)
            assert (await new.newest()).size == FIRST + 2
            await write(log, 1)
            await write(earlier, 1)
            assert (await new.newest()).size == FIRST + 4
            await new.leave()
        for each in (log, earlier):
            await each.aclose()
        assert (await one.newest()).size == FIRST + 4


# In PostgreSQL the table stays, and the release before leaves it alone.
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_file_at_rest_is_as_the_release_before_knows_it(place: Place) -> None:
    assert isinstance(place.meddler, SqliteMeddler)
    async with place.publication() as one, place.publication() as other:
        await write(one.log, 1)
        await write(other.log, 1)
        assert len(await other.log.marks(0)) == 2
        await one.leave()
        await write(other.log, 1)
        assert [each.first for each in await other.log.marks(0)] == [FIRST + 2]
    create_log(new := place.folder / "new.db")
    assert names(place.meddler.path) == names(new)


class LeftBetween:
    """A log whose other gateway stops just before its marks are read."""

    def __init__(self, log: Log, other: Publication) -> None:
        self._log, self._other = log, other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def marks(self, first: int, count: int = 9) -> tuple[GroupMark, ...]:
        await self._other.leave()
        return await self._log.marks(first, count)


async def test_a_gateway_that_stops_meanwhile_takes_no_mark_that_another_looks_for(
    place: Place,
) -> None:
    async with place.publication() as one, place.publication() as other:
        await write(other.log, 3)
        log, one.log = one.log, cast("Log", LeftBetween(one.log, other))
        assert (await one.newest()).size == FIRST + 3
        one.log = log


def names(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as opened:
        return {name for (name,) in opened.execute("SELECT name FROM sqlite_schema")}
