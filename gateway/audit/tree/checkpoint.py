"""The log's state at a moment, signed: with a kept one, any later change of the past shows."""

import base64
import binascii
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.audit.tree.note import NoteSigner

PROOF_FORMAT: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed tree head (C2SP tlog-checkpoint): `note` is the whole note, cosignatures too."""

    size: int
    root: bytes
    at: datetime
    note: str

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.note.partition("\n")[0]

    @property
    def cosigners(self) -> tuple[str, ...]:
        """Who signed beside the log, by the name in the signature."""
        signatures = self.note.rpartition("\n\n")[2].splitlines()
        return tuple(line.split(" ")[1] for line in signatures[1:])


def signed(signer: NoteSigner, size: int, root: bytes, at: datetime) -> Checkpoint:
    """The checkpoint of a tree, signed by the log alone."""
    return Checkpoint(size, root, at, signer.sign(checkpoint_text(signer.name, size, root)))


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """What is signed: origin, size, root, a line each."""
    return f"{origin}\n{size}\n{_text(root)}\n"


def stated_root(note: str, size: int) -> bytes | None:
    """The root that a note states for `size`; None if it states none for it."""
    match note.split("\n", 3):
        case [_, stated, root, _] if stated == str(size):
            with suppress(binascii.Error):
                return base64.b64decode(root, validate=True)
    return None


def proof_text(
    index: int, path: Sequence[bytes], checkpoint: Checkpoint, leaf: bytes | None = None
) -> str:
    """A proof that stands alone (C2SP tlog-proof), with the leaf as its extra data if given."""
    extra = [] if leaf is None else [f"extra {_text(leaf)}"]
    lines = [PROOF_FORMAT, *extra, f"index {index}", *map(_text, path)]
    return "\n".join(lines) + f"\n\n{checkpoint.note}"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
