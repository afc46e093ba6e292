"""No secret is shown: each that was read is remembered, and taken out of every line."""

from dataclasses import dataclass, field
from typing import Final

from adapters.manifest.auth import Secret
from adapters.network.secrets import SecretTexts

MASK: Final = "***"


@dataclass(frozen=True, slots=True)
class MaskedSecrets:
    """The secrets of a source, remembered as they are read so that none of them is printed."""

    inner: SecretTexts
    _read: set[str] = field(default_factory=set)

    def text(self, secret: Secret) -> str:
        """The secret; SecretMissing if there is none."""
        text = self.inner.text(secret)
        self._read.add(text)
        return text

    def masked(self, line: str) -> str:
        """`line` without any secret that was read."""
        for text in sorted(self._read, key=len, reverse=True):
            line = line.replace(text, MASK)
        return line
