"""The judgement: a checkpoint is signed if it is of a known log and a growth of the last one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.tree import refuse_rewritten
from gateway.audit.witness.cosigner import Cosigner
from gateway.audit.witness.memory import Look, Memory
from gateway.audit.witness.submission import Submission


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
class OtherHistory:
    """Another root for the size last signed: the log forked or was rewritten."""


@dataclass(frozen=True, slots=True)
class NotAGrowth:
    """The hashes do not show a growth of what was last signed."""


Judgement = (
    Cosigned | MalformedSubmission | Unknown | NotSigned | NotFromThere | OtherHistory | NotAGrowth
)


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
        with self.memory.looking() as look:
            refusal = _refusal(submission, look)
            if refusal is not None:
                return refusal
            look.keep(submission.origin, submission.size, submission.root)
        return Cosigned(self.cosigner.cosign(submission.note.text, self.now()))


def _signed(submission: Submission, key: VerifierKey) -> bool:
    try:
        return bool(submission.note.signed_by([key]))
    except LogRefused:
        return False


def _refusal(submission: Submission, look: Look) -> Judgement | None:
    size, root = look.seen(submission.origin)
    if submission.old != size:
        return NotFromThere(size)
    if submission.size == size and submission.root != root:
        return OtherHistory()
    try:
        refuse_rewritten((size, root), (submission.size, submission.root), submission.path)
    except LogRefused:
        return NotAGrowth()
    return None
