"""Where a published log is read: a folder, or a URL with a token."""

import zlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from gateway.audit.verify.finding import Unreadable

LogReader = Callable[[str], bytes | None]
"""The content at a path below the log's prefix; None if nothing is there."""

_LONGEST: Final = 256 * (2 + 0xFFFF)
_SECONDS: Final = 30
_NOT_FOUND: Final = 404
_GZIP: Final = 16 + zlib.MAX_WBITS
_ADVICE: Final = {
    401: "it asks for an auditor's token that is still valid; name a file with one by --token",
    403: "the token's role may not read it; an auditor's may",
    503: "it serves nothing now; ask its operator why",
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        "it names another address, and no token is sent there; check that one if you trust it",
    ),
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
    if token and prefix.startswith("http://") and not _on_this_machine(prefix):
        raise Unreadable(f"{prefix}: a token is sent over https alone; give the https address")
    headers = {"Accept-Encoding": "gzip, identity"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    opener = build_opener(_NoRedirect)

    def read(path: str) -> bytes | None:
        try:
            request = Request(f"{prefix}/{path}", headers=headers)  # noqa: S310 - http(s) only, see open_place
            with opener.open(request, timeout=_SECONDS) as response:
                return _content(response)
        except HTTPError as error:
            if error.code == _NOT_FOUND:
                return None
            advice = _ADVICE.get(error.code, "that is not the answer of a log")
            raise Unreadable(f"{prefix}/{path}: status {error.code}; {advice}") from None
        except (OSError, HTTPException, ValueError, zlib.error) as error:
            raise Unreadable(f"{prefix}/{path}: {type(error).__name__}") from None

    return read


def _content(response: HTTPResponse) -> bytes:
    held = response.read(_LONGEST + 1)
    if response.headers.get("Content-Encoding", "identity").lower() != "gzip":
        return held
    # A small body may say a long one: no more of it is unpacked than a bundle has.
    return zlib.decompressobj(_GZIP).decompress(held, _LONGEST + 1)


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirect(HTTPRedirectHandler):
    """Follows nobody: the token would go along, and another log would be checked."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""
