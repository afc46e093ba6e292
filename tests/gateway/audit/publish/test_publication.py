"""What the log signed, it stands by: whoever kept a checkpoint sees any change of the past."""

import asyncio
import json
from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint as ReadCheckpoint
from tlog_scales.tlog import ConsistencyProof, ConsistencyProofInvalid

from gateway.audit.errors import KeysUnreadable, LogCorrupt
from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.export import export_log
from gateway.audit.publish.publication import Publication
from gateway.audit.tree.note import NoteSigner
from tests.support.audit.examples import asked
from tests.support.audit.publishing import ORIGIN, Minutes, publishing, write


async def test_an_independent_reader_accepts_the_signed_state(tmp_path: Path) -> None:
    async with publishing(tmp_path, 3) as publication:
        checkpoint = await publication.newest()
    read = ReadCheckpoint.from_text(checkpoint.note)
    read.verify(Vkey.from_string(publication.signer.verifier_key))
    assert (read.origin, read.size, read.root_hash) == (ORIGIN, 3, checkpoint.root)


async def test_an_independent_reader_accepts_every_entry_of_an_export(tmp_path: Path) -> None:
    async with publishing(tmp_path, 300) as publication:
        await export_log(publication, tmp_path / "export")
        leaves = [each.leaf for each in await publication.log.entries()]
    reader = TilesReader(LocalBackend(tmp_path / "export"))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(publication.signer.verifier_key))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    assert [reader.get_entry(index) for index in range(300)] == leaves
    for index in (0, 255, 256, 299):
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(leaf_hash(leaves[index]), checkpoint.root_hash)


async def test_an_export_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    async with publishing(tmp_path, 260) as publication:
        await export_log(publication, tmp_path / "export")
        full = tmp_path / "export" / "tile" / "entries" / "000"
        written = full.stat().st_mtime_ns
        await write(publication.log, 300)
        await export_log(publication, tmp_path / "export")
    reader = TilesReader(LocalBackend(tmp_path / "export"))
    assert reader.get_checkpoint().size == 560
    assert json.loads(reader.get_entry(559))["query_id"] == "j-okafor-559"
    assert full.stat().st_mtime_ns == written


async def test_growth_is_proved_between_any_two_signed_states(tmp_path: Path) -> None:
    async with publishing(tmp_path) as publication:
        states = []
        for more in (1, 6, 250, 30):
            await write(publication.log, more)
            states.append(await publication.newest())
        for old, new in combinations_with_replacement(states, 2):
            path = await publication.growth(old.size, new.size)
            proof = ConsistencyProof(old.size, new.size, path)
            proof.check(old.root, new.root)
            with pytest.raises(ConsistencyProofInvalid):
                proof.check(leaf_hash(old.root), new.root)


async def test_a_log_without_entries_has_a_signed_state_too(tmp_path: Path) -> None:
    async with publishing(tmp_path) as publication:
        checkpoint = await export_log(publication, tmp_path / "export")
    assert checkpoint.size == 0
    assert [file.name for file in (tmp_path / "export").iterdir()] == ["checkpoint"]


async def test_a_state_is_signed_once_until_the_log_grows(tmp_path: Path) -> None:
    async with publishing(tmp_path, 2) as publication:
        first = await asyncio.gather(*(publication.newest() for _ in range(5)))
        await write(publication.log, 1)
        assert {each.size for each in first} == {2}
        assert (await publication.newest()).size == 3
        assert (await publication.log.notes())[0] == (await publication.newest()).note


async def test_the_log_goes_on_from_its_checkpoint_after_a_restart(tmp_path: Path) -> None:
    for size in (5, 10):
        async with publishing(tmp_path, 5) as publication:
            assert (await publication.newest()).size == size


async def test_a_log_signed_by_another_key_is_not_gone_on_with(tmp_path: Path) -> None:
    async with publishing(tmp_path, 5) as publication:
        await publication.newest()
    (tmp_path / "log-key").unlink()
    with pytest.raises(KeysUnreadable, match="signed this log"):
        async with publishing(tmp_path):
            pass


async def test_another_history_is_never_signed_even_with_the_real_key(tmp_path: Path) -> None:
    async with publishing(tmp_path / "a", 5) as publication:
        await publication.newest()
    async with publishing(tmp_path / "b", 9, user="x.meddler") as other:
        with pytest.raises(LogCorrupt, match="was altered is one of 0 to 4"):
            await Publication.open(other.log, publication.signer, Minutes())


async def test_a_key_that_signs_for_another_log_is_refused(tmp_path: Path) -> None:
    NoteSigner.at(tmp_path / "key", ORIGIN)
    with pytest.raises(KeysUnreadable, match="another log"):
        NoteSigner.at(tmp_path / "key", "teamaround.example/other")
    with pytest.raises(KeysUnreadable, match="spaces"):
        NoteSigner.at(tmp_path / "key", "team around")


@pytest.mark.parametrize("content", ["", "PRIVATE+KEY+a+00000000+AAAA", "x+y+z+u+v", "\xff"])
def test_a_signing_key_that_is_malformed_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, "latin-1")
    path.chmod(0o600)
    with pytest.raises(KeysUnreadable, match="restore it"):
        NoteSigner.at(path, ORIGIN)


async def test_a_state_that_stands_in_the_store_and_was_never_signed_counts_for_nothing(
    tmp_path: Path,
) -> None:
    async with publishing(tmp_path, 5) as publication:
        kept = await publication.newest()
        await publication.log.append(asked())
        lying = replace(kept, size=6, root=bytes(32))
        await publication.log.keep(lying)
        await publication.log.append(asked())
        assert (await publication.newest()).size == 7
        await publication.log.aclose()
    with pytest.raises(LogCorrupt, match="entry 5"):
        await AuditLog.open(tmp_path / "log.db")
