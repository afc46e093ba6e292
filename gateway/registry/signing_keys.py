"""The keys under which agencies are told who asks: ours alone, their public halves everybody's."""

import secrets
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from adapters.network.signature import Signer
from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import create_once, read_private
from gateway.config.settings_tables import FileSettings
from gateway.config.state_folder import state_folder, told_of

NONCE_BYTES: Final = 16
_DRAWN: Final = 64
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class OnBehalfKey:
    """One Ed25519 key; `key_id` is its thumbprint (RFC 7638)."""

    key_id: str
    x: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Self:
        """The key of a private JWK; TypeError, ValueError or JoseError if it is none."""
        key = OKPKey.import_key(dict(held))
        private = key.private_key
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError("no private Ed25519 key")
        return cls(key.thumbprint(), str(key.as_dict(private=False)["x"]), private)

    @property
    def public(self) -> dict[str, str]:
        """The public half as a JWK (RFC 8037)."""
        shown = {"kty": "OKP", "crv": "Ed25519", "x": self.x}
        return {**shown, "kid": self.key_id, "alg": "EdDSA", "use": "sig"}


@dataclass(frozen=True, slots=True)
class OnBehalfKeys:
    """The first key signs; all of them are published, so that an older one is still known."""

    keys: tuple[OnBehalfKey, ...]

    @classmethod
    def at(cls, path: Path) -> Self:
        """Read the JWKS at `path`, made with one key if there is no such file.

        KeysUnreadable if the file cannot be made or read, is malformed, or others may open it.
        """
        try:
            if not path.exists():
                create_once(path, _one_new_key())
            return cls(_parsed(path, read_private(path)))
        except OSError as error:
            raise KeysUnreadable(f"{path}: cannot be read ({type(error).__name__})") from None

    def signer(self, clock: Callable[[], datetime]) -> Signer:
        """What signs requests to agencies, each with a nonce of its own."""
        first = self.keys[0]
        return Signer(
            key_id=first.key_id,
            sign=first.private.sign,
            clock=clock,
            nonce=_Nonces().next,
        )

    @property
    def published(self) -> bytes:
        """The public halves as a JWKS (RFC 7517)."""
        return orjson.dumps({"keys": [key.public for key in self.keys]})


class _Nonces:
    """Nonces of random bytes, for one process: each once, so many drawn at a time.

    Each look at the system's generator lets another thread go first.
    """

    def __init__(self) -> None:
        self._left: list[str] = []

    def next(self) -> str:
        """The next one, in base64url without padding."""
        if not self._left:
            drawn = secrets.token_bytes(_DRAWN * NONCE_BYTES)
            pieces = [drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)]
            written = b"".join([b2a_base64(each) for each in pieces])
            self._left = written.translate(_URL_SAFE, b"=").decode().split()
        return self._left.pop()


def open_keys_on_behalf(files: FileSettings) -> OnBehalfKeys:
    """The keys of this gateway, below `state`; ConfigurationInvalid says what to change."""
    with told_of("files.state", KeysUnreadable):
        return OnBehalfKeys.at(state_folder(files) / "on-behalf-keys.json")


def _one_new_key() -> bytes:
    return orjson.dumps({"keys": [OKPKey.generate_key("Ed25519").as_dict(private=True)]})


def _parsed(path: Path, content: bytes) -> tuple[OnBehalfKey, ...]:
    try:
        found = tuple(OnBehalfKey.of(held) for held in orjson.loads(content)["keys"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        found = ()
    if not found:
        raise KeysUnreadable(f"{path}: is not a JWKS of private Ed25519 keys; restore its copy")
    return found
