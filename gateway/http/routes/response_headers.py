"""What every response says to the browser or client that gets it, whatever it is about."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.config.settings_tables import TlsSettings

_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_HSTS: Final = "max-age=31536000"  # a year, in seconds (RFC 6797)


class ResponseHeaders:
    """An application whose responses are not kept, framed, guessed at or sent in the clear.

    What a response says of these things itself stays. HSTS only where a client comes by TLS: a
    browser ignores it elsewhere.
    """

    def __init__(self, app: ASGIApp, tls: TlsSettings) -> None:
        self._app = app
        over_tls = tls.certificate is not None or tls.ends_at_proxy
        self._headers = {**_ALWAYS, **({"Strict-Transport-Security": _HSTS} if over_tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with these headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
