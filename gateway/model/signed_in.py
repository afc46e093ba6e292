"""What connection and request say of each other: the certificate, who is signed in, who left."""

from collections.abc import Callable, Mapping
from typing import Any, Final

CERTIFICATE: Final = "teamaround.client_certificate"
SIGNED_IN: Final = "teamaround.signed_in"
SignedIn = Callable[[str], bool]
"""Takes a name of who asks; whether they may have this connection beside those they have."""

GONE: Final = "teamaround.gone"
TellGone = Callable[[Callable[[], None] | None], None]
"""Takes what to call once the client has gone, at once if it has already; None: nothing more."""


def tell_gone(scope: Mapping[str, Any]) -> TellGone | None:
    """How a request hears that its client has gone; None where its connection does not say so."""
    found: TellGone | None = scope.get("extensions", {}).get(GONE)
    return found


def signed_in(scope: Mapping[str, Any]) -> SignedIn:
    """What the connection of a request is told by; without a bound everybody may have it."""
    found: SignedIn = scope.get("extensions", {}).get(SIGNED_IN, anybody)
    return found


def anybody(_: str) -> bool:
    """Whoever it is may have it."""
    return True
