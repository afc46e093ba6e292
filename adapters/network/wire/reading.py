"""One answer after the other from the bytes of a connection, each within bounds of bytes and parts.

The grammar is llhttp's, as lenient to honest servers of an old make as aiohttp has it. What is read
does not depend on how the network cut the bytes.
"""

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from adapters.network.bounds.bounded_answer import (
    INFORMATIONAL,
    MOST_FRAMING,
    MOST_HEAD,
    MOST_INTERIM,
    SWITCHING,
    AnswerRefused,
    AnswerTooCostly,
    AnswerTooLarge,
    AnswerUnreadable,
)

_PIECE: Final = 8 * 1024  # bytes that are parsed before the next look
_LARGEST_HEADER: Final = 16 * 1024
_AROUND: Final = 4  # bytes of a header that are neither its name nor its value
_MOST_HEADERS: Final = 128
_WITHOUT_CONTENT: Final = frozenset({204, 304})
_FRAMINGS: Final = frozenset({"chunked", "identity"})
# Several headers of these names are one list (RFC 9110, section 5.3). What says how the content is
# framed or packed is never one of several alone.
_LISTS: Final = frozenset({"link", "age", "transfer-encoding", "content-encoding"})


class ResponseReader:
    """Reads the answers of one connection; each has at most `most` bytes of content.

    One whose status is in `decided` is over with its head, and its content is passed over.
    """

    __slots__ = (
        "_came",
        "_chunk_open",
        "_content",
        "_decided",
        "_head",
        "_head_bytes",
        "_head_only",
        "_heads",
        "_interim",
        "_mark",
        "_most",
        "_parser",
        "_received",
        "_refused",
        "_until_end",
        "_whole",
        "headers",
        "over",
        "reusable",
        "status",
        "strayed",
    )

    def __init__(self, most: int, decided: frozenset[int]) -> None:
        self._most = most
        self._decided = decided
        parser = HttpResponseParser(self)
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._parser: HttpResponseParser | None = parser
        self.begin()

    def begin(self, *, head_only: bool = False) -> None:
        """Expect the next answer; `head_only` is the one to HEAD, whatever length it names."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.over = self.reusable = self.strayed = False
        self._head_only = head_only
        self._content: list[bytes] = []
        self._received = self._mark = self._head = self._came = 0
        self._heads = self._head_bytes = self._interim = 0
        self._chunk_open = self._until_end = self._whole = False
        self._refused: AnswerRefused | None = None

    @property
    def content(self) -> bytes:
        """The content as it was sent: nothing is unpacked."""
        return b"".join(self._content)

    def feed(self, data: bytes) -> None:
        """Read on; `over` says whether the answer is there. AnswerRefused past any bound."""
        if len(data) <= _PIECE:
            self._parse(data)
            return
        for start in range(0, len(data), _PIECE):
            if self._whole:
                self._stray()
                return
            self._parse(data[start : start + _PIECE])

    def ended(self, *, clean: bool) -> bool:
        """Whether the answer is there now that the connection is over, in good order if `clean`."""
        self.over = self.over or (self._until_end and clean)
        return self.over

    def forget(self) -> None:
        """Keep nothing of what was in the answer: its connection may be idle for long."""
        self.headers, self._content = {}, []

    def close(self) -> None:
        """Let go of the parser, which holds on to this."""
        self._parser = None

    def _parse(self, piece: bytes) -> None:
        if self._parser is None:
            return
        self._received += len(piece)
        try:
            self._parser.feed_data(piece)
        except HttpParserUpgrade:
            self.reusable = False
        except HttpParserError as error:
            if self._whole:
                self._stray()
            self.reusable = False
            if not self.over and self._refused is None:
                raise AnswerUnreadable("no HTTP around the content") from error
        if self._refused is not None:
            raise self._refused
        if not self.over:
            self._look()

    def _stray(self) -> None:
        self.reusable, self.strayed = False, True

    def _look(self) -> None:
        stuck = self._received - self._mark > _LARGEST_HEADER
        if stuck and (self._chunk_open or not self.status):
            raise AnswerUnreadable("a header longer than any answer has")
        framing = self._received - self._head - self._came if self.status else 0
        if framing > MOST_FRAMING + self._came // 2:
            raise AnswerTooCostly("more around the content than any answer has")

    def on_message_begin(self) -> None:
        """Note the first byte of an answer: none may follow the one that was asked for."""
        if self._whole:
            self._stray()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take down a header, or count a trailer."""
        self._mark = self._received
        self._heads += 1
        size = len(name) + len(value)
        self._head_bytes += size + _AROUND
        if self._heads > _MOST_HEADERS or size > _LARGEST_HEADER:
            self._refused = AnswerUnreadable("more or longer headers than any answer has")
        elif self._head_bytes > MOST_HEAD:
            self._refused = AnswerTooCostly("more heads than any answer has")
        if self.status or self._whole:
            return  # a trailer is counted, and believed in nothing
        # llhttp heeds `Content-Length : 9`, so here too it is a length, and no end is taken for it.
        key = name.decode("latin-1").lower().rstrip(" ")
        text = value.decode("utf-8", "surrogateescape").rstrip(" \t")
        if "\0" in text:
            self._refused = AnswerUnreadable("a header that nothing may have")
        if key in _LISTS and key in self.headers:
            text = f"{self.headers[key]}, {text}"
        self.headers[key] = text

    def on_headers_complete(self) -> None:
        """End a head: of the answer, or of one that says that the answer is still to come."""
        parser = self._parser
        if parser is None or self._whole:
            return
        self._mark, self._heads, status = self._received, 0, parser.get_status_code()
        if status < INFORMATIONAL.start:  # RFC 9110, section 15
            self._refused = AnswerUnreadable("a status that no answer has")
        if status in INFORMATIONAL and status != SWITCHING:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                self._refused = AnswerTooCostly("more heads than any answer has")
            self.headers = {}
            return
        self.status, self._head = status, self._received
        framing = self.headers.get("transfer-encoding")
        if framing is not None and framing.lower() not in _FRAMINGS:
            self._refused = AnswerUnreadable("framed as nobody asked for")
        named = "content-length" in self.headers or (framing or "").lower() == "chunked"
        self._until_end = not named and status not in _WITHOUT_CONTENT
        self.over = self._head_only or status in self._decided

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the content, up to the bound."""
        self._mark, self._chunk_open = self._received, False
        self._came += len(piece)
        if self.over:
            return
        self._content.append(piece)
        if self._came > self._most:
            self._refused = AnswerTooLarge("longer than it may be")

    def on_chunk_header(self) -> None:
        """Begin a chunk; without content of its own it is the last, and trailers follow."""
        self._mark, self._chunk_open = self._received, True

    def on_chunk_complete(self) -> None:
        """End a chunk."""
        self._mark, self._chunk_open = self._received, False

    def on_message_complete(self) -> None:
        """End the answer, if it is the one that was asked for."""
        if self._whole or not self.status or self._parser is None:
            return
        self._whole = self.over = True
        self.reusable = not self._head_only and self._parser.should_keep_alive()
