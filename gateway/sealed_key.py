"""A candidate's key: sealed, bound to caller, purpose and agency, and gone after ten minutes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import orjson
from cryptography.fernet import Fernet

from adapters.codes import Purpose
from gateway.caller import Caller

LIFETIME_S: Final = 600


@dataclass(frozen=True, slots=True)
class CandidateSeal:
    """Seals keys under a secret of this process, so that none outlives it."""

    _fernet: Fernet = field(default_factory=lambda: Fernet(Fernet.generate_key()), repr=False)

    def bound_to(self, caller: Caller, purpose: Purpose) -> Callable[[str, str, str | None], str]:
        """A function from agency, source and record id to the key that this caller is given."""

        def seal(agency: str, source: str, record_id: str | None) -> str:
            content = {
                "agency": agency,
                "source": source,
                "record": record_id,
                "user": caller.user,
                "organisation": caller.organisation,
                "purpose": purpose.value,
            }
            return self._fernet.encrypt(orjson.dumps(content)).decode()

        return seal
