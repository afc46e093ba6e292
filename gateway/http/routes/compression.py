"""Responses compressed as their clients can read them; each part of an answer goes out whole.

Which coding is chosen as RFC 9110 has it, by weight; the library that compresses reads none. Why
compression gives nothing away is in ADR 0045.
"""

from collections.abc import Awaitable
from functools import lru_cache
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from gateway.http.errors import refusal
from gateway.http.framing import Framing
from gateway.http.request import LEGACY_JSON, RESPONSE_JSON, Accepts, likings
from gateway.model.errors import AskDifferently

CODINGS: Final = ("zstd", "br", "gzip")
_PLAIN: Final = "identity"
_NAME: Final = b"accept-encoding"
_KINDS: Final = 64  # of clients, by what they accept
# An answer is small and repeats itself: a fifth more bytes are still one packet, for a third of the
# time.
_ZSTD: Final = 3
_BROTLI: Final = 1
_GZIP: Final = 1

add_compress_type(RESPONSE_JSON)
for _framing in Framing:
    add_compress_type(_framing, streaming=True)


@lru_cache(_KINDS)
def coding(header: str) -> str:
    """The content coding for an Accept-Encoding header; AskDifferently if it allows none.

    Of two that are liked as well as each other it is the one that makes answers smaller.
    """
    liking = likings(header.lower().replace("x-gzip", "gzip")) if header.strip() else {}
    weights = {name: liking.get(name, liking.get("*", 0.0)) for name in CODINGS}
    best = max(CODINGS, key=lambda name: weights[name])
    if weights[best] > 0 and weights[best] >= liking.get(_PLAIN, 0.0):
        return best
    if liking.get(_PLAIN, liking.get("*", 1.0)) > 0:
        return _PLAIN
    raise AskDifferently(
        "NOT_ACCEPTABLE", f"Accept-Encoding: {', '.join(CODINGS)}, or leave it out"
    )


class Compression:
    """An application whose responses come in the coding that their clients like best."""

    def __init__(self, app: ASGIApp) -> None:
        self._compressing = CompressMiddleware(
            app, zstd_level=_ZSTD, brotli_quality=_BROTLI, gzip_level=_GZIP
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer as the application does, compressed."""
        asked = b",".join([value for name, value in scope["headers"] if name == _NAME])
        try:
            chosen = coding(asked.decode("latin-1"))
        except AskDifferently as error:
            return refusal(error, Accepts(LEGACY_JSON, None))(scope, receive, send)
        others = [(name, value) for name, value in scope["headers"] if name != _NAME]
        headers = [*others, (_NAME, chosen.encode())]
        return self._compressing({**scope, "headers": headers}, receive, send)
