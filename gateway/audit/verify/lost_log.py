"""A lost log and the one that succeeds it: both hold, and the gap between them is told."""

import json
from dataclasses import dataclass
from typing import Any, Final

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.state import HASH_BYTES, State

_MARK: Final = b'"kind":"LOG_LOSS"'


@dataclass(frozen=True, slots=True)
class NamedLoss:
    """What the first entry of a log says of the one before it; `key` is that log's verifier key."""

    state: State
    key: str
    at: str
    reason: str
    decided_by: str
    who: str


def loss_named_by(index: int, leaf: bytes) -> NamedLoss | None:
    """What the entry at `index` says; None if it names none, Refused if it names one falsely."""
    if _MARK not in leaf:
        return None
    try:
        held: dict[str, Any] = json.loads(leaf)
        if held["kind"] != "LOG_LOSS":
            return None
        lost, root = held["succeeds"], bytes.fromhex(held["succeeds"]["root"])
        state = State(str(lost["origin"]), int(lost["size"]), root)
        said = map(str, (lost["key"], held["at"], lost["reason"], lost["decided_by"], held["user"]))
        found = NamedLoss(state, *said)
    except (ValueError, KeyError, TypeError):
        raise LogRefused(f"entry {index} names a lost log and cannot be read", index) from None
    if index or len(root) != HASH_BYTES or state.size < 0:
        raise LogRefused("only the first entry of a log names the log before it", index)
    return found


def refuse_other_loss(said: NamedLoss, lost: State, key: str) -> None:
    """Refused unless `lost`, what is left of the lost log, and its key fit what was said of it."""
    if said.state.origin != lost.origin or said.key != key.strip():
        raise LogRefused("it names another log, or another key, as the one before it", 0)
    if lost.size > said.state.size:
        raise LogRefused(
            f"it says that {said.state.size} entries of the lost log are known, and a signed state"
            f" has {lost.size}: the gap is smaller than it says",
            0,
        )
    said.state.refuse_fork([lost])
