"""A witness's key and what it signs with it (C2SP tlog-cosignature, cosignature/v1)."""

import base64
import os
import re
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_KIND: Final = b"\x04"
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SEED_BYTES: Final = 32


class WitnessMisconfigured(Exception):
    """The witness does not start; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Cosigner:
    """One witness's name and Ed25519 key."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def at(cls, path: Path, name: str) -> Self:
        """Read the key at `path` (32 bytes, for the owner alone), made if there is none."""
        if not _NAME.fullmatch(name):
            raise WitnessMisconfigured("a witness's name has neither spaces nor +")
        try:
            if not path.exists():
                _write(path, Ed25519PrivateKey.generate().private_bytes_raw())
            seed = _read(path)
        except OSError as error:
            raise WitnessMisconfigured(f"{path}: {type(error).__name__}") from None
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier_key(self) -> str:
        """What the log and every verifier are given: "name+key id+key"."""
        encoded = base64.b64encode(_KIND + self._public).decode()
        return f"{self.name}+{self._key_id.hex()}+{encoded}"

    def cosign(self, text: str, at: int) -> str:
        """The signature line over a checkpoint's text; `at` in seconds since 1970."""
        signature = self.key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        content = base64.b64encode(self._key_id + at.to_bytes(8, "big") + signature).decode()
        return f"\N{EM DASH} {self.name} {content}\n"

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def _key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _KIND + self._public).digest()[:4]


def _write(path: Path, seed: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        seed = file.read(_SEED_BYTES + 1)
    if mode & 0o077:
        raise WitnessMisconfigured(f"{path}: others may open it (mode {mode:04o}); set mode 0600")
    if len(seed) != _SEED_BYTES:
        raise WitnessMisconfigured(f"{path}: is not a witness key; restore it from its copy")
    return seed
