"""What docs/on-behalf.md gives an agency to copy, to check a request that was signed together."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.support.docs.pages import blocks, text


def _copied() -> dict[str, Callable[..., Any]]:
    names: dict[str, Any] = {}
    copied = next(one for one in blocks(text("docs/on-behalf.md"), "python") if "def check" in one)
    exec(copied, names)  # noqa: S102
    return names


_PAGE: Final = _copied()


def base_of(method: str, address: str, headers: Mapping[str, str]) -> bytes:
    """What was signed; an address has no scheme here, and header names are in lower case."""
    authority, _, rest = address.partition("/")
    path, _, query = f"/{rest}".partition("?")
    base: bytes = _PAGE["signature_base"](method, authority, path, query, headers)
    return base


def check(key: Ed25519PublicKey, base: bytes, headers: Mapping[str, str]) -> None:
    """InvalidSignature unless the proof in `headers` holds for `base`."""
    _PAGE["check"](key, base, headers)
