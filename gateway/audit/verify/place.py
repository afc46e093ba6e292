"""Where a published log is read: a folder, or a URL with a token."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.audit.verify.finding import Unreadable

LogReader = Callable[[str], bytes | None]
"""The content at a path below the log's prefix; None if nothing is there."""

_LONGEST: Final = 256 * (2 + 0xFFFF)
_SECONDS: Final = 30
_NOT_FOUND: Final = 404
_ADVICE: Final = {
    401: "it asks for an auditor's token that is still valid; name a file with one by --token",
    403: "the token's role may not read it; an auditor's may",
    503: "it serves nothing now; ask its operator why",
}


def open_place(location: str, token: str | None = None) -> LogReader:
    """The log at `location`, a folder or an http(s) URL; Unreadable where it cannot be read."""
    if location.startswith(("https://", "http://")):
        return _url(location.rstrip("/"), token)
    if not Path(location).is_dir():
        raise Unreadable(f"{location}: is neither a folder, nor a file, nor the address of a log")
    return _folder(Path(location))


def _folder(folder: Path) -> LogReader:
    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(f"{folder / path}: {type(error).__name__}") from None

    return read


def _url(prefix: str, token: str | None) -> LogReader:
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def read(path: str) -> bytes | None:
        request = urllib.request.Request(f"{prefix}/{path}", headers=headers)  # noqa: S310 - http(s) only, see open_place
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - as above
                content: bytes = response.read(_LONGEST + 1)
        except urllib.error.HTTPError as error:
            if error.code == _NOT_FOUND:
                return None
            advice = _ADVICE.get(error.code, "that is not the answer of a log")
            raise Unreadable(f"{prefix}/{path}: status {error.code}; {advice}") from None
        except OSError as error:
            raise Unreadable(f"{prefix}/{path}: {type(error).__name__}") from None
        return content

    return read
