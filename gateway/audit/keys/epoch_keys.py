"""The keys of one epoch, kept apart from the log: who holds both can re-identify a child."""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.errors import KeysUnreadable, SealBroken
from gateway.audit.keys.epoch_name import EPOCH_NAME
from gateway.audit.keys.private_file import create_once, read_private
from gateway.audit.keys.random_bytes import RandomBytes

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_FORMAT = "teamaround-epoch-keys/1"
_nonce: Final = RandomBytes(NONCE_BYTES)
_KEY_NAMES = ("pseudonym_key", "sealing_key")


@dataclass(frozen=True, slots=True)
class SealText:
    """What is to be sealed, and what it is opened beside and nothing else."""

    content: bytes = field(repr=False)
    bound_to: bytes


@dataclass(frozen=True, slots=True)
class Protected:
    """One epoch's HMAC-SHA-256 of each message, 32 bytes, and each text sealed, in order."""

    epoch: str
    digests: tuple[bytes, ...]
    sealed: tuple[bytes, ...]


class KeyService(Protocol):
    """Uses the keys of live epochs without handing them out: a file here, or another process.

    Every method raises KeysUnavailable when the keys cannot be used now.
    """

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """All that one entry needs, under the current epoch and in one round trip."""
        ...

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """The digests of each message under every live epoch, for a search in the log."""
        ...

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed; SealBroken if the epoch, its key, `bound_to` or a byte differs."""
        ...


@dataclass(frozen=True, slots=True)
class EpochKeys:
    """One epoch's keys in this process's memory, from a file: for development."""

    epoch: str
    pseudonym_key: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)
    _keyed: hmac.HMAC = field(init=False, repr=False, compare=False)
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready what each question uses."""
        object.__setattr__(self, "_keyed", hmac.new(self.pseudonym_key, digestmod="sha256"))
        object.__setattr__(self, "_cipher", AESGCM(self.sealing_key))

    @classmethod
    def at(cls, path: Path, *, first_epoch: str) -> Self:
        """Read the keys at `path`, made for `first_epoch` if there is no such file.

        KeysUnreadable if the file cannot be made or read, is malformed, or others may open it.
        """
        try:
            if not path.exists():
                create_once(path, _new_keys(first_epoch))
            content = read_private(path)
        except OSError as error:
            raise KeysUnreadable(f"{path}: cannot be read ({type(error).__name__})") from None
        return cls(**_parsed(path, content))

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """All that one entry needs, under the current epoch and in one round trip."""
        return Protected(self.epoch, self.digests(messages), self._sealed(texts))

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """The digests of each message under this one epoch, for a search in the log."""
        return {self.epoch: self.digests(messages)}

    def digests(self, messages: Sequence[bytes]) -> tuple[bytes, ...]:
        """HMAC-SHA-256 of each message, 32 bytes."""
        # For a text as short as these no other thread is let in meanwhile, as `hmac.digest` does.
        return tuple([_digest(self._keyed, message) for message in messages])

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed; SealBroken if the epoch, its key, `bound_to` or a byte differs."""
        if epoch != self.epoch:
            raise SealBroken("the keys of that epoch are not here, or no longer")
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, bound_to)
        except (InvalidTag, ValueError):
            raise SealBroken("the text does not open under this epoch's key") from None

    def _sealed(self, texts: Sequence[SealText]) -> tuple[bytes, ...]:
        # AES-256-GCM, a random nonce before the ciphertext.
        sealed = []
        for text in texts:
            nonce = _nonce()
            sealed.append(nonce + self._cipher.encrypt(nonce, text.content, text.bound_to))
        return tuple(sealed)


def _digest(keyed: hmac.HMAC, message: bytes) -> bytes:
    made = keyed.copy()
    made.update(message)
    return made.digest()


def _new_keys(epoch: str) -> bytes:
    if not re.fullmatch(EPOCH_NAME, epoch):
        raise KeysUnreadable("an epoch's name is up to 32 of a-z, 0-9 and hyphen")
    fresh = {n: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() for n in _KEY_NAMES}
    return orjson.dumps({"format": _FORMAT, "epoch": epoch, **fresh}, option=orjson.OPT_INDENT_2)


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        held = orjson.loads(content)
        keys = {name: base64.b64decode(held[name], validate=True) for name in _KEY_NAMES}
        known = held["format"] == _FORMAT and re.fullmatch(EPOCH_NAME, held["epoch"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        known = None
    if not known or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeysUnreadable(f"{path}: not a file of {_FORMAT}; restore it from its copy")
    return {"epoch": held["epoch"], **keys}
