"""A candidate's key: sealed, bound to caller, purpose and agency, and gone after ten minutes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import orjson
from cryptography.fernet import Fernet, InvalidToken

from adapters.contract.codes import Purpose
from gateway.model.caller import Caller

LIFETIME_S: Final = 600


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """What a key stands for: one agency's record, by its id at one source."""

    agency: str
    source: str
    record_id: str


@dataclass(frozen=True, slots=True)
class CandidateKeySealer:
    """Seals keys under a secret of this process, so that none outlives it; `now` is in seconds."""

    now: Callable[[], float] = time.time
    _fernet: Fernet = field(default_factory=lambda: Fernet(Fernet.generate_key()), repr=False)

    def bound_to(self, caller: Caller, purpose: Purpose) -> Callable[[str, str, str | None], str]:
        """A function from agency, source and record id to the key that this caller is given."""

        def seal(agency: str, source: str, record_id: str | None) -> str:
            content = {
                "agency": agency,
                "source": source,
                "record": record_id,
                **_binding(caller, purpose),
            }
            return self._fernet.encrypt_at_time(orjson.dumps(content), int(self.now())).decode()

        return seal

    def opened(self, key: str, caller: Caller, purpose: Purpose) -> SealedRecord | None:
        """The record that a key stands for; None if it is not this caller's for this purpose.

        Nor if it is older than ten minutes, or of a record that has no id to be found by again.
        """
        try:
            plain = self._fernet.decrypt_at_time(key.encode(), LIFETIME_S, int(self.now()))
        except (InvalidToken, UnicodeEncodeError):
            return None
        content = orjson.loads(plain)
        bound = _binding(caller, purpose)
        if content["record"] is None or any(content[name] != bound[name] for name in bound):
            return None
        return SealedRecord(content["agency"], content["source"], content["record"])


def _binding(caller: Caller, purpose: Purpose) -> dict[str, str]:
    return {
        "issuer": caller.issuer,
        "user": caller.user,
        "organisation": caller.organisation,
        "purpose": purpose.value,
    }
