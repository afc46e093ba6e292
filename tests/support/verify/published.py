"""A small published log of made-up entries, and what a meddler with every key can publish."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.tree.merkle import Edge, grown, leaf_hash
from gateway.audit.tree.note import NoteSigner
from gateway.audit.tree.tile import ENTRIES, bundle, entry_tiles, hash_tiles
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.state import State, Trust

ORIGIN = "teamaround.example/test"
REAL = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"r" * 32))
STRANGER = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"s" * 32))
TRUST = Trust(VerifierKey.read(REAL.verifier_key))
LEAVES = [f'{{"made-up entry":{number}}}'.encode() for number in range(600)]


def note(leaves: Sequence[bytes], signer: NoteSigner = REAL) -> str:
    """The signed state of a log of these entries."""
    edge, _ = grown(Edge(), map(leaf_hash, leaves))
    return signer.sign(checkpoint_text(ORIGIN, edge.size, edge.root))


def kept(leaves: Sequence[bytes]) -> State:
    """A state that somebody saw and kept."""
    return State.read(note(leaves).encode(), TRUST)


def write_entries(folder: Path, leaves: Sequence[bytes]) -> None:
    """Write the bundles."""
    for tile in entry_tiles(len(leaves)):
        assert tile.level == ENTRIES
        write(folder / tile.path, bundle(leaves[tile.first : tile.first + tile.width]))


def write_tree(folder: Path, leaves: Sequence[bytes]) -> None:
    """Write the tiles of hashes."""
    hashes = [leaf_hash(leaf) for leaf in leaves]
    _, finished = grown(Edge(), hashes)
    held = {(0, place): each for place, each in enumerate(hashes)}
    held |= {(each.level, each.place): each.hash for each in finished}
    for tile in hash_tiles(len(leaves)):
        row = range(tile.first, tile.first + tile.width)
        write(folder / tile.path, b"".join(held[tile.level, place] for place in row))


def write_log(folder: Path, leaves: Sequence[bytes], signer: NoteSigner = REAL) -> Path:
    """Write all of it, signed."""
    write_entries(folder, leaves)
    write_tree(folder, leaves)
    write(folder / "checkpoint", note(leaves, signer).encode())
    return folder


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
