"""The system's authorities as a part of what is renewed."""

import ssl
from collections.abc import Callable
from typing import Final

from adapters.network.trust import renewed_system_trust
from gateway.config.certificates.kept import CertificateUnusable
from gateway.model.causes import cause_of

SYSTEM: Final = "system-authorities"


class SystemAuthorities:
    """What certificates are believed by where no setting names an authority."""

    name = SYSTEM

    def look(self) -> Callable[[], None] | None:
        """Nothing is to be done where they are others: each new connection asks for them."""
        try:
            return _nothing if renewed_system_trust() else None
        except (OSError, ssl.SSLError) as error:
            raise CertificateUnusable(cause_of(error), SYSTEM) from None

    def valid(self) -> None:
        """None of them is ours."""


def _nothing() -> None:
    return None
