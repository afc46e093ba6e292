"""What a log submits (C2SP tlog-witness, add-checkpoint): a checkpoint, and that it only grew."""

import re
from dataclasses import dataclass
from typing import Final, Self

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.note import Note
from gateway.audit.verify.state import read_hash, tree_head

LONGEST: Final = 128 * 1024
_OLD: Final = re.compile(r"old (0|[1-9]\d{0,18})")
_MOST_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as it was read; nothing of it is checked yet."""

    old: int
    path: tuple[bytes, ...]
    note: Note
    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a request body; Refused if it is malformed."""
        head, _, checkpoint = body.partition(b"\n\n")
        first, *lines = head.decode("utf-8", "replace").split("\n")
        old = _OLD.fullmatch(first)
        if old is None or len(lines) > _MOST_HASHES:
            raise LogRefused("a submission begins with old and a size")
        note = Note.read(checkpoint)
        path = tuple(map(read_hash, lines))
        return cls(int(old[1]), path, note, *tree_head(note.text))

    def stated(self, log: VerifierKey) -> str:
        """The checkpoint with the log's own signatures alone."""
        ours = (s for s in self.note.signatures if (s.name, s.key_id) == (log.name, log.id))
        return f"{self.note.text}\n" + "".join(f"{signature.line}\n" for signature in ours)
