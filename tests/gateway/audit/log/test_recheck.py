"""A start from a signed state hides nothing: what it did not hash is proved when shown, or refused.

And it is hashed again beside the questions, within its share of a core.
"""

import time
from asyncio import gather
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from demo.processes.postgres import Postgres
from gateway.audit.entry.range import EntryRange
from gateway.audit.entry.search import Search
from gateway.audit.errors import LogCorrupt
from gateway.audit.log.recheck import Recheck
from gateway.audit.publish.export import export_log
from gateway.audit.store.contract import Log
from gateway.audit.store.rehash import Rehash
from gateway.audit.tree.proved import CheckedState
from gateway.audit.tree.tile import ENTRIES, Tile
from tests.support.audit.altered import AlteredLog, state_of
from tests.support.audit.examples import NOON
from tests.support.audit.pruned import entry, fill, policy, pruned, publication_of

SIGNED = 600
AFTER = 5
HOW = [pytest.param(False, id="its entry"), pytest.param(True, id="and its hash")]
FORGED = replace(entry(0, NOON), user="a.nother").leaf()


@pytest.fixture(params=["sqlite", "postgres"])
async def altered(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> AlteredLog:
    made = AlteredLog(tmp_path, postgres if request.param == "postgres" else None)
    await made.begin()
    return made


async def filled(altered: AlteredLog) -> CheckedState:
    """Write so many entries, of which all but the last were signed."""
    log = await altered.open()
    await gather(*(log.append(entry(number, NOON)) for number in range(SIGNED)))
    state = await state_of(log)
    await fill(log, 0, AFTER)
    await log.aclose()
    return state


@asynccontextmanager
async def started(altered: AlteredLog, state: CheckedState) -> AsyncIterator[Log]:
    log = await altered.open(state)
    try:
        yield log
    finally:
        await log.aclose()


@pytest.mark.parametrize("hashed", HOW)
@pytest.mark.parametrize("index", [0, 300])
async def test_an_edited_entry_that_no_start_hashed_is_never_shown(
    altered: AlteredLog, index: int, *, hashed: bool
) -> None:
    state = await filled(altered)
    await altered.forge(index, FORGED, hashed=hashed)
    async with started(altered, state) as log:
        assert len(await log.entries(SIGNED, AFTER)) == AFTER
        with pytest.raises(LogCorrupt) as corrupt:
            await log.entries(index, 1)
        assert corrupt.value.entry == index
        with pytest.raises(LogCorrupt):
            await log.search(Search(), count=SIGNED + AFTER)
        with pytest.raises(LogCorrupt):
            await log.tile(Tile(ENTRIES, index // 256))


async def test_an_entry_that_was_taken_away_is_missed_by_whoever_reads_there(
    altered: AlteredLog,
) -> None:
    state = await filled(altered)
    async with started(altered, state) as log:
        assert await log.search(Search(), count=1)
    await altered.alter("DELETE FROM entry WHERE idx = 5")
    async with started(altered, state) as log:
        for look in (log.entries(0, 10), log.search(Search(), count=SIGNED + AFTER)):
            with pytest.raises(LogCorrupt) as corrupt:
                await look
            assert corrupt.value.entry == 5


@pytest.mark.parametrize("hashed", HOW)
async def test_hashing_again_names_the_entry_that_was_altered(
    altered: AlteredLog, *, hashed: bool
) -> None:
    state = await filled(altered)
    await altered.forge(300, FORGED, hashed=hashed)
    async with started(altered, state) as log:
        with pytest.raises(LogCorrupt) as corrupt:
            await log.recheck()
        assert corrupt.value.entry in {300, 256}  # with its hash: the first of its tile


async def test_neither_export_nor_pruning_begins_before_all_was_hashed_again(
    altered: AlteredLog, tmp_path: Path
) -> None:
    state = await filled(altered)
    async with started(altered, state) as log:
        publication = await publication_of(log, tmp_path)
        await altered.forge(300, FORGED, hashed=False)
        with pytest.raises(LogCorrupt):
            await export_log(publication, tmp_path / "export")
        with pytest.raises(LogCorrupt):
            await pruned(publication, policy(tmp_path), [EntryRange(0, 9)])
        assert not (await log.pruned()).held


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE checkpoint SET size = 9999",
        "DELETE FROM tile_hash WHERE level = 1 AND place = 0",
        f"INSERT INTO entry SELECT {SIGNED + AFTER} + 7, leaf FROM entry WHERE idx = 0",
        "INSERT INTO pruned VALUES (3, 9, 400)",
    ],
)
async def test_what_stands_beside_the_entries_is_looked_at_in_the_end(
    altered: AlteredLog, tmp_path: Path, sql: str
) -> None:
    state = await filled(altered)
    async with started(altered, state) as log:
        await (await publication_of(log, tmp_path)).newest()
        await altered.alter(sql)
        with pytest.raises(LogCorrupt):
            await log.recheck()


async def test_what_came_after_the_signed_state_is_hashed_at_the_start(
    altered: AlteredLog,
) -> None:
    state = await filled(altered)
    await altered.forge(SIGNED + 1, FORGED, hashed=False)
    with pytest.raises(LogCorrupt) as corrupt:
        await altered.open(state)
    assert corrupt.value.entry == SIGNED + 1


async def test_a_state_that_the_tree_does_not_lead_to_spares_nothing(altered: AlteredLog) -> None:
    state = await filled(altered)
    await altered.forge(0, FORGED, hashed=False)
    for other in (CheckedState(state.size, b"?" * 32), CheckedState(10**9, state.root)):
        with pytest.raises(LogCorrupt, match="entry 0 has changed"):
            await altered.open(other)


async def test_once_hashed_again_a_log_is_as_if_its_start_had_read_all_of_it(
    altered: AlteredLog, tmp_path: Path
) -> None:
    state = await filled(altered)
    async with started(altered, state) as log:
        shown = await log.entries(0, SIGNED)
        await log.append(entry(7, NOON))
        await pruned(await publication_of(log, tmp_path), policy(tmp_path), [EntryRange(0, 9)])
        await log.recheck()
        assert await log.entries(0, SIGNED - 10) == shown[10:SIGNED]
    async with started(altered, state) as log:
        await log.recheck()


async def test_hashing_again_takes_no_more_than_its_share_of_a_core() -> None:
    left = [0.02] * 5

    async def busy() -> bool:
        until = time.perf_counter() + left.pop()
        while time.perf_counter() < until:
            pass
        return bool(left)

    async def nothing() -> None:
        """Nothing stands beside it."""

    async def no_tiles(_: object) -> dict[Tile, list[bytes]]:
        return {}

    recheck = Recheck(Rehash("here"), CheckedState(1, b""), busy, nothing, no_tiles)
    began = time.perf_counter()
    await recheck.run(0.2)
    assert recheck.done
    assert time.perf_counter() - began >= 0.1 / 0.2 * 0.95
