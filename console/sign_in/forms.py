"""A form counts once, for the session that it was made for, and not for long."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from cachetools import TTLCache
from starlette.requests import Request

from console.sign_in.errors import FormRefused

_LIFE_S: Final = 4 * 3600
_REMEMBERED: Final = 200_000
_ELSEWHERE: Final = "This form did not come from these pages, so it was not used."
_AGAIN: Final = (
    "This form was sent before, so it was not used again. What it asked for was done the first"
    " time, and is in the log."
)
_OLD: Final = "This form was open for too long, so it was not used."
NOT_USED: Final = (_ELSEWHERE, _AGAIN, _OLD)


class Forms:
    """Marks forms, and takes each mark once. Replicas each remember the marks they took."""

    def __init__(self, key: bytes, public_url: str, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._now = now
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._taken: TTLCache[str, bool] = TTLCache(_REMEMBERED, _LIFE_S, timer=now)

    def mark(self, session: str) -> str:
        """A fresh mark for a form of this session."""
        body = f"{secrets.token_urlsafe(12)}.{int(self._now())}"
        return f"{body}.{self._signed(session, body)}"

    def take(self, request: Request, session: str, mark: str) -> None:
        """Use up a form's mark; FormRefused if it is not this session's, or is used up."""
        self._refuse_elsewhere(request)
        body, _, signature = mark.rpartition(".")
        if not hmac.compare_digest(self._signed(session, body).encode(), signature.encode()):
            raise FormRefused(_ELSEWHERE)
        if self._now() - int(body.rpartition(".")[2]) > _LIFE_S:
            raise FormRefused(_OLD)
        if body in self._taken:
            raise FormRefused(_AGAIN)
        self._taken[body] = True

    def _refuse_elsewhere(self, request: Request) -> None:
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or (origin is not None and origin != self._origin):
            raise FormRefused(_ELSEWHERE)

    def _signed(self, session: str, body: str) -> str:
        said = f"{session}|{body}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
