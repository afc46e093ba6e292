"""What signing a request costs, and which part of it is the signature itself: microseconds."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer
from adapters.network.statement import SALT_BYTES, proven
from bench.transport.carriers import HEADERS, PATH
from bench.transport.clocked import each_us

_TEXT: Final = b"a" * 700  # about as long as what is signed
_AGENCIES: Final = 7


def signature_costs(count: int, rounds: int) -> dict[str, float]:
    """Each part's cost a request; the best of rounds."""
    key = Ed25519PrivateKey.generate()
    signer = Signer(
        "k" * 43, key.sign, lambda: datetime.now(UTC), lambda: secrets.token_urlsafe(16)
    )
    unsigned = {name: value for name, value in HEADERS.items() if "Signature" not in name}
    request = HttpRequest("https://agency.example" + PATH, headers=unsigned)
    salted = [(bytes(SALT_BYTES), _TEXT)] * _AGENCIES
    parts: dict[str, tuple[Callable[[], object], int]] = {
        "Ed25519 alone": (lambda: key.sign(_TEXT), 1),
        "a signature for each request": (lambda: signer.signed(request), 1),
        f"a proof, {_AGENCIES} under one signature": (lambda: proven(salted, key.sign), _AGENCIES),
    }
    return {
        name: min(each_us(once, count // of) for _ in range(rounds)) / of
        for name, (once, of) in parts.items()
    }
