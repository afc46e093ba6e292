"""What every response says to the browser or client that gets it, whatever it is about."""

from collections.abc import Awaitable
from typing import Final

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
        ours = {**_ALWAYS, **({"Strict-Transport-Security": _HSTS} if over_tls else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in ours.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with these headers."""

        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                said = [*message.get("headers", ())]
                names = {name.lower() for name, _ in said}
                more = [header for header in self._headers if header[0] not in names]
                message = {**message, "headers": said + more}
            return send(message)

        await self._app(scope, receive, send_with_headers)
