"""What the head of a request may say, where the parser leaves it open."""

from collections.abc import Sequence

from gateway.http.connections.bounds import MOST_HEADERS
from gateway.http.connections.target import is_clear, names_a_host

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case and values, in the order in which they came."""


class NotServed(Exception):
    """The request is not served; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def refuse_head(version: str, method: bytes, target: bytes, headers: Headers) -> None:
    """NotServed where a request of such a head is not served."""
    names = [name for name, _ in headers]
    if version not in {"1.0", "1.1"}:
        raise NotServed(505)
    if len(names) > MOST_HEADERS:
        raise NotServed(431)
    if method == b"CONNECT":
        raise NotServed(400)
    if names.count(b"host") != 1 and (version == "1.1" or b"host" in names):
        raise NotServed(400)
    if not is_clear(target) or not all(map(names_a_host, _said(headers, b"host"))):
        raise NotServed(400)
    if b"transfer-encoding" in names:
        _refuse_coding(version, headers)
    if b"expect" in names:
        _refuse_expecting(headers)


def expects(headers: Headers) -> bool:
    """Whether the client waits to be told that it may send the body."""
    return bool(_said(headers, b"expect"))


def _refuse_coding(version: str, headers: Headers) -> None:
    if version == "1.0":
        raise NotServed(400)
    if [value.lower() for value in _said(headers, b"transfer-encoding")] != [b"chunked"]:
        raise NotServed(501)


def _refuse_expecting(headers: Headers) -> None:
    if any(value.lower() != b"100-continue" for value in _said(headers, b"expect")):
        raise NotServed(417)


def _said(headers: Headers, wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name == wanted]
