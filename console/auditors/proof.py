"""A proof, checked in the page: by the verifier that shares no code with whoever writes the log."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from console.config.settings import LogTable
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import Trust

_SHOWN: Final = {
    "kind": "kind",
    "query_id": "queryId",
    "user": "user",
    "organisation": "organisation",
    "purpose": "purpose",
}
_ENTRY_LEFT_OUT: Final = (
    "You are not shown the entry as it is in the log, so nothing was checked. An auditor can do it."
)


@dataclass(frozen=True, slots=True)
class ProofCheck:
    """What came of it: `holds` is None where nothing could be checked; `says` is a sentence."""

    holds: bool | None
    says: str
    witnesses: tuple[str, ...] = ()


def checked(entry: dict[str, Any], log: LogTable | None) -> ProofCheck:
    """Whether the log has exactly this entry, by its proof and the log's key in our settings."""
    if log is None:
        return ProofCheck(
            holds=None,
            says="These pages have no key of the log in their settings, so nothing was checked.",
        )
    try:
        proof = ReceiptProof.read(entry["proof"].encode())
        if proof.leaf is None:
            return ProofCheck(holds=None, says=_ENTRY_LEFT_OUT)
        proved = proof.check(trust_of(log))
    except LogRefused as refused:
        return ProofCheck(holds=False, says=f"{refused}.")
    held = orjson.loads(proved.leaf)
    if proved.index != int(entry["index"]) or any(
        (held.get(name) or None) != (entry[shown] or None) for name, shown in _SHOWN.items()
    ):
        return ProofCheck(
            holds=False, says="The log has another entry at this place than this page shows."
        )
    signed = tuple(name for name, _ in proved.state.witnessed.counted)
    said = f"The entry is in the log, which had {proved.state.size} entries when it was signed."
    return ProofCheck(holds=True, says=said, witnesses=signed)


def trust_of(log: LogTable) -> Trust:
    """Who the verifier believes."""
    witnesses = tuple(map(VerifierKey.read, log.witnesses))
    return Trust(VerifierKey.read(log.key), witnesses, log.quorum)
