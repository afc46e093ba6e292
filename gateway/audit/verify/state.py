"""A log's signed state, read from a checkpoint and believed only as far as it is signed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import WITNESS, VerifierKey, decoded
from gateway.audit.verify.note import Note
from gateway.audit.verify.times import Bounds

HASH_BYTES: Final = 32
_HEAD_LINES: Final = 3
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier believes: the log's key, and at least `quorum` of these witnesses.

    Without a `quorum` every witness named must have signed. A key counts once, under whichever
    names it comes, and only a witness's own kind of key that is not the log's. Without `bounds`
    a signature counts whenever it was made.
    """

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int | None = None
    bounds: Bounds | None = None

    @property
    def required(self) -> int:
        """How many witnesses must have signed."""
        return len(self.witnesses) if self.quorum is None else self.quorum

    def judged(self, signed: Mapping[VerifierKey, Sequence[int]]) -> "Witnessed":
        """Which of the witnesses count, of those that signed at these times, and why not others."""
        counted, objections = dict[str, int](), list[tuple[str, str]]()
        taken = {self.log.public: "the log itself"}
        for key in self.witnesses:
            objection = self._of_key(key, taken)
            if key.name in counted:
                objection = "another key of that name counts already"
            taken.setdefault(key.public, key.name)
            times = {at: self._of_time(at) for at in signed.get(key, ())}
            good = [at for at, said in times.items() if said is None]
            if objection is None and good:
                counted[key.name] = max(good)
            elif objection is None and times:
                objection = f"its signature {times[max(times)]}"
            elif objection is None:
                objection = "it did not sign"
            if objection:
                objections.append((key.name, objection))
        return Witnessed(tuple(sorted(counted.items())), tuple(objections))

    def _of_key(self, key: VerifierKey, taken: Mapping[bytes, str]) -> str | None:
        if key.kind != WITNESS:
            return "its key is of the kind that logs have"
        if key.public in taken:
            return f"it has the same key as {taken[key.public]}"
        return None

    def _of_time(self, at: int) -> str | None:
        if at == 0:
            return "has no time"
        return self.bounds.objection(at) if self.bounds else None


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Who counts, by name, with the time of the signature; and why others do not."""

    counted: tuple[tuple[str, int], ...] = ()
    objections: tuple[tuple[str, str], ...] = ()

    @property
    def first(self) -> int | None:
        """When the first of those who count signed; None if nobody counts."""
        return min((at for _, at in self.counted), default=None)

    @property
    def newest(self) -> int | None:
        """When the last of those who count signed; None if nobody counts."""
        return max((at for _, at in self.counted), default=None)


@dataclass(frozen=True, slots=True)
class State:
    """A tree of `size` entries with its root, and which witnesses saw it when.

    `extensions` are lines of the checkpoint that no witness vouches for.
    """

    origin: str
    size: int
    root: bytes
    witnessed: Witnessed = Witnessed()
    extensions: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: bytes, trust: Trust) -> Self:
        """Read a checkpoint and check who signed it; Refused if too few of those trusted did."""
        note = Note.read(content)
        origin, size, root, *extensions = _lines(note.text)
        if origin != trust.log.name:
            raise LogRefused("the checkpoint is of another log")
        if trust.log not in note.signed_by([trust.log]):
            raise LogRefused("the checkpoint is not signed with the log's key")
        witnessed = trust.judged(note.signed_by(trust.witnesses))
        if len(witnessed.counted) < trust.required:
            why = "; ".join(f"{name}: {said}" for name, said in witnessed.objections)
            count = f"{len(witnessed.counted)} of {trust.required}"
            said = f"too few witnesses signed the checkpoint: {count}"
            raise LogRefused(f"{said} ({why})" if why else said)
        return cls(origin, int(size), read_hash(root), witnessed, tuple(extensions))

    def refuse_fork(self, others: Iterable["State"]) -> None:
        """Refused if another state of the same size has another root."""
        for other in others:
            if other.size == self.size and other.root != self.root:
                raise LogRefused(f"the log was signed with two histories of {self.size} entries")


def tree_head(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text; Refused if it is none."""
    origin, size, root, *_ = _lines(text)
    return origin, int(size), read_hash(root)


def _lines(text: str) -> list[str]:
    # Every line has something on it, those of extensions too.
    *lines, end = text.split("\n")
    if end or len(lines) < _HEAD_LINES or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise LogRefused("the note is not a checkpoint")
    read_hash(lines[2])
    return lines


def read_hash(text: str) -> bytes:
    """A hash as base64; Refused if it is none."""
    content = decoded(text)
    if content is None or len(content) != HASH_BYTES:
        raise LogRefused("a line is not a hash")
    return content
