"""A signed note: a text, and the signatures that stand under it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey, decoded

# Sixteen signatures, each of a kind that is still to come and as long as five kilobytes.
LONGEST: Final = 256 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE: Final = re.compile("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/=]+)")
_KEY_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, not yet checked."""

    name: str
    key_id: bytes
    content: bytes
    line: str


@dataclass(frozen=True, slots=True)
class Note:
    """`text` ends with its last line's newline."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a note; Refused if it is malformed."""
        try:
            whole = content.decode("utf-8") if len(content) <= LONGEST else ""
        except UnicodeDecodeError:
            raise LogRefused("the note is not UTF-8") from None
        text, gap, below = whole.rpartition("\n\n")
        if not gap or not below.endswith("\n") or _CONTROL.search(whole):
            raise LogRefused("this is not a signed note")
        return cls(f"{text}\n", tuple(map(_signature, below[:-1].split("\n"))))

    def signed_by(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, list[int]]:
        """Which of `keys` signed, and at which times; Refused if a signature of one is false."""
        known = {(key.name, key.id): key for key in keys}
        signed = dict[VerifierKey, list[int]]()
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            at = key.signed_at(signature.content, self.text)
            if at is None:
                raise LogRefused(f"the signature of {key.name} does not hold")
            signed.setdefault(key, []).append(at)
        return signed


def _signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    content = decoded(found[2]) if found else None
    if found is None or content is None or len(content) <= _KEY_ID_BYTES:
        raise LogRefused("the note has a line that is not a signature")
    return Signature(found[1], content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:], line)
