"""The keys of every live epoch; once destroyed, nobody can tell any more whom it was about."""

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from gateway.audit.errors import EpochMissing, KeysUnreadable, SealBroken
from gateway.audit.keys.epoch_keys import EpochKeys, Protected, SealText
from gateway.audit.keys.epoch_name import EPOCH_NAME
from gateway.audit.keys.private_file import create_once, read_private

CURRENT: Final = "current"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A KeyService over a folder: a file an epoch, and one that names the current epoch."""

    held: tuple[EpochKeys, ...]

    @classmethod
    def at(cls, folder: Path, *, first_epoch: str) -> Self:
        """Read every epoch's keys, `first_epoch`'s made if there are none.

        KeysUnreadable if one cannot be read, or the current one is missing.
        """
        if not (folder / CURRENT).exists():
            EpochKeys.at(_file(folder, first_epoch), first_epoch=first_epoch)
            _name(folder, first_epoch)
        return cls.again(folder)

    @classmethod
    def again(cls, folder: Path) -> Self:
        """Read every epoch's keys and make none; KeysUnreadable as for `at`."""
        current = _named(folder)
        files = sorted(folder.glob("*.json"), key=lambda file: (file.stem == current, file.stem))
        held = tuple(EpochKeys.at(file, first_epoch=file.stem) for file in files)
        if not held or held[-1].epoch != current:
            raise KeysUnreadable(f"{folder}: lacks the keys of the current epoch; restore them")
        return cls(held)

    @property
    def epoch(self) -> str:
        """The current epoch: every new pseudonym and sealed text begins with its name."""
        return self.held[-1].epoch

    @property
    def epochs(self) -> tuple[str, ...]:
        """Every live epoch, the current one last."""
        return tuple(keys.epoch for keys in self.held)

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """All that one entry needs, under the current epoch and in one round trip."""
        return await self.held[-1].protect(messages, texts)

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """The digests of each message under every live epoch, for a search in the log."""
        return {keys.epoch: keys.digests(messages) for keys in self.held}

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed; SealBroken if the epoch, its key, `bound_to` or a byte differs."""
        for keys in self.held:
            if keys.epoch == epoch:
                return await keys.open(epoch, sealed, bound_to)
        raise SealBroken("the keys of that epoch are not here, or no longer")


def begin_epoch(folder: Path, epoch: str) -> None:
    """Make a new epoch's keys and have it be the current one from the next start on.

    KeysUnreadable if there is one of that name already, or it cannot be written.
    """
    if _file(folder, epoch).exists():
        raise KeysUnreadable(f"{folder}: has an epoch of that name already")
    EpochKeys.at(_file(folder, epoch), first_epoch=epoch)
    _name(folder, epoch)


def destroy_epoch(folder: Path, epoch: str) -> None:
    """Destroy an epoch's keys: what was logged under them is linked to nobody any more.

    Copies of the file elsewhere have to be destroyed as well. KeysUnreadable for the current
    epoch, or one that is not there.
    """
    file = _file(folder, epoch)
    if not file.exists():
        raise EpochMissing(f"{folder}: has no epoch of that name")
    if epoch == _named(folder):
        raise KeysUnreadable(f"{folder}: the current epoch is still needed; begin another first")
    try:
        with file.open("r+b") as held:
            held.write(secrets.token_bytes(os.fstat(held.fileno()).st_size))
            held.flush()
            os.fsync(held.fileno())
        file.unlink()
    except OSError as error:
        raise KeysUnreadable(f"{file}: cannot be destroyed ({type(error).__name__})") from None


def _file(folder: Path, epoch: str) -> Path:
    if not re.fullmatch(EPOCH_NAME, epoch):
        raise KeysUnreadable("an epoch's name is up to 32 of a-z, 0-9 and hyphen")
    return folder / f"{epoch}.json"


def _name(folder: Path, epoch: str) -> None:
    draft = folder / f".{CURRENT}.{secrets.token_hex(8)}"
    try:
        create_once(draft, epoch.encode())
        draft.replace(folder / CURRENT)
    except OSError as error:
        raise KeysUnreadable(f"{folder}: cannot be written ({type(error).__name__})") from None


def _named(folder: Path) -> str:
    try:
        return read_private(folder / CURRENT).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        name = type(error).__name__
        raise KeysUnreadable(f"{folder / CURRENT}: cannot be read ({name})") from None
