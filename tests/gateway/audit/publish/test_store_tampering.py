"""Who writes the log's store and has no key makes nothing look signed, at rest or while it runs."""

from contextlib import aclosing
from pathlib import Path

import pytest

from gateway.audit.errors import LogCorrupt, LogNotContinued, LogUnavailable
from gateway.audit.publish.local_signer import local_signer, memory_beside
from gateway.audit.publish.publication import Publication
from gateway.audit.tree.note import NoteSigner
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.state import State, Trust
from gateway.model.errors import TryLater
from tests.support.audit.examples import asked
from tests.support.audit.filled_log import Place, filled, place, schema
from tests.support.audit.meddler import PostgresMeddler
from tests.support.audit.publishing import ORIGIN, Minutes, write
from tests.support.audit.store_tampering import EACH, SIGNED, StoreTampering, appended_by_hand

__all__ = ["filled", "place", "schema"]


@pytest.mark.parametrize("tampering", EACH)
async def test_at_rest_each_is_refused_at_the_next_start_and_the_entry_named(
    place: Place, tampering: StoreTampering
) -> None:
    await place.meddler.write(tampering.do(await place.meddler.read()))
    with pytest.raises(LogCorrupt) as corrupt:
        async with place.publication():
            pass
    assert corrupt.value.entry == tampering.entry


@pytest.mark.parametrize("tampering", EACH)
async def test_while_it_runs_nothing_is_signed_of_it_and_what_the_tree_shows_halts_all(
    place: Place, tampering: StoreTampering
) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        await place.meddler.write(tampering.do(await place.meddler.read()))
        halted = False
        try:
            await publication.secure()
            publication.refuse_halted()
        except (LogCorrupt, TryLater):
            halted = True
        except LogNotContinued:  # it lacks what was durable: every question is refused
            await log.aclose()
            return
        assert halted == tampering.running
        if halted:
            with pytest.raises(TryLater, match="entry"):
                publication.refuse_halted()
            remembered = await signer.remembered()
            assert remembered is not None
            assert remembered.size == SIGNED[-1]
    await log.aclose()


@pytest.mark.parametrize("how", ["lose", "alter"])
async def test_a_store_that_keeps_less_than_it_says_is_never_signed(place: Place, how: str) -> None:
    """Whoever writes the store can have it lose or alter each entry as it is written."""
    log = await place.opened()
    try:
        async with local_signer(place.folder / "log-key", ORIGIN) as signer:
            publication = await Publication.open(log, signer, Minutes())
            meddler = place.meddler
            await (meddler.lose_what_comes() if how == "lose" else meddler.alter_what_comes())
            await log.append(asked("later"))
            with pytest.raises(LogCorrupt) as corrupt:
                await publication.secure()
            assert corrupt.value.entry == SIGNED[-1]
            with pytest.raises(TryLater, match="entry"):
                publication.refuse_halted()
            remembered = await signer.remembered()
            assert remembered is not None
            assert remembered.size == SIGNED[-1]
    finally:
        await log.aclose()
        await place.meddler.leave()


async def test_states_that_were_deleted_alone_are_published_again(place: Place) -> None:
    stored = await place.meddler.read()
    await place.meddler.write({**stored.rows, "checkpoint": [], "cosignature": []})
    async with place.publication() as publication:
        checkpoint = await publication.newest()
        assert await publication.log.notes() == (checkpoint.note,)
    assert checkpoint.size == SIGNED[-1]


async def test_a_signer_whose_memory_was_deleted_signs_nothing(place: Place) -> None:
    memory_beside(place.folder / "log-key").unlink()
    with pytest.raises(LogCorrupt, match="does not remember"):
        async with place.publication():
            pass


async def test_a_memory_deleted_while_it_runs_halts_the_gateway(place: Place) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        memory_beside(place.folder / "log-key").unlink()
        await log.append(asked("later"))
        with pytest.raises(LogCorrupt, match="does not remember"):
            await publication.secure()
        with pytest.raises(TryLater, match="not what was signed"):
            publication.refuse_halted()
    await log.aclose()


async def test_a_key_that_was_copied_without_its_memory_signs_nothing(
    place: Place, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "log-key").write_bytes((place.folder / "log-key").read_bytes())
    (elsewhere / "log-key").chmod(0o600)
    with pytest.raises(LogCorrupt, match="does not remember"):
        async with Place(elsewhere, place.opened, place.meddler).publication():
            pass


async def test_a_memory_that_was_rolled_back_is_told_from_the_log_that_it_rested_at(
    place: Place,
) -> None:
    memory = memory_beside(place.folder / "log-key")
    before = memory.read_bytes()
    async with place.publication() as publication:
        await write(publication.log, 5)
    memory.write_bytes(before)
    with pytest.raises(LogCorrupt, match="entry 300 was added") as corrupt:
        async with place.publication():
            pass
    assert corrupt.value.entry == SIGNED[-1]


async def test_two_histories_made_from_one_store_are_signed_on_one_side_only(
    place: Place,
) -> None:
    stored = await place.meddler.read()
    for name in ("one", "other"):
        log = await place.opened()
        async with local_signer(place.folder / "log-key", ORIGIN) as signer:
            if name == "one":
                publication = await Publication.open(log, signer, Minutes())
                await write(log, 5, user="one")
                signed = await publication.newest()
            else:
                await write(log, 9, user="other")
                with pytest.raises(LogCorrupt, match="one of 300 to 304"):
                    await Publication.open(log, signer, Minutes())
        await log.aclose()
        await place.meddler.write(stored.rows)
    trust = Trust(VerifierKey.read(NoteSigner.at(place.folder / "log-key", ORIGIN).verifier_key))
    assert State.read(signed.note.encode(), trust).size == 305


async def test_what_a_killed_gateway_had_not_signed_yet_is_signed_by_the_next(
    place: Place,
) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        await Publication.open(log, signer, Minutes())
        await write(log, 4)
    await log.aclose()
    async with place.publication() as publication:
        assert (await publication.newest()).size == 304


async def test_a_bit_that_flipped_before_it_was_hashed_is_never_signed(place: Place) -> None:
    log = await place.opened()
    async with local_signer(place.folder / "log-key", ORIGIN) as signer:
        publication = await Publication.open(log, signer, Minutes())
        await write(log, 5)
        stored = await place.meddler.read()
        flipped = [*stored.leaves[:302], stored.leaves[302][:-1] + b"~", *stored.leaves[303:]]
        rows = {**stored.forged(stored.leaves), "entry": list(enumerate(flipped))}
        await place.meddler.write(rows)
        with pytest.raises(LogCorrupt) as corrupt:
            await publication.secure()
        remembered = await signer.remembered()
    await log.aclose()
    assert corrupt.value.entry == 302
    assert remembered is not None
    assert remembered.size == SIGNED[-1]


async def test_a_gateway_beside_another_takes_what_that_one_wrote(place: Place) -> None:
    async with place.publication() as one, place.publication() as other:
        await write(one.log, 3)
        assert (await other.newest()).size == 303
        assert (await one.newest()).note == (await other.newest()).note


async def test_no_start_signs_what_was_added_at_rest_however_often_it_is_tried(
    place: Place,
) -> None:
    await place.meddler.write(appended_by_hand(await place.meddler.read()))
    for _ in range(2):
        with pytest.raises(LogCorrupt, match="while no gateway had the log open"):
            async with place.publication():
                pass


async def test_a_store_that_cannot_be_read_is_unavailable_and_halts_nothing(place: Place) -> None:
    async with aclosing(await place.opened()) as again, place.publication() as publication:
        await publication.log.aclose()
        if isinstance(place.meddler, PostgresMeddler):
            with pytest.raises(LogUnavailable):
                await publication.secure()
            publication.refuse_halted()
            publication.log = again
            await publication.secure()
