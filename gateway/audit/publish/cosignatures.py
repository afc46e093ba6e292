"""Witnesses' signatures as the store has them: each counts only if it verifies under its key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gateway.audit.entry.time_units import at_microsecond
from gateway.audit.errors import LogCorrupt
from gateway.audit.keys.signing.state import SignedState
from gateway.audit.publish.quorum import Quorum
from gateway.audit.store.contract import StoredCosignature
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.note import Note

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A signature line that holds; `at` is when, in seconds since 1970, as it states."""

    witness: str
    at: int
    line: str


def cosignature(witness: VerifierKey, note: str, line: str) -> int | None:
    """When `witness` signed the note's text in this line, in seconds since 1970; None if not so."""
    text = note.rpartition("\n\n")[0]
    try:
        signed = Note.read(f"{text}\n\n{line}".encode()).signed_by([witness])
    except LogRefused:
        return None
    return max(signed.get(witness, ()), default=None)


def verified(
    witnesses: Iterable[VerifierKey], note: str, lines: Iterable[str]
) -> tuple[Cosignature, ...]:
    """Of each witness the newest line under the note that holds, in the order of their names."""
    found = dict[str, Cosignature]()
    for witness, line in product(witnesses, lines):
        at = cosignature(witness, note, line)
        if at is not None and (witness.name not in found or at > found[witness.name].at):
            found[witness.name] = Cosignature(witness.name, at, line)
    return tuple(found[name] for name in sorted(found))


def newest_of(
    witness: VerifierKey, verifier_key: str, stored: Iterable[StoredCosignature]
) -> tuple[int, int] | None:
    """When this witness signed last, and of which size; None if nothing of `stored` holds."""
    times = [
        (at, row.size)
        for row in stored
        if (at := cosignature(witness, row.note, row.line)) is not None
        and _states(verifier_key, row)
    ]
    return max(times, default=None)


def newest_cosigned(
    witnesses: Sequence[VerifierKey],
    verifier_key: str,
    stored: Iterable[StoredCosignature],
    quorum: Quorum,
) -> Checkpoint | None:
    """The largest state of the log that enough of `witnesses` signed; None if none."""
    for (size, note), lines in sorted(_by_state(stored).items(), reverse=True):
        held = verified(witnesses, note, lines)
        state = _states(verifier_key, StoredCosignature(size, note, ""))
        if state is not None and quorum.met([each.witness for each in held]):
            newest = max(each.at for each in held)
            whole = note + "".join(each.line for each in held)
            return Checkpoint(size, state.root, at_microsecond(newest * _SECOND_US), whole)
    return None


def _by_state(stored: Iterable[StoredCosignature]) -> Mapping[tuple[int, str], list[str]]:
    found = dict[tuple[int, str], list[str]]()
    for row in stored:
        found.setdefault((row.size, row.note), []).append(row.line)
    return found


def _states(verifier_key: str, row: StoredCosignature) -> SignedState | None:
    """The state that the row's note states, if the log signed it for this size."""
    try:
        state = SignedState.read(row.note, verifier_key)
    except LogCorrupt:
        return None
    return state if state.size == row.size else None
