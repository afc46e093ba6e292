"""This machine: who may read what only the gateway should, room on the disk, open files."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from gateway.cli.checking.online.findings import Finding, FindingState
from gateway.config.settings import Settings
from gateway.http.connections.descriptors import connections_in_all, raise_descriptors

_LEAST: Final = 256 * 1024**2
_SHOWN: Final = 0o006  # to others; who may only pass through sees nothing
_LOW: Final = 2 * 1024**3


async def look_at_machine(settings: Settings) -> Iterable[Finding]:
    """Everything of it."""
    return [
        _written_to(settings.files.state),
        _room_in(_there(settings.files.state)),
        _descriptors(settings),
        *_mode(settings.files.state),
    ]


def _there(folder: Path) -> Path:
    """The folder, or what it would be made in."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())


def _written_to(state: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=_there(state)) as probe:
            probe.write(b"0" * 4096)
            probe.flush()
    except OSError as error:
        what = f"cannot be written ({error.strerror}): make room, or mount it to be written"
        return Finding("files.state", FindingState.WRONG, what)
    return Finding("files.state", FindingState.OK, "can be written")


def _room_in(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    what = f"{free / 1024**3:.1f} GiB are free"
    if free >= _LOW:
        return Finding("disk", FindingState.OK, what)
    state = FindingState.WRONG if free < _LEAST else FindingState.WARNING
    return Finding("disk", state, f"{what}: make room for the log, or nothing can be asked")


def _descriptors(settings: Settings) -> Finding:
    """The command raises its own limit as the gateway does."""
    limit, wanted = raise_descriptors(), settings.connections.in_all
    possible = connections_in_all(settings.connections, limit)
    if possible >= wanted:
        return Finding("open files", FindingState.OK, f"{limit} are enough")
    needed = wanted + settings.connections.descriptors_kept
    what = f"{limit} leave {possible} connections of {wanted}: set LimitNOFILE={needed}"
    return Finding("open files", FindingState.WARNING, what)


def _mode(state: Path) -> Iterator[Finding]:
    """A wrong one; that of secrets is refused whenever one is read."""
    if state.exists() and state.stat().st_mode & _SHOWN:
        yield Finding(
            "files.state", FindingState.WRONG, "other accounts may look into it: set mode 0700"
        )
