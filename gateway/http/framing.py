"""How parts stand in a body one after the other: as multipart/mixed, or as server-sent events."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import orjson

_HEAD: Final = b"Content-Type: application/json; charset=utf-8"


class Framing(StrEnum):
    """The media type of a response in parts."""

    MULTIPART = "multipart/mixed"
    EVENTS = "text/event-stream"

    @property
    def media_type(self) -> str:
        """The media type with what a reader needs to find the parts."""
        return f'{self}; boundary="-"' if self is Framing.MULTIPART else f"{self}; charset=utf-8"

    @property
    def alive(self) -> bytes | None:
        """What says that the line still holds where there is nothing to say."""
        return None if self is Framing.MULTIPART else b":\n\n"

    def part(self, payload: Mapping[str, Any], *, first: bool) -> bytes:
        """One part; after the last one the body is over, and a reader knows it."""
        body, last = orjson.dumps(payload), not payload.get("hasNext", False)
        if self is Framing.EVENTS:  # as GraphQL over SSE has it, in distinct connections
            return b"event: next\ndata: %b\n\n%b" % (body, _COMPLETE if last else b"")
        # Its length and the boundary at once: by either a client knows that the part is over.
        opening, closing = b"\r\n---\r\n" if first else b"", b"-----" if last else b"---"
        head = b"%b%b\r\nContent-Length: %d\r\n\r\n" % (opening, _HEAD, len(body))
        return b"%b%b\r\n%b\r\n" % (head, body, closing)


_COMPLETE: Final = b"event: complete\ndata:\n\n"
