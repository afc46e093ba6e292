"""Whatever is done to the log, a stranger with its key and a kept state sees it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import ConsistencyProofInvalid, InclusionProofInvalid

from gateway.verify.finding import Refused
from gateway.verify.place import open_place
from gateway.verify.published import check_log
from gateway.verify.state import State
from tests.gateway.verify.published import (
    LEAVES,
    REAL,
    STRANGER,
    TRUST,
    kept,
    note,
    write,
    write_entries,
    write_log,
    write_tree,
)

REFUSALS = (
    *(RuntimeError, ValueError, AssertionError),
    *(ConsistencyProofInvalid, InclusionProofInvalid, InvalidSignature),
)
SEEN = kept(LEAVES[:500])
EDITED = [*LEAVES[:300], b'{"nothing":"happened"}', *LEAVES[301:]]


def edited(folder: Path) -> None:
    write_entries(folder, EDITED)


def edited_with_its_tree(folder: Path) -> None:
    write_entries(folder, EDITED)
    write_tree(folder, EDITED)


def dropped(folder: Path) -> None:
    write_entries(folder, [*LEAVES[:300], *LEAVES[301:]])


def reordered(folder: Path) -> None:
    write_entries(folder, [*LEAVES[:300], LEAVES[301], LEAVES[300], *LEAVES[302:]])


def cut_short(folder: Path) -> None:
    bundle = folder / "tile" / "entries" / "002.p" / "88"
    bundle.write_bytes(bundle.read_bytes()[:-10])


def signed_by_a_stranger(folder: Path) -> None:
    write(folder / "checkpoint", note(LEAVES, STRANGER).encode())


def rolled_back_with_the_real_key(folder: Path) -> None:
    write_log(folder, LEAVES[:450])


def rewritten_with_the_real_key(folder: Path) -> None:
    write_log(folder, EDITED)


def forked_with_the_real_key(folder: Path) -> None:
    write_log(folder, EDITED[:500])


TAMPERINGS: list[tuple[Callable[[Path], None], int | None]] = [
    (edited, 300),
    (edited_with_its_tree, 0),
    (dropped, 300),
    (reordered, 300),
    (cut_short, 599),
    (signed_by_a_stranger, None),
    (rolled_back_with_the_real_key, 450),
    (rewritten_with_the_real_key, 0),
    (forked_with_the_real_key, None),
]


def read_by_a_stranger(folder: Path, seen: State) -> None:
    """The same check with tlog-scales; any exception is its refusal."""
    reader = TilesReader(LocalBackend(folder))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(REAL.verifier_key))
    if reader.calculate_root_hash() != checkpoint.root_hash:
        raise ValueError("the tree is not the signed one")
    for index in range(0, checkpoint.size, 7 if checkpoint.size < 300 else 1):
        leaf = leaf_hash(reader.get_entry(index))
        reader.get_inclusion_proof(index, checkpoint.size).check(leaf, checkpoint.root_hash)
    if seen.size > checkpoint.size:
        raise ValueError("the log is shorter than it was")
    grown = reader.get_consistency_proof(seen.size, checkpoint.size)
    grown.check(seen.root, checkpoint.root_hash)


def test_the_log_as_it_was_written_is_accepted(tmp_path: Path) -> None:
    folder = write_log(tmp_path, LEAVES)
    state = check_log(open_place(str(folder)), TRUST, [kept(LEAVES[:1]), SEEN]).state
    assert (state.size, state.root) == (600, kept(LEAVES).root)
    read_by_a_stranger(folder, SEEN)


@pytest.mark.parametrize(("tamper", "entry"), TAMPERINGS)
def test_each_tampering_is_refused_and_the_entry_named(
    tmp_path: Path, tamper: Callable[[Path], None], entry: int | None
) -> None:
    folder = write_log(tmp_path, LEAVES)
    tamper(folder)
    with pytest.raises(Refused) as refusal:
        check_log(open_place(str(folder)), TRUST, [SEEN])
    assert refusal.value.entry == entry


@pytest.mark.parametrize("tamper", [tamper for tamper, _ in TAMPERINGS])
def test_each_tampering_is_refused_by_a_strangers_tool_too(
    tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    folder = write_log(tmp_path, LEAVES)
    tamper(folder)
    with pytest.raises(REFUSALS):
        read_by_a_stranger(folder, SEEN)


def test_a_rewritten_log_is_dated_by_the_states_that_were_kept(tmp_path: Path) -> None:
    folder = write_log(tmp_path, EDITED)
    with pytest.raises(Refused, match="rewritten") as refusal:
        check_log(open_place(str(folder)), TRUST, [kept(LEAVES[:200]), kept(LEAVES[:300]), SEEN])
    assert refusal.value.entry == 300


def test_without_a_kept_state_the_real_key_can_lie(tmp_path: Path) -> None:
    folder = write_log(tmp_path, EDITED)
    assert check_log(open_place(str(folder)), TRUST).state.size == 600


@pytest.mark.parametrize("more", [b"\x00\x01x", b"\x00", b"\xff\xff"])
def test_what_is_slipped_in_after_the_last_entry_is_refused(tmp_path: Path, more: bytes) -> None:
    folder = write_log(tmp_path, LEAVES)
    bundle = folder / "tile" / "entries" / "002.p" / "88"
    bundle.write_bytes(bundle.read_bytes() + more)
    with pytest.raises(Refused):
        check_log(open_place(str(folder)), TRUST)


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2"])
def test_a_log_with_a_missing_file_is_refused(tmp_path: Path, path: str) -> None:
    folder = write_log(tmp_path, LEAVES)
    (folder / path).unlink()
    with pytest.raises(Refused, match=path):
        check_log(open_place(str(folder)), TRUST)
