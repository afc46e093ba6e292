"""A receipt convinces who holds the log's key, and nobody once a byte of it differs."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.tree.merkle import (
    consistency_path,
    leaf_hash,
)
from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.tree import Accumulator, refuse_absent, refuse_rewritten
from tests.support.verify.published import LEAVES, ORIGIN, REAL, STRANGER, TRUST, note
from tests.support.verify.receipts import nodes, receipt


def test_a_receipt_is_accepted_offline() -> None:
    for index in (0, 7, 31, 32, 39):
        read = ReceiptProof.read(receipt(index).encode())
        assert read.check(TRUST).state.size == 40
        assert read.leaf == LEAVES[index]


def test_a_receipt_without_its_entry_needs_it() -> None:
    read = ReceiptProof.read(receipt(5, bring=False).encode())
    assert read.check(TRUST, LEAVES[5]).state.origin == ORIGIN
    with pytest.raises(LogRefused, match="give the entry too"):
        read.check(TRUST)


def test_a_receipt_of_another_entry_is_refused() -> None:
    with pytest.raises(LogRefused) as refusal:
        ReceiptProof.read(receipt(5).encode()).check(TRUST, LEAVES[6])
    assert refusal.value.entry == 5


@given(st.data())
def test_a_receipt_with_any_letter_changed_is_refused(data: st.DataObject) -> None:
    good = receipt(5)
    at = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.characters(codec="utf-8", exclude_characters=good[at]))
    with pytest.raises(LogRefused):
        ReceiptProof.read((good[:at] + letter + good[at + 1 :]).encode()).check(TRUST)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_receipt_are_refused(content: bytes) -> None:
    with pytest.raises(LogRefused):
        ReceiptProof.read(content).check(TRUST)


def test_a_receipt_of_another_log_or_signer_is_refused() -> None:
    for signer in (STRANGER, type(REAL)("other.example/log", REAL.key)):
        other = Trust(VerifierKey.read(signer.verifier_key))
        with pytest.raises(LogRefused):
            ReceiptProof.read(receipt(5).encode()).check(other)


@pytest.mark.parametrize(
    "text", ["", "a", "a+b+c", "a+00000000+AQ==", f"{REAL.verifier_key}A", "\x00+\x00+\x00"]
)
def test_a_key_that_was_mistyped_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        VerifierKey.read(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (note(LEAVES)[:-1], "not a signed note"),
        (note(LEAVES).replace("600", "0600"), "not a checkpoint|does not hold"),
        (note(LEAVES).replace("\n\n", "\nmore\n\n"), "does not hold"),
        (note(LEAVES).replace("\n", "\r\n"), "not a signed note"),
        (note(LEAVES) * 4000, "not a signed note"),
        ("", "not a signed note"),
    ],
)
def test_a_checkpoint_that_is_not_as_it_was_signed_is_refused(old: str, new: str) -> None:
    with pytest.raises(LogRefused, match=new):
        State.read(old.encode(), TRUST)


def test_other_signatures_beside_the_logs_are_passed_over() -> None:
    stranger = note(LEAVES, STRANGER).splitlines()[-1]
    unknown = base64.b64encode(bytes(2424)).decode()
    more = f"{note(LEAVES)}{stranger}\n\N{EM DASH} somebody {unknown}\n"
    assert State.read(more.encode(), TRUST).size == 600


def test_too_few_witnesses_are_refused() -> None:
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    witness = VerifierKey("witness.example", 4, key)
    with pytest.raises(LogRefused, match="0 of 1"):
        State.read(note(LEAVES).encode(), Trust(TRUST.log, (witness,), 1))


@given(st.data())
def test_any_growth_is_proved_and_any_other_root_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 60))
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, nodes(LEAVES[:size]))
    roots = [Accumulator(), Accumulator()]
    for tree, count in zip(roots, (old, size), strict=True):
        for leaf in LEAVES[:count]:
            tree.add(leaf_hash(leaf))
    before, after = roots[0].root, roots[1].root
    refuse_rewritten((old, before), (size, after), path)
    with pytest.raises(LogRefused):
        refuse_rewritten((old, bytes(32)), (size, after), path)
    with pytest.raises(LogRefused):
        refuse_rewritten((old, before), (size, bytes(32)), path)


def test_a_proof_beyond_the_tree_or_too_long_is_refused() -> None:
    with pytest.raises(LogRefused):
        refuse_absent(bytes(32), 40, 40, [], bytes(32))
    with pytest.raises(LogRefused):
        refuse_absent(bytes(32), 0, 1, [bytes(32)], bytes(32))
    with pytest.raises(LogRefused, match="shorter"):
        refuse_rewritten((2, bytes(32)), (1, bytes(32)), [])
