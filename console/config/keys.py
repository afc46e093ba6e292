"""The one secret of the pages, and the keys that come of it: for cookies, forms and proofs."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OctKey

from console.config.settings import PagesNotConfigured

_LENGTH: Final = 32
# The order of P-256, FIPS 186-5: a private key is less.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class PagesKeys:
    """`cookies` seals what a browser keeps, `forms` marks forms, `proofs` signs DPoP proofs."""

    cookies: OctKey
    forms: bytes
    proofs: ECKey

    @classmethod
    def of(cls, secret: bytes) -> "PagesKeys":
        """The keys of a secret, the same in every replica that has it."""
        number = int.from_bytes(_derived(secret, b"proofs", 48)) % (_ORDER - 1) + 1
        private = ec.derive_private_key(number, ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(
            cookies=OctKey.import_key(_derived(secret, b"cookies", _LENGTH)),
            forms=_derived(secret, b"forms", _LENGTH),
            proofs=ECKey.import_key(pem),
        )


def read_or_make(file: Path) -> bytes:
    """The secret of a file, made at the first start; PagesNotConfigured if others may read it."""
    try:
        if not file.exists():
            _make(file)
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PagesNotConfigured(f"session.key: others may open {file}; chmod 600 it")
        secret = file.read_bytes()
    except OSError as error:
        raise PagesNotConfigured(
            f"session.key: {file} cannot be read or made ({type(error).__name__})"
        ) from None
    if len(secret) < _LENGTH:
        raise PagesNotConfigured(f"session.key: {file} must hold at least {_LENGTH} random bytes")
    return secret


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(secrets.token_bytes(_LENGTH))


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    info = b"teamaround console " + purpose
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
