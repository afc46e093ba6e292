"""What every response tells the browser: load nothing from elsewhere, keep nothing."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PERMISSIONS: Final = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
    " magnetometer=(), microphone=(), payment=(), usb=()"
)
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": _PERMISSIONS,
    "X-Robots-Tag": "noindex, nofollow",
}
_A_YEAR: Final = "max-age=63072000; includeSubDomains"


class SecurityHeaders:
    """Adds the headers to every response, whoever made it."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._headers = {**_FIXED, "Content-Security-Policy": _policy()}
        if public_url.startswith("https:"):
            self._headers["Strict-Transport-Security"] = _A_YEAR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with if scope["type"] == "http" else send)


def _policy() -> str:
    """Nothing but our own files, and no form that leads to anybody else."""
    own = ("style-src", "script-src", "img-src", "connect-src", "form-action")
    return "; ".join(
        (
            "default-src 'none'",
            *(f"{what} 'self'" for what in own),
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types pages",
        )
    )
