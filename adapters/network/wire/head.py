"""A request as bytes: its line, the headers that every request has, its own, its body."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from adapters.network.http_request import HttpRequest

_ORIGIN: Final = re.compile(r"[A-Za-z]+://[^/?#]*([^#]*)")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token (RFC 9110, section 5.6.2)
_LINE: Final = "{}: {}\r\n".format
_KINDS: Final = 64  # of sets of header names; a source has a few


class HeadWriter:
    """Writes requests to one `authority`; where none is kept, each says that it is the last."""

    def __init__(self, authority: str, *, keeps: bool) -> None:
        self._standing = {
            "Host": authority,
            "Accept": "*/*",
            # What comes packed costs more to unpack than to carry; it is read all the same.
            "Accept-Encoding": "identity",
            "User-Agent": "teamaround",
            **({} if keeps else {"Connection": "close"}),
        }
        self._beside: Callable[[tuple[str, ...]], str] = lru_cache(_KINDS)(self._not_among)

    def written(self, request: HttpRequest) -> bytes:
        """The whole request; ValueError if an address or a header would begin another."""
        found = _ORIGIN.match(request.url)
        if found is None:
            raise ValueError("a request goes to an address")
        target = found[1] if found[1].startswith("/") else f"/{found[1]}"
        said, body = request.headers, request.body
        values = "".join((target, *said.values()))
        if "\n" in values or "\r" in values or "\0" in values or " " in target:
            raise ValueError("an address or a header has a line end in it")
        own = "".join([*map(_LINE, said, said.values())])
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        head = f"{request.method} {target} HTTP/1.1\r\n{self._beside(tuple(said))}{own}{length}\r\n"
        return head.encode() if body is None else head.encode() + body

    def _not_among(self, names: tuple[str, ...]) -> str:
        if not all(map(_NAME.fullmatch, names)):
            raise ValueError("a header has a name that no header can have")
        said = {name.lower() for name in names}
        left = {name: value for name, value in self._standing.items() if name.lower() not in said}
        return "".join(f"{name}: {value}\r\n" for name, value in left.items())
