"""Signed notes (C2SP signed-note, Ed25519): a text, and whose signature stands under it."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.private_file import create_once, read_private

ED25519: Final = b"\x01"
SEED_BYTES: Final = 32
KEY_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_PREFIX: Final = "PRIVATE+KEY"
_MARKS: Final = b"teamaround: marks of groups of entries"


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """One name's Ed25519 key; what it has signed, it cannot unsign."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def at(cls, path: Path, name: str) -> Self:
        """Read the key at `path`, made if there is no such file, for signing as `name`.

        KeysUnreadable if the file cannot be made or read, is malformed, of another name, or
        others may open it. The file holds one line as Go's note package writes it.
        """
        if not KEY_NAME.fullmatch(name):
            raise KeysUnreadable("a log's name has neither spaces nor +, such as a.example/log")
        try:
            if not path.exists():
                create_once(path, cls(name, Ed25519PrivateKey.generate())._encoded())  # noqa: SLF001
            return cls(name, _parsed(path, name, read_private(path)))
        except OSError as error:
            raise KeysUnreadable(f"{path}: cannot be read ({type(error).__name__})") from None

    @property
    def verifier_key(self) -> str:
        """What a verifier is given, once and for all: "name+key id+key"."""
        return f"{self.name}+{self.key_id.hex()}+{_text(ED25519 + self._public)}"

    @property
    def key_id(self) -> bytes:
        """The four bytes before each signature."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self._public).digest()[:4]

    def sign(self, text: str) -> str:
        """The note: `text`, which ends its last line, an empty line, and the signature."""
        signature = _text(self.key_id + self.key.sign(text.encode()))
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n"

    def mark_key(self) -> MarkKey:
        """The key of the log's marks, from which nobody finds this one."""
        derived = HKDF(SHA256(), SEED_BYTES, salt=None, info=_MARKS)
        return MarkKey(derived.derive(self.key.private_bytes_raw()))

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def _encoded(self) -> bytes:
        seed = _text(ED25519 + self.key.private_bytes_raw())
        return f"{_PREFIX}+{self.name}+{self.key_id.hex()}+{seed}\n".encode()


def _parsed(path: Path, name: str, content: bytes) -> Ed25519PrivateKey:
    try:
        prefix, key, held, key_id, encoded = content.decode().strip().split("+", 4)
        seed = base64.b64decode(encoded, validate=True)
        signer = NoteSigner(held, Ed25519PrivateKey.from_private_bytes(seed[1:]))
        good = f"{prefix}+{key}" == _PREFIX and signer.key_id.hex() == key_id
    except (ValueError, binascii.Error):
        raise KeysUnreadable(
            f"{path}: is not a note signing key; restore it from its copy"
        ) from None
    if not good or seed[:1] != ED25519:
        raise KeysUnreadable(f"{path}: is not a note signing key; restore it from its copy")
    if held != name:
        raise KeysUnreadable(f"{path}: signs for another log than the one named here")
    return signer.key


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
