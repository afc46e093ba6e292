"""What `teamaround audit verify` does, for anybody: it uses nothing of the log's writer."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import VerifiedLog, check_log
from gateway.audit.verify.receipt import FORMAT, ReceiptProof
from gateway.audit.verify.state import State, Trust


class Given(NamedTuple):
    """What whoever checks holds themselves: keys, checkpoints, the entry that a proof is about."""

    log_key: str
    witnesses: Sequence[str]
    quorum: int
    kept: Sequence[Path]
    leaf: Path | None
    token: Path | None


def verify(what: str, given: Given) -> None:
    """Print what holds; ends with 1 where it does not hold, with 2 where it could not be read."""
    try:
        witnesses = tuple(map(VerifierKey.read, given.witnesses))
        trust = Trust(VerifierKey.read(given.log_key), witnesses, given.quorum)
        # What was kept needs no witness: whoever kept it saw it.
        seen = [State.read(_content(file), Trust(trust.log)) for file in given.kept]
        bearer = _content(given.token).decode().strip() if given.token else None
        checked = _verified(what, trust, seen, given.leaf, bearer)
    except LogRefused as refusal:
        place = "" if refusal.entry is None else f" (entry {refusal.entry})"
        typer.echo(f"REFUSED: {refusal}{place}", err=True)
        raise typer.Exit(1) from None
    except Unreadable as error:
        typer.echo(f"not checked: {error}", err=True)
        raise typer.Exit(2) from None
    state = checked.state
    typer.echo(f"holds: {state.origin}, {state.size} entries, root {state.root.hex()}")
    for name, _ in state.witnessed:
        typer.echo(f"witnessed by {name}")
    for each in checked.prunings:
        said = f"{each.count} entries pruned under {each.policy!r} on {each.at} by {each.who!r}"
        typer.echo(f"{said} (entry {each.index})")
    if checked.gone:
        typer.echo(f"{checked.gone} entries are gone: of those only the hash was checked")


def _verified(
    what: str, trust: Trust, seen: list[State], leaf: Path | None, token: str | None
) -> VerifiedLog:
    file = Path(what)
    if not file.is_file():
        return check_log(open_place(what, token), trust, seen)
    content = _content(file)
    if content.startswith(FORMAT.encode()):
        state = ReceiptProof.read(content).check(trust, _content(leaf) if leaf else None)
    else:
        state = State.read(content, trust)
    state.refuse_fork(seen)
    if sizes := {each.size for each in seen} - {state.size}:
        raise Unreadable(
            f"{what} has {state.size} entries, what was kept {', '.join(map(str, sorted(sizes)))}:"
            " give the log's folder or address instead, because only that shows the growth"
        )
    return VerifiedLog(state)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file}: {type(error).__name__}") from None
