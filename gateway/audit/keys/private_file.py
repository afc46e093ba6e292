"""Files that only this gateway reads: whole or absent, never half-written, never open to others."""

import os
import secrets
import stat
from pathlib import Path

from gateway.audit.errors import KeysUnreadable


def create_once(path: Path, content: bytes) -> None:
    """Write `content` durably to `path` (mode 0600) unless a file is there; OSError if it cannot.

    Of several processes that start at once one writes the file, and all find it whole.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_durably(draft, content)
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """The content of `path`; KeysUnreadable if others may open it, OSError if it cannot be read."""
    with path.open("rb") as file:
        # Asked of the open file, so that it cannot be swapped between the look and the read.
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise KeysUnreadable(f"{path}: others may open it (mode {mode:04o}); set mode 0600")
        return file.read()


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
