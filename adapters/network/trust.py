"""The system's authorities as their files are now: an update of them counts without a restart.

OpenSSL looks into their folder at each handshake, but reads a bundle once.
"""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

_Signature = tuple[tuple[int, int, int] | None, ...]


@dataclass(slots=True)
class _SystemTrust:
    context: ssl.SSLContext | None = None
    signature: _Signature = ()

    def look(self) -> ssl.SSLContext:
        found = _signature()
        if self.context is None or found != self.signature:
            self.context, self.signature = _believing(), found
        return self.context


_HELD = _SystemTrust()  # of the process, as the files are of the system


def system_trust() -> ssl.SSLContext:
    """TLS that believes them: the same context while their files are the same.

    A bundle that cannot be read replaces none that could.
    """
    try:
        return _HELD.look()
    except (OSError, ssl.SSLError):
        return _HELD.context or ssl.create_default_context()


def renewed_system_trust() -> bool:
    """Whether they are others than at the last look; OSError or ssl.SSLError if unreadable."""
    before = _HELD.context
    return _HELD.look() is not before and before is not None


def _believing() -> ssl.SSLContext:
    context = ssl.create_default_context()
    bundle = ssl.get_default_verify_paths().cafile
    if bundle is not None:
        context.load_verify_locations(bundle)  # by default a broken one would be passed over
    return context


def _signature() -> _Signature:
    paths = ssl.get_default_verify_paths()
    named = (os.environ.get(paths.openssl_cafile_env), paths.cafile, paths.capath)
    return tuple(None if each is None else _state(Path(each)) for each in named)


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
