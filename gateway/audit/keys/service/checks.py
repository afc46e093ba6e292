"""Whether a key service holds the keys that this gateway knows, by what they make of one message.

What is kept is an HMAC-SHA-256 of a fixed message: it tells nothing of a key or of a child.
"""

import asyncio
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import create_once, read_private


@dataclass(slots=True)
class KeyChecks:
    """A file an epoch in `folder`, written once, by whichever worker is the first to see it."""

    folder: Path
    _known: dict[str, bytes] = field(default_factory=dict, init=False)

    @classmethod
    def at(cls, folder: Path) -> "KeyChecks":
        """What is kept in `folder`; KeysUnreadable if it cannot be read."""
        checks = cls(folder)
        for file in folder.glob("[a-z0-9]*"):
            checks._known[file.name] = _read(file)
        return checks

    @property
    def epochs(self) -> frozenset[str]:
        """The epochs that were seen, and are not known to be destroyed."""
        return frozenset(self._known)

    async def hold(self, epoch: str, made: bytes) -> bool:
        """Whether the epoch's key made this before; one that is new counts from now on.

        KeysUnreadable if it cannot be kept.
        """
        if epoch not in self._known:
            self._known[epoch] = await asyncio.to_thread(self._kept, epoch, made)
        return hmac.compare_digest(self._known[epoch], made)

    def differs(self, epoch: str, made: bytes) -> bool:
        """Whether the epoch is known, and its key made another one; nothing is kept."""
        return not hmac.compare_digest(self._known.get(epoch, made), made)

    async def forget(self, epochs: Iterable[str]) -> None:
        """Know these no longer: their keys were destroyed everywhere."""
        for epoch in epochs:
            self._known.pop(epoch, None)
            await asyncio.to_thread((self.folder / epoch).unlink, missing_ok=True)

    def _kept(self, epoch: str, made: bytes) -> bytes:
        try:
            create_once(self.folder / epoch, made.hex().encode())
        except OSError as error:
            name = type(error).__name__
            raise KeysUnreadable(f"{self.folder}: cannot be written ({name})") from None
        return _read(self.folder / epoch)


def _read(file: Path) -> bytes:
    try:
        return bytes.fromhex(read_private(file).decode("ascii"))
    except (OSError, ValueError) as error:
        name = type(error).__name__
        raise KeysUnreadable(f"{file}: cannot be read ({name})") from None
