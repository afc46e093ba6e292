"""What an answer over HTTP may take besides its content: a protocol that counts around aiohttp's.

aiohttp bounds a header and how many there are. It does not bound interim answers, chunks, their
extensions, trailers, or a compressed stream that says nothing, and it looks at an idle connection
only when it is used again.
"""

import asyncio
from typing import Any, ClassVar, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

_PIECE: Final = 4 * 1024  # bytes that are parsed before the next look, until the head is over
MOST_HEAD: Final = 64 * 1024  # bytes of all heads: of interim answers and of the answer itself
MOST_INTERIM: Final = 20  # a slow system says 102 every few seconds
# Chunk sizes, extensions and trailers, beside half as much as the content: who sends tokens of JSON
# as they are made is read, who sends single bytes is not.
MOST_FRAMING: Final = 64 * 1024
INFORMATIONAL: Final = range(100, 200)
SWITCHING: Final = 101  # the last answer that a connection gives as HTTP


class AnswerRefused(aiohttp.ClientPayloadError):
    """We ended an answer; `rule` is the one of ours that it broke."""

    rule: ClassVar[str]


class AnswerTooCostly(AnswerRefused):
    """An answer has more around its content than any honest one."""

    rule = "framing"


class AnswerTooLarge(AnswerRefused):
    """The content of an answer is longer than whoever asked allows."""

    rule = "too_large"


class AnswerUnreadable(AnswerRefused):
    """What is around the content is no HTTP, or the content is encoded as nobody asked for."""

    rule = "http"


class BoundedAnswer(ResponseHandler):
    """One connection; each answer has at most `most` bytes of content, as they are sent.

    Whatever passes a bound ends the connection with AnswerTooLarge or AnswerTooCostly. What nobody
    asked for ends it too: it could be taken for the answer to the next question.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        super().__init__(loop=loop)
        self._most = most
        self._received = 0
        self._waiting = 0  # of those, at most so many were not parsed yet
        self._head = 0
        self._interim = 0
        self._content: StreamReader | None = None
        self._refused: BaseException | None = None

    def set_response_params(self, **said: Any) -> None:
        """Begin anew for the next request."""
        self._received = self._head = self._interim = 0
        self._content = None
        super().set_response_params(**said)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Count a head that was parsed."""
        message, content = data
        if message.code in INFORMATIONAL and message.code != SWITCHING:
            self._interim += 1
        elif self._content is None:
            self._content = content
            self._head = self._received
        if self._interim <= MOST_INTERIM:  # else whoever waits hears of the refusal alone
            super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and end the connection once a bound is passed."""
        if self._refused is not None:
            return
        if data and self._is_over:
            self.abort()
            return
        if data:
            self._waiting = len(data) + (self._waiting if self._reading_paused else 0)
        rest = memoryview(data)
        while rest and self._content is None:
            rest = self._parsed(rest, _PIECE)
            if not self.is_connected():
                return
        if rest or not data:
            self._parsed(rest, len(rest))

    def connection_lost(self, exc: BaseException | None) -> None:
        """Have whoever reads hear why we ended it, and not that it ended."""
        super().connection_lost(exc)
        if self._refused is not None:
            self._tell(self._refused)

    @property
    def _is_over(self) -> bool:
        return self._content is not None and self._content.is_eof()

    def _parsed(self, rest: memoryview, size: int) -> memoryview:
        self._received += min(size, len(rest))
        super().data_received(bytes(rest[:size]))
        if self.exception() is None:
            why = self._too_much()
        else:
            # aiohttp tells whoever reads the content nothing of an error in the trailers.
            why = AnswerUnreadable("no HTTP around the content")
        if why is not None:
            self._refuse(why)
        return rest[size:]

    def _too_much(self) -> AnswerRefused | None:
        content = self._content
        heads = self._received if content is None else self._head
        # Also once the content begins: all of them may have come in one piece with it.
        if heads > MOST_HEAD or self._interim > MOST_INTERIM:
            return AnswerTooCostly("more heads than any answer has")
        if content is None or content.is_eof():
            return None
        came = content.total_raw_bytes
        waiting = self._waiting if self._reading_paused else 0
        framing = self._received - self._head - came - waiting
        if framing > MOST_FRAMING + came // 2:
            return AnswerTooCostly("more around the content than any answer has")
        return AnswerTooLarge("longer than it may be") if came > self._most else None

    def _refuse(self, why: BaseException) -> None:
        self._refused = why
        self._tell(why)
        if self.exception() is None:
            self.set_exception(why)
        if self.transport is not None:
            self.transport.abort()

    def _tell(self, why: BaseException) -> None:
        if self._content is not None and not self._content.is_eof():
            self._content.set_exception(why)
