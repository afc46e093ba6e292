"""One connection to an agency's system: a request, its answer, and the next."""

import asyncio
import select
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

import aiohttp

from adapters.network.bounds.bounded_answer import AnswerRefused
from adapters.network.http_client import DroppedError
from adapters.network.wire.reading import ResponseReader

_ENDED: Final = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Received(NamedTuple):
    """An answer as it came: header names in lower case, the content as it was sent."""

    status: int
    headers: dict[str, str]
    content: bytes


class WireConnection(asyncio.Protocol):
    """Carries one request at a time. What nobody asked for ends it."""

    def __init__(self, most: int, decided: frozenset[int]) -> None:
        self._reader = ResponseReader(most, decided)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._poll = select.poll()
        self._strayed = self._encrypted = self._used = False
        self.idle_since = 0.0

    def send(self, request: bytes, *, head_only: bool = False) -> asyncio.Future[None]:
        """Send it, once; done when its answer is here.

        DroppedError if the connection ends before an answer, aiohttp.ClientPayloadError if it ends
        in one, AnswerRefused past a bound. Whoever does not wait for the end aborts the connection.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise DroppedError
        self._reader.begin(head_only=head_only)
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        transport.write(request)
        return waiting

    def received(self) -> Received:
        """The answer that is here, which is forgotten.

        DroppedError if more came than one answer, and an earlier request went this way: the first
        may be the answer to that one.
        """
        if self._used and (self.strayed or (not self.quiet and self._strayed)):
            raise DroppedError
        self._used, reader = True, self._reader
        received = Received(reader.status, reader.headers, reader.content)
        reader.forget()
        return received

    @property
    def usable(self) -> bool:
        """Whether another request may go this way: all was read, all was sent, none is at work."""
        transport = self._transport
        if transport is None or not self._reader.reusable or transport.is_closing():
            return False
        return not transport.get_write_buffer_size()

    @property
    def quiet(self) -> bool:
        """Whether the other end has said nothing since: neither an end, nor what nobody asked."""
        transport = self._transport
        if transport is None or not self._reader.reusable or transport.is_closing():
            return False
        if transport.get_write_buffer_size():
            return False
        said = self._poll.poll(0)
        if said:
            self._note(said)
        return not said

    @property
    def strayed(self) -> bool:
        """Whether the other end was ever heard to say more than it was asked."""
        return self._strayed or self._reader.strayed

    def _note(self, said: Sequence[tuple[int, int]]) -> None:
        # Over TLS it may be about the encryption.
        if not said[0][1] & _ENDED and not self._encrypted:
            self._strayed = True

    def abort(self) -> None:
        """End it at once."""
        self._waiting = None
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._encrypted = transport.get_extra_info("sslcontext") is not None
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN | _ENDED)

    def data_received(self, data: bytes) -> None:
        """Read on; end the connection once a bound is passed."""
        waiting = self._waiting
        if waiting is None or waiting.done():
            self._strayed = self._strayed or waiting is None
            self.abort()
            return
        try:
            self._reader.feed(data)
        except AnswerRefused as refused:
            self._fail(refused)
            self.abort()
        else:
            if self._reader.over:
                self._waiting = None
                waiting.set_result(None)

    def eof_received(self) -> None:
        """The other end says no more: it hears no more either."""
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Have whoever waits hear of it."""
        self._transport = None
        self._ended(exc)
        self._reader.close()

    def _ended(self, error: Exception | None) -> None:
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        if self._reader.ended(clean=error is None):
            self._waiting = None
            waiting.set_result(None)
            return
        why: aiohttp.ClientError = DroppedError()
        if self._reader.status:
            why = aiohttp.ClientPayloadError("the answer was cut off")
        why.__cause__ = error
        self._fail(why)

    def _fail(self, why: BaseException) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(why)
