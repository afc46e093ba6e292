"""The secrets of one source, fetched when it opens, from its own variables and folder only."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

from adapters.manifest.auth import Secret


class SecretTexts(Protocol):
    """Whatever knows the secrets that a manifest names."""

    def text(self, secret: Secret) -> str:
        """The secret; SecretMissing if there is none."""
        ...


def prefix_of(source: str) -> str:
    """How the names of a source's variables begin."""
    return f"TEAMAROUND_SOURCE_{source.upper().replace('-', '_')}_"


class SecretMissing(Exception):
    """A secret that the manifest names is not there; says where it was looked for, never what."""


@dataclass(frozen=True, slots=True)
class RememberedSecrets:
    """The secrets of a source as they were read when it opened, kept as keyed hashes alone."""

    inner: SecretTexts
    key: bytes = field(default_factory=lambda: token_bytes(32), repr=False)
    read: dict[Secret, bytes] = field(default_factory=dict, repr=False)

    def text(self, secret: Secret) -> str:
        """The secret; SecretMissing if there is none."""
        text = self.inner.text(secret)
        self.read[secret] = self._hash(text)
        return text

    def differ(self) -> bool:
        """Whether one of them is another by now; SecretMissing if one cannot be read."""
        return any(self._hash(self.inner.text(one)) != was for one, was in self.read.items())

    def _hash(self, text: str) -> bytes:
        return blake2b(text.encode(), key=self.key).digest()


@dataclass(frozen=True, slots=True)
class Secrets:
    """`source` is the source's id, whose files are in `folder / source`.

    `others` are sources whose ids go on after a hyphen, so that their variables begin alike.
    """

    source: str
    environ: Mapping[str, str]
    folder: Path
    others: frozenset[str] = frozenset()

    def text(self, secret: Secret) -> str:
        """The secret, without the line end of its file; SecretMissing if there is none."""
        if secret.env is not None:
            return self._variable(secret.env)
        return self._file(secret.file or "")

    def _variable(self, name: str) -> str:
        if not name.startswith(prefix_of(self.source)):
            raise SecretMissing(f"{name} is not a variable of source {self.source}")
        of_another = any(name.startswith(prefix_of(other)) for other in self.others)
        value = "" if of_another else self.environ.get(name, "").strip()
        if not value:
            # One message for both: whoever reads it is not told which sources others have.
            raise SecretMissing(
                f"the variable {name} is not set, or belongs to a source with a longer id:"
                " set it, or choose another name"
            )
        return value

    def _file(self, name: str) -> str:
        own = (self.folder / self.source).resolve()
        path = (own / name).resolve()  # links may not lead out either
        if not path.is_relative_to(own):
            raise SecretMissing(f"{name} is outside the folder of source {self.source}")
        try:
            for folder in (self.folder, own):
                _refuse_open_to_others(folder, folder.stat().st_mode)
            value = _private_text(path).strip()
        except (OSError, UnicodeDecodeError):
            raise SecretMissing(f"the file {path} cannot be read") from None
        if not value:
            raise SecretMissing(f"the file {path} is empty")
        return value


def _private_text(path: Path) -> str:
    with path.open() as file:
        # Asked of the open file, so that it cannot be swapped between the look and the read.
        _refuse_open_to_others(path, os.fstat(file.fileno()).st_mode)
        return file.read()


def _refuse_open_to_others(path: Path, mode: int) -> None:
    # A folder that others may only pass through shows them nothing.
    others = 0o066 if stat.S_ISDIR(mode) else 0o077
    if mode & others:
        right = "0700" if stat.S_ISDIR(mode) else "0600"
        raise SecretMissing(
            f"{path}: others may open it (mode {stat.S_IMODE(mode):04o}); chmod {right} {path}"
        )
