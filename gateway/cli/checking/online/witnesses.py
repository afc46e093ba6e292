"""Each witness: whether it answers, remembers this log, and signs with the key that is named."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import aiohttp

from gateway.audit.publish.quorum import quorum_of
from gateway.audit.publish.witness_at import WitnessAt
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.note import Note
from gateway.cli.checking.online.findings import Finding, FindingState, LookFailed
from gateway.config.settings_tables import WitnessSettings


def part_of(witness: WitnessAt) -> str:
    """What it is called here."""
    return f"witness {witness.name}"


async def look_at_witness(
    witness: WitnessAt,
    session: aiohttp.ClientSession,
    origin: str,
    now: datetime,
    alarm_after_s: float,
) -> Iterable[Finding]:
    """What its newest note of this log says; LookFailed if that cannot be had or does not hold."""
    try:
        note = await witness.newest(session, origin)
    except (aiohttp.ClientError, OSError, UnicodeDecodeError) as error:
        name = type(error).__name__
        raise LookFailed(f"cannot be asked ({name}): see whether it runs and its URL") from None
    if note is None:
        what = (
            "gives no signature of this log: have its operator add the log, or wait for a first one"
        )
        return [Finding(part_of(witness), FindingState.WARNING, what)]
    silent_s = now.timestamp() - _signed_at(witness, note, origin)
    if silent_s > alarm_after_s:
        what = f"signed last {silent_s / 60:.0f} minutes ago: see the gateway's events of it"
        return [Finding(part_of(witness), FindingState.WARNING, what)]
    return [Finding(part_of(witness), FindingState.OK, "has signed this log lately")]


def quorum_found(settings: WitnessSettings, found: Sequence[Finding]) -> Iterable[Finding]:
    """Whether those that are well are enough for the gateway to go on serving."""
    quorum = quorum_of(settings)
    well = {each.part.removeprefix("witness ") for each in found if each.state is FindingState.OK}
    if quorum.needed and not quorum.met(well):
        what = "too few have signed lately: the gateway stops once witnesses.stop_after is over"
        yield Finding("witnesses", FindingState.WRONG, what)


def _signed_at(witness: WitnessAt, note: str, origin: str) -> int:
    """In seconds since 1970; LookFailed unless it signed this log under the key that is named."""
    try:
        read = Note.read(note.encode())
        signed = read.signed_by([witness.key]).get(witness.key, ())
    except LogRefused:
        signed, read = (), None
    if read is None or not signed or read.text.partition("\n")[0] != origin:
        raise LookFailed(
            "its note of this log does not hold under the key that is named: ask its operator for"
            " the verifier key, and change it where the witness is named"
        )
    return max(signed)
