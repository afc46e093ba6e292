"""Whose signatures count: verifier keys as C2SP signed-note and tlog-cosignature write them."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.verify.finding import Unreadable


def decoded(text: str) -> bytes | None:
    """The content of `text`; None if it is not exactly what encoding that content gives."""
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return content if base64.b64encode(content).decode() == text else None


LOG: Final = 1
WITNESS: Final = 4
_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_LATEST: Final = 2**63 - 1
_NAME: Final = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name's Ed25519 key; `kind` is LOG for a note, WITNESS for a timestamped cosignature."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read "name+key id+key"; Unreadable if it is not one that this verifier knows."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        content = decoded(encoded) or b""
        try:
            key = cls(name, content[0], content[1:])
            Ed25519PublicKey.from_public_bytes(key.public)
        except (ValueError, IndexError):
            raise Unreadable("a verifier key reads name+key id+key, on one line") from None
        if not _NAME.fullmatch(name):
            raise Unreadable("a verifier key begins with a name that has no space in it")
        if key.kind not in {LOG, WITNESS} or key.id.hex() != key_id:
            raise Unreadable("the verifier key is of another kind, or has a wrong letter")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that begin this key's signatures."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def signed_at(self, signature: bytes, text: str) -> int | None:
        """When a witness signed `text`, in seconds since 1970; 0 for a log; None if it did not."""
        stamp = signature[:_TIME_BYTES] if self.kind == WITNESS else b""
        at = int.from_bytes(stamp, "big")
        message = f"cosignature/v1\ntime {at}\n{text}" if self.kind == WITNESS else text
        if at > _LATEST or len(signature) != len(stamp) + _SIGNATURE_BYTES:
            return None
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(signature[len(stamp) :], message.encode())
        except InvalidSignature:
            return None
        return at
