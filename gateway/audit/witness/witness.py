"""The judgement: a checkpoint is signed if it is of a known log and a growth of the last one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.tree import refuse_rewritten
from gateway.audit.witness.cosigner import Cosigner
from gateway.audit.witness.memory import Look, Memory, TwoHistories
from gateway.audit.witness.submission import Submission
from gateway.model import events


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The signature line, given once the state was remembered."""

    line: str


@dataclass(frozen=True, slots=True)
class MalformedSubmission:
    """The request is not one."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No log of that name is witnessed here."""


@dataclass(frozen=True, slots=True)
class NotSigned:
    """The log's key did not sign it."""


@dataclass(frozen=True, slots=True)
class NotFromThere:
    """The growth is not told from the size that was last signed, which is `size`."""

    size: int


@dataclass(frozen=True, slots=True)
class NotAGrowth:
    """The hashes do not show a growth of what was last signed: the log forked, or was rewritten.

    Of the same size, with another root, the log's key signed two histories.
    """


Judgement = Cosigned | MalformedSubmission | Unknown | NotSigned | NotFromThere | NotAGrowth


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness of these logs; `now` gives seconds since 1970."""

    cosigner: Cosigner
    memory: Memory
    logs: Mapping[str, VerifierKey]
    now: Callable[[], int]

    def judge(self, body: bytes) -> Judgement:
        """Judge one submission; what is signed is durably remembered first."""
        try:
            submission = Submission.read(body)
        except LogRefused:
            return MalformedSubmission()
        key = self.logs.get(submission.origin)
        if key is None:
            return Unknown()
        if not _signed(submission, key):
            return NotSigned()
        if submission.old > submission.size:
            return MalformedSubmission()
        at = self.now()
        with self.memory.looking() as look:
            refusal = _refusal(submission, look)
            if refusal is not None:
                self._accuse(submission, refusal, look, at)
                return refusal
            line = self.cosigner.cosign(submission.note.text, at)
            whole = f"{submission.stated(key)}{line}"
            look.keep(submission.origin, submission.size, submission.root, whole)
        return Cosigned(line)

    def newest(self, place: str) -> str | None:
        """What was signed last of the log whose origin has this SHA-256, in hexadecimal."""
        origin = self._at(place)
        if origin is None:
            return None
        with self.memory.looking() as look:
            return look.note(origin)

    def evidence(self, place: str) -> list[TwoHistories] | None:
        """What was kept of that log that did not grow; None if no such log is witnessed here."""
        origin = self._at(place)
        if origin is None:
            return None
        with self.memory.looking() as look:
            return look.evidence(origin)

    def _at(self, place: str) -> str | None:
        named = (name for name in self.logs if sha256(name.encode()).hexdigest() == place)
        return next(named, None)

    def _accuse(self, submission: Submission, refusal: Judgement, look: Look, at: int) -> None:
        """Keep both notes, and say so, if the log's key signed what does not grow from the other.

        Growth that is told from elsewhere shows nothing of the kind, unless the size is the same.
        """
        size, root = look.seen(submission.origin)
        forked = submission.size == size and submission.root != root
        ours = look.note(submission.origin)
        if ours is None or not (forked or isinstance(refusal, NotAGrowth)):
            return
        evidence = TwoHistories(at, ours, submission.stated(self.logs[submission.origin]))
        if look.accuse(submission.origin, submission.size, submission.root, evidence):
            events.log_contradicted(submission.origin, size, submission.size)


def _signed(submission: Submission, key: VerifierKey) -> bool:
    try:
        return bool(submission.note.signed_by([key]))
    except LogRefused:
        return False


def _refusal(submission: Submission, look: Look) -> Judgement | None:
    size, root = look.seen(submission.origin)
    if submission.old != size:
        return NotFromThere(size)
    try:
        refuse_rewritten((size, root), (submission.size, submission.root), submission.path)
    except LogRefused:
        return NotAGrowth()
    return None
