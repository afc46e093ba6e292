"""`teamaround audit verify-loss`: both logs hold, and what is missing is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.verify.lost_log import refuse_other_loss
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import check_log
from gateway.audit.verify.state import State, Trust


class BothKeys(NamedTuple):
    """The verifier keys of both logs, and of witnesses of the lost one."""

    new: str
    lost: str
    witnesses: tuple[str, ...] = ()


def verify_loss(what: str, lost: str, keys: BothKeys, token: Path | None) -> None:
    """Print what holds; ends with 1 where it does not hold, with 2 where it could not be read."""
    try:
        lines = list(_checked(what, lost, keys, token))
    except LogRefused as refusal:
        place = "" if refusal.entry is None else f" (entry {refusal.entry})"
        typer.echo(f"REFUSED: {refusal}{place}", err=True)
        raise typer.Exit(1) from None
    except (Unreadable, OSError) as error:
        said = type(error).__name__ if isinstance(error, OSError) else error
        typer.echo(f"not checked: {said}", err=True)
        raise typer.Exit(2) from None
    for line in lines:
        typer.echo(_printable(line))


def _checked(what: str, lost: str, keys: BothKeys, token: Path | None) -> Iterator[str]:
    bearer = token.read_text("utf-8").strip() if token else None
    new = check_log(open_place(what, bearer), Trust(_key(keys.new)))
    if new.succeeds is None:
        raise LogRefused("its first entry names no log before it", 0)
    said, left = new.succeeds, _left(lost, keys)
    refuse_other_loss(said, left, keys.lost)
    yield f"holds: {new.state.origin}, {new.state.size} entries"
    yield f"holds: {left.origin}, {left.size} entries"
    yield f"{said.state.origin} had {said.state.size} entries when it was last known"
    if left.size < said.state.size:
        yield f"missing here: its entries {left.size} to {said.state.size - 1}"
    yield f"the gap: its entries from {said.state.size} on, to an unknown one"
    yield f"on {said.at} by {said.who}, decided by {said.decided_by}: {said.reason}"


def _left(lost: str, keys: BothKeys) -> State:
    """What is left of the lost log: all that a folder has, or a checkpoint that a person kept."""
    file = Path(lost)
    trust = Trust(_key(keys.lost), tuple(map(VerifierKey.read, keys.witnesses)))
    if file.is_file():
        return State.read(file.read_bytes(), trust)
    return check_log(open_place(lost), trust).state


def _key(text: str) -> VerifierKey:
    key = VerifierKey.read(text)
    if key.kind != LOG:
        raise Unreadable("this is a witness's key, and a log's own key is needed")
    return key


def _printable(text: str) -> str:
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
