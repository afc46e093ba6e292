"""One connection: uvicorn's protocol, bounded in bytes and time from its first byte to its last.

uvicorn bounds neither a head nor how long a request takes to come or an answer to be read. The
parser (llhttp) is strict about what a message is; what it leaves open of a head is in `head`.
"""

import asyncio
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from gateway.http.connections.bounds import (
    LINGER_S,
    LONGEST_FRAMING,
    LONGEST_HEAD,
    LONGEST_LATER,
    LONGEST_LINE,
    LONGEST_UNREAD,
    MOST_WAITING,
    ConnectionBounds,
)
from gateway.http.connections.head import NotServed, expects, refuse_head
from gateway.http.connections.peers import ClientAddress
from gateway.http.connections.refusals import CAUSE, TOO_SLOW_TO_READ, RefusalLog, response
from gateway.http.connections.table import Admitted
from gateway.model.signed_in import GONE, SIGNED_IN

Shown = Callable[[asyncio.BaseTransport], Mapping[str, Any]]
"""What a connection shows of its client by itself, for the scope's extensions."""

_IN_HEAD: Final = 4096  # bytes parsed at a time until a head is over, so that its bound is kept
_IN_BODY: Final = 65536


class BoundedProtocol(HttpToolsProtocol):
    """What `watch` finds too late is cut; what is too large is refused when it becomes so."""

    def __init__(  # noqa: PLR0913  what a connection is made of
        self,
        config: Config,
        server_state: ServerState,
        *,
        bounds: ConnectionBounds,
        admitted: Admitted,
        log: RefusalLog,
        client: ClientAddress | None,
        shown: Shown,
        ending: Callable[[], bool],
    ) -> None:
        super().__init__(config, server_state, {})
        self._bounds = bounds
        self._admitted = admitted
        self._log = log
        self._from = client
        self._shown = shown
        self._ending = ending
        self._extensions: dict[str, Any] = {}
        self._running: RequestResponseCycle | None = None
        self._gone: Callable[[], None] | None = None
        self._until = inf  # when it has to be further than it is
        self._full_since: float | None = None  # since when what was written was never all sent
        self._in_head, self._in_body = True, False
        self._begun = False  # a head that is not over
        self._came = 0  # bytes of this head, or of this body and its chunks
        self._body = 0
        self._unread = 0
        self._later = b""  # what came after as many requests as may wait
        self._refusal = 0  # the status that follows the answers under way
        self._deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.client = self._from
        said = {SIGNED_IN: self._admitted.signed_in, GONE: self._tell_gone}
        self._extensions = {**said, **self._shown(transport)}
        self._admitted.held = self
        self._until = self.loop.time() + self._bounds.head_s

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that nobody listens, also where more requests were waiting."""
        self._admitted.leave()
        self.pipeline.clear()
        self._later, self._deaf = b"", True
        super().connection_lost(exc)
        if self._running is not None and not self._running.response_complete:
            self._be_gone(self._running)

    def _tell_gone(self, tell: Callable[[], None] | None) -> None:
        self._gone = tell
        if tell is not None and self._running is not None and self._running.disconnected:
            tell()

    def _be_gone(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()
        if self._gone is not None:
            self._gone()

    def cut(self) -> None:
        """Let go of the socket now, whatever was to be sent."""
        self._deaf = True
        if self.transport is not None:
            self.transport.abort()

    def watch(self, now: float) -> None:
        """End what takes too long by now; called every fraction of a second."""
        if not self.transport.get_write_buffer_size():
            self._full_since = None
        elif self._full_since is None:
            self._full_since = now
        elif now - self._full_since > self._bounds.send_s:
            self._log.refused(TOO_SLOW_TO_READ)
            self.cut()
            return
        if now >= self._until:
            self._expire()

    def _expire(self) -> None:
        answered = self.cycle is not None and self.cycle.response_complete
        if self._deaf or self.transport.is_closing():
            self.cut()
        elif (self._begun or self._came) if self._in_head else not answered:
            self._refuse(408)
        else:
            self._leave()

    # What comes in.

    def data_received(self, data: bytes) -> None:
        """Parse as much as may be parsed now, in pieces that a bound can be told of."""
        if self._deaf:
            self._throw_away(len(data))
        elif self._later or self.pipeline:
            self._put_off(data)
        else:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        begun, end = 0, len(data)
        while begun < end and not self._deaf:
            if self.pipeline:
                self._later = data[begun:] + self._later
                return
            size = _IN_HEAD if self._in_head else _IN_BODY
            piece = data[begun : begun + size]
            begun += size
            try:
                self._feed(piece)
            except NotServed as refused:
                self._refuse(refused.status)

    def _put_off(self, data: bytes) -> None:
        self._later += data
        self.flow.pause_reading()
        if len(self._later) > LONGEST_LATER:
            self.cut()

    def _feed(self, piece: bytes) -> None:
        self._came += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offered:
            self._decline(piece[offered.args[0] :])
        except httptools.HttpParserError as error:
            why = error.__context__
            raise NotServed(why.status if isinstance(why, NotServed) else 400) from None
        if self._in_head and self._came > LONGEST_HEAD:
            raise NotServed(431)
        if self._in_body and self._came > 2 * self._body + LONGEST_FRAMING:
            raise NotServed(413)

    def _decline(self, rest: bytes) -> None:
        """Read a request again without the other protocol that it offers, which is not spoken.

        The parser takes a body after such an offer for the other protocol's.
        """
        head = [b"%b %b HTTP/1.1\r\n" % (self.parser.get_method(), self.url)]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(b"".join([*head, b"\r\n", rest]))

    def on_message_begin(self) -> None:
        """Begin a request, as the protocol does, with what is known of its connection."""
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._begun = True
        self._until = self.loop.time() + self._bounds.head_s

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        self.url += url
        if len(self.url) > LONGEST_LINE:
            raise NotServed(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is none, as nobody would look at it before the body is over."""
        if self._in_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Begin to answer, unless what the head says cannot be served."""
        version, method = self.parser.get_http_version(), self.parser.get_method()
        refuse_head(version, method, self.url, self.headers)
        if len(self.pipeline) >= MOST_WAITING:
            raise NotServed(429)
        self.expect_100_continue = expects(self.headers)
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        if self._ending():
            self.cycle.keep_alive = False
        self._in_head, self._in_body, self._begun = False, True, False
        self._came = self._body = self._unread = 0
        self._until = self.loop.time() + self._bounds.body_s

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; what comes after its answer is thrown away, up to a bound."""
        self._body += len(body)
        if self.cycle.response_complete:
            self._throw_away(len(body))
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here: from now on its time is the gateway's."""
        if self.parser.should_upgrade():
            return
        self._in_head, self._in_body, self._came = True, False, 0
        super().on_message_complete()
        if self.cycle.response_complete:
            self._be_idle()
        else:
            self._until = inf
            self._admitted.works()

    # What goes out.

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with what came meanwhile, or wait for the next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._until = self.loop.time() + self._bounds.send_s
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            if not self.pipeline:  # the rest of its body may be among what came later
                self._go_on()
        elif self._refusal:
            self._say(self._refusal)
        elif self._in_body and self._length() > _IN_BODY:
            self._leave()
        elif self._in_body:
            self._until = self.loop.time() + LINGER_S
        else:
            self._be_idle()
            if self._later:
                self._go_on()

    def _go_on(self) -> None:
        data, self._later = self._later, b""
        self._parse(data)

    def _length(self) -> float:
        """How many bytes the body has, of which some may be here; a body in chunks may have any."""
        lengths = (int(value) for name, value in self.headers if name == b"content-length")
        return next(lengths, inf)

    def _be_idle(self) -> None:
        if not self._begun:
            self._until = self.loop.time() + self._bounds.idle_s
        self._admitted.waits()

    def _refuse(self, status: int) -> None:
        """Answer what cannot be served, after what is being answered, and hear no more."""
        self._deaf = True
        self._log.refused(CAUSE[status])
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._say(status)
        elif not self._in_body:
            self._refusal = status
        elif self.pipeline or cycle.response_started:
            self.cut()
        else:
            self._be_gone(cycle)
            self._say(status)

    def _say(self, status: int) -> None:
        """Write the refusal, and nothing after it."""
        if self.transport.is_closing():
            return
        self._admitted.waits()
        self.flow.resume_reading()
        self.transport.write(response(status))
        self._leave()

    def _leave(self) -> None:
        """Say that no more comes, and leave the reader a moment before the socket is closed."""
        self._deaf, self._until = True, self.loop.time() + LINGER_S
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()  # TLS says so too, and throws away what comes meanwhile

    def _throw_away(self, count: int) -> None:
        # Closing a socket with bytes unread takes back what was written to it.
        self._unread += count
        if self._unread > LONGEST_UNREAD and not self.transport.is_closing():
            self.transport.pause_reading()
            if not self._deaf:
                self._leave()
