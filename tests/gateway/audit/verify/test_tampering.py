"""Whatever is done to the log, a stranger with its key and a kept state sees it."""

import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import ConsistencyProofInvalid, InclusionProofInvalid
from typer.testing import CliRunner

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.state import State
from gateway.cli.main import app
from tests.support.verify.published import (
    LEAVES,
    REAL,
    TRUST,
    kept,
    note,
    write_log,
)
from tests.support.verify.tampering import (
    EACH,
    EDITED,
    Tampering,
)

REFUSALS = (
    *(RuntimeError, ValueError, AssertionError),
    *(ConsistencyProofInvalid, InclusionProofInvalid, InvalidSignature),
)
SEEN = kept(LEAVES[:500])


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
    if seen.size == checkpoint.size:
        if seen.root != checkpoint.root_hash:
            raise ValueError("the log was signed with two histories")
        return
    grown = reader.get_consistency_proof(seen.size, checkpoint.size)
    grown.check(seen.root, checkpoint.root_hash)


def test_the_log_as_it_was_written_is_accepted(tmp_path: Path) -> None:
    folder = write_log(tmp_path, LEAVES)
    state = check_log(open_place(str(folder)), TRUST, [kept(LEAVES[:1]), SEEN]).state
    assert (state.size, state.root) == (600, kept(LEAVES).root)
    read_by_a_stranger(folder, SEEN)


@pytest.mark.parametrize("tampering", EACH)
def test_each_tampering_is_refused_and_the_entry_named(
    tmp_path: Path, tampering: Tampering
) -> None:
    folder = write_log(tmp_path / "log", LEAVES)
    tampering.do(folder)
    (tmp_path / "kept").write_text(note(LEAVES[:500]))
    known = ["--key", REAL.verifier_key, "--kept", str(tmp_path / "kept")]
    said = CliRunner().invoke(app, ["audit", "verify", str(folder), *known])
    assert (said.exit_code, said.stdout) == (1, "")
    assert re.match(f"REFUSED: .*{tampering.ours}", said.stderr)
    named = re.search(r"\(entry (\d+)\)$", said.stderr.strip())
    assert (int(named[1]) if named else None) == tampering.entry


@pytest.mark.parametrize("tampering", EACH)
def test_each_tampering_is_refused_by_a_strangers_tool_too(
    tmp_path: Path, tampering: Tampering
) -> None:
    folder = write_log(tmp_path, LEAVES)
    tampering.do(folder)
    with pytest.raises(REFUSALS, match=tampering.scales):
        read_by_a_stranger(folder, SEEN)


@pytest.mark.parametrize("tampering", EACH)
def test_the_key_alone_shows_what_its_owner_did_not_sign(
    tmp_path: Path, tampering: Tampering
) -> None:
    folder = write_log(tmp_path, LEAVES)
    tampering.do(folder)
    if tampering.shown:
        with pytest.raises(LogRefused):
            check_log(open_place(str(folder)), TRUST)
    else:
        assert check_log(open_place(str(folder)), TRUST).state.size >= 450


@pytest.mark.parametrize("size", [500, 501, 600])
def test_what_only_grew_since_it_was_kept_is_accepted_by_both(tmp_path: Path, size: int) -> None:
    folder = write_log(tmp_path, LEAVES[:size])
    assert check_log(open_place(str(folder)), TRUST, [SEEN]).state.size == size
    read_by_a_stranger(folder, SEEN)


def test_a_rewritten_log_is_dated_by_the_states_that_were_kept(tmp_path: Path) -> None:
    folder = write_log(tmp_path, EDITED)
    with pytest.raises(LogRefused, match="rewritten") as refusal:
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
    with pytest.raises(LogRefused):
        check_log(open_place(str(folder)), TRUST)


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2"])
def test_a_log_with_a_missing_file_is_refused(tmp_path: Path, path: str) -> None:
    folder = write_log(tmp_path, LEAVES)
    (folder / path).unlink()
    with pytest.raises(LogRefused, match=path):
        check_log(open_place(str(folder)), TRUST)
