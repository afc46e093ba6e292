"""How a 401 says which tokens are taken, and what was wrong with this one (RFC 6750, RFC 9449)."""

from typing import Final

from starlette.responses import Response

from gateway.identity.proof_of_possession import ALGORITHMS
from gateway.model.errors import SignIn

_HEADER: Final = "WWW-Authenticate"
_ALGS: Final = f'algs="{" ".join(ALGORITHMS)}"'


def challenge(
    response: Response, error: SignIn, authorization: str | None, public_url: str
) -> None:
    """Add a header for each scheme that is taken; the one that was used says what was wrong.

    DPoP is taken only where `public_url` says what a proof has to name.
    """
    used = (authorization or "").partition(" ")[0].lower()
    response.headers.append(_HEADER, _said("Bearer", _wrong(error, used, "bearer")))
    if public_url:
        response.headers.append(_HEADER, _said("DPoP", [*_wrong(error, used, "dpop"), _ALGS]))


def _said(scheme: str, parameters: list[str]) -> str:
    return f"{scheme} {', '.join(parameters)}".strip()


def _wrong(error: SignIn, used: str, scheme: str) -> list[str]:
    if used != scheme:
        return []
    of_proof = scheme == "dpop" and error.code == "PROOF_INVALID"
    return [f'error="{"invalid_dpop_proof" if of_proof else "invalid_token"}"']
