"""What `teamaround audit verify` does, for anybody: it uses nothing of the log's writer."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import typer

from gateway.audit.verify.finding import LogRefused, Unreadable
from gateway.audit.verify.key import LOG, VerifierKey
from gateway.audit.verify.place import open_place
from gateway.audit.verify.published import VerifiedLog, check_log
from gateway.audit.verify.receipt import FORMAT, ProvedEntry, ReceiptProof
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.times import DAY_S, Bounds, EntryTimes, dated, span_seconds, spoken

_OLDEST_STATE_S = 7 * DAY_S


class Given(NamedTuple):
    """What whoever checks holds themselves: keys, checkpoints, the entry that a proof is about."""

    log_key: str
    witnesses: Sequence[str]
    quorum: int | None
    kept: Sequence[Path]
    leaf: Path | None
    token: Path | None
    times: "GivenTimes"


class GivenTimes(NamedTuple):
    """Which times whoever checks takes for possible, as typed; None of what they left out."""

    as_of: datetime | None
    max_age: str | None
    max_ahead: str
    max_back: str


def verify(what: str, given: Given) -> None:
    """Print what holds; ends with 1 where it does not hold, with 2 where it could not be read."""
    try:
        lines = list(_checked(what, given))
    except LogRefused as refusal:
        place = "" if refusal.entry is None else f" (entry {refusal.entry})"
        typer.echo(f"REFUSED: {refusal}{place}", err=True)
        raise typer.Exit(1) from None
    except Unreadable as error:
        typer.echo(f"not checked: {error}", err=True)
        raise typer.Exit(2) from None
    for line in lines:
        typer.echo(line)


def _checked(what: str, given: Given) -> Iterator[str]:
    file = Path(what)
    content = _content(file) if file.is_file() else None
    proof = content is not None and content.startswith(FORMAT.encode())
    trust = _trust(given, proves=proof)
    # What was kept needs no witness: whoever kept it saw it.
    seen = [State.read(_content(kept), Trust(trust.log)) for kept in given.kept]
    if content is None:
        bearer = _content(given.token).decode().strip() if given.token else None
        return _of_log(check_log(open_place(what, bearer), trust, seen), trust)
    leaf = _content(given.leaf) if given.leaf else None
    proved = ReceiptProof.read(content).check(trust, leaf) if proof else None
    state = proved.state if proved else State.read(content, trust)
    state.refuse_fork(seen)
    _refuse_incomparable(what, state, seen)
    return _of_proof(proved, trust) if proved else _of_state(state, trust)


def _trust(given: Given, *, proves: bool) -> Trust:
    log, witnesses = VerifierKey.read(given.log_key), tuple(map(VerifierKey.read, given.witnesses))
    if log.kind != LOG:
        raise Unreadable("--key is a witness's key; the log's own key is needed")
    if given.quorum is not None and given.quorum > len(witnesses):
        raise Unreadable(f"--quorum {given.quorum} needs as many --witness, not {len(witnesses)}")
    return Trust(log, witnesses, given.quorum, _bounds(given.times, proves=proves))


def _bounds(times: GivenTimes, *, proves: bool) -> Bounds:
    # A proof is of what happened once: its signatures may be as old as it is.
    oldest = None if proves else _OLDEST_STATE_S
    if times.max_age is not None:
        oldest = span_seconds(times.max_age)
    now = datetime.now(UTC) if times.as_of is None else times.as_of.replace(tzinfo=UTC)
    ahead, back = span_seconds(times.max_ahead), span_seconds(times.max_back)
    return Bounds(int(now.timestamp()), oldest, ahead, back)


def _refuse_incomparable(what: str, state: State, seen: list[State]) -> None:
    if sizes := {each.size for each in seen} - {state.size}:
        raise Unreadable(
            f"{what} has {state.size} entries, what was kept {', '.join(map(str, sorted(sizes)))}:"
            " give the log's folder or address instead, because only that shows the growth"
        )


def _of_log(checked: VerifiedLog, trust: Trust) -> Iterator[str]:
    yield from _of_state(checked.state, trust)
    yield from _of_times(checked.times)
    if lost := checked.succeeds:
        said = f"succeeds {lost.state.origin}, of which {lost.state.size} entries are known"
        yield _printable(f"{said}: check that too, by verify-loss")
    for each in checked.prunings:
        said = f"{each.count} entries pruned under {each.policy!r} on {each.at} by {each.who!r}"
        yield f"{said} (entry {each.index})"
    if checked.gone:
        yield f"{checked.gone} entries are gone: of those only the hash was checked"


def _of_times(times: EntryTimes) -> Iterator[str]:
    if times.newest:
        yield f"entries dated from {times.first} to {times.newest}"
    if times.furthest:
        seconds, index = times.furthest
        yield f"{times.behind} entries dated before an earlier one: entry {index} by {seconds} s"
    if times.untimed:
        yield f"{times.untimed} entries have no time that this verifier reads"


def _of_proof(proved: ProvedEntry, trust: Trust) -> Iterator[str]:
    yield from _of_state(proved.state, trust)
    yield f"entry {proved.index}: {_printable(proved.leaf.decode('utf-8', 'backslashreplace'))}"


def _of_state(state: State, trust: Trust) -> Iterator[str]:
    yield f"holds: {_printable(state.origin)}, {state.size} entries, root {state.root.hex()}"
    now = trust.bounds.now if trust.bounds else 0
    for name, at in state.witnessed.counted:
        yield f"witnessed by {name} at {dated(at)} ({spoken(at, now)})"
    for name, objection in state.witnessed.objections:
        yield f"not counted: {name}: {objection}"
    for line in state.extensions:
        yield f"an extension line, for which no witness vouches: {_printable(line)}"
    if not trust.required:
        yield "no witness was required: a person with the log's key can have signed another history"


def _printable(text: str) -> str:
    # What somebody else wrote must not steer the terminal of whoever checks it.
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file}: {type(error).__name__}") from None
