"""How far this machine knows the log to be acknowledged, kept beside it for the next start."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gateway.audit.errors import LogNotContinued
from gateway.audit.store.written import Written

_HASH: Final = "SELECT hash FROM leaf_hash WHERE idx = $1"


def remember(file: Path, written: Written) -> None:
    """Keep the size and the last entry's hash, unless more is kept; OSError if it cannot be."""
    if written.size <= _kept(file)[0]:
        return
    new = file.with_name(f"{file.name}-{os.getpid()}")
    opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(opened, "w") as writing:
        writing.write(f"{written.size} {written.last.hex()}\n")
    new.replace(file)


async def refuse_forgotten(file: Path, connection: Any) -> None:
    """LogNotContinued if the log lacks the last entry that this machine knows of."""
    size, last = _kept(file)
    if size and await connection.fetchval(_HASH, size - 1) != last:
        raise LogNotContinued(
            f"the log lacks entries that were acknowledged to this machine, of {size} in all:"
            " restore them; if they are lost for good, say so to your auditors and remove"
            f" {file}"
        )


def _kept(file: Path) -> tuple[int, bytes]:
    """What is kept; nothing, if no such line is there."""
    with suppress(FileNotFoundError, ValueError):
        size, last = file.read_text().split()
        return int(size), bytes.fromhex(last)
    return 0, b""
