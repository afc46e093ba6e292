"""A proof on its own (C2SP tlog-proof): that one entry is in the log, checked without asking it."""

import re
from dataclasses import dataclass
from typing import Final, Self

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import decoded
from gateway.audit.verify.state import State, Trust, read_hash
from gateway.audit.verify.times import EntryTimes
from gateway.audit.verify.tree import hash_leaf, refuse_absent

FORMAT: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_HIGHEST: Final = 63


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """A proof as it was read; `leaf` is the entry itself, where the proof brings it along."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    leaf: bytes | None = None

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a proof; Refused if it is malformed."""
        head, _, checkpoint = content.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if lines[0] != FORMAT or not checkpoint:
            raise LogRefused("this verifier does not know this kind of proof")
        leaf = None
        if len(lines) > 1 and lines[1].startswith("extra "):
            leaf = decoded(lines.pop(1).removeprefix("extra "))
            if leaf is None:
                raise LogRefused("the proof's extra data are not base64")
        index = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        if index is None or len(lines) - 2 > _HIGHEST:
            raise LogRefused("the proof does not say which entry it is about")
        return cls(int(index[1]), tuple(map(read_hash, lines[2:])), checkpoint, leaf)

    def check(self, trust: Trust, leaf: bytes | None = None) -> "ProvedEntry":
        """The entry and the state under which it is logged; Refused if the proof does not hold.

        `leaf` is the entry where the proof does not bring it along.
        """
        entry = self.leaf if leaf is None else leaf
        if entry is None:
            raise LogRefused("the proof does not include its entry; give the entry too", self.index)
        state = State.read(self.checkpoint, trust)
        refuse_absent(hash_leaf(entry), self.index, state.size, self.path, state.root)
        EntryTimes(trust.bounds, state.witnessed.first).take(self.index, entry)
        return ProvedEntry(self.index, entry, state)


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """An entry that is in the log as `state` has it: byte for byte this one, at this index."""

    index: int
    leaf: bytes
    state: State
