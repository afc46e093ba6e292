"""A log's signed state, read from a checkpoint and believed only as far as it is signed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey, decoded
from gateway.audit.verify.note import Note

HASH_BYTES: Final = 32
_SIZE: Final = re.compile(r"0|[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier believes: the log's key, and at least `quorum` of these witnesses."""

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A tree of `size` entries with its root; `witnessed` has when each witness saw it."""

    origin: str
    size: int
    root: bytes
    witnessed: tuple[tuple[str, int], ...] = ()

    @classmethod
    def read(cls, content: bytes, trust: Trust) -> Self:
        """Read a checkpoint and check who signed it; Refused if too few of those trusted did."""
        note = Note.read(content)
        origin, size, root = tree_head(note.text)
        if origin != trust.log.name:
            raise LogRefused("the checkpoint is of another log")
        if trust.log.name not in note.signed_by([trust.log]):
            raise LogRefused("the checkpoint is not signed with the log's key")
        witnessed = note.signed_by(trust.witnesses)
        if len(witnessed) < trust.quorum:
            count = f"{len(witnessed)} of {trust.quorum}"
            raise LogRefused(f"too few witnesses signed the checkpoint: {count}")
        return cls(origin, size, root, tuple(sorted(witnessed.items())))

    def refuse_fork(self, others: Iterable["State"]) -> None:
        """Refused if another state of the same size has another root."""
        for other in others:
            if other.size == self.size and other.root != self.root:
                raise LogRefused(f"the log was signed with two histories of {self.size} entries")


def tree_head(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text; Refused if it is none."""
    match text.split("\n"):
        case [origin, size, root, *_, ""] if origin and _SIZE.fullmatch(size):
            return origin, int(size), read_hash(root)
    raise LogRefused("the note is not a checkpoint")


def read_hash(text: str) -> bytes:
    """A hash as base64; Refused if it is none."""
    content = decoded(text)
    if content is None or len(content) != HASH_BYTES:
        raise LogRefused("a line is not a hash")
    return content
