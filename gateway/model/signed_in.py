"""What connection and request say of each other: the certificate shown, and who is signed in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

CERTIFICATE: Final = "teamaround.client_certificate"
SIGNED_IN: Final = "teamaround.signed_in"
SignedIn = Callable[[str], bool]
"""Takes a name of who asks; whether they may have this connection beside those they have."""


def signed_in(scope: Mapping[str, Any]) -> SignedIn:
    """What the connection of a request is told by; without a bound everybody may have it."""
    found: SignedIn = scope.get("extensions", {}).get(SIGNED_IN, anybody)
    return found


def anybody(_: str) -> bool:
    """Whoever it is may have it."""
    return True
