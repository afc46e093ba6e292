"""What really comes over the wire while a source is checked: paced, looked at, and forgotten."""

import asyncio
import base64
import binascii
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from adapters.contract.contract import Failure, Malformed, Unavailable
from adapters.http.login import Login
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport

_SHORTEST_SECRET: Final = 8  # less may stand in an answer by chance
_LINE_ENDS: Final = "\t\n\r"
_UNSHOWN: Final = frozenset({"Cc", "Cf"})


@dataclass(slots=True)
class ObservedTransport:
    """A source's transport and login while it is checked; `pause_s` keeps to its rate.

    `last` is the answer that came last. Nothing is kept beyond the check.
    """

    transport: Transport
    login: Login
    pause_s: float
    last: HttpAnswer | None = None
    repeats_login: bool = False
    unclean: bool = False
    _sent: int = 0
    _secrets: set[str] = field(default_factory=set)

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send, and look at what came."""
        if self._sent:
            await asyncio.sleep(self.pause_s)
        self._sent += 1
        answer = await self.transport.send(request)
        if isinstance(answer, HttpAnswer):
            self.last = answer
            self.repeats_login |= any(secret in _whole(answer) for secret in self._secrets)
            self.unclean |= any(map(_is_unclean, _texts(answer.body)))
        return answer

    async def headers(self) -> Mapping[str, str] | Failure:
        """The login's headers, remembered to be looked for in the answers."""
        headers = await self.login.headers()
        if isinstance(headers, Mapping):
            for value in headers.values():
                self._secrets |= {part for part in _parts(value) if len(part) >= _SHORTEST_SECRET}
        return headers

    def rejected(self, headers: Mapping[str, str]) -> bool:
        """Tell the login."""
        return self.login.rejected(headers)

    async def aclose(self) -> None:
        """The source closes its own."""


@dataclass(frozen=True, slots=True)
class OneAnswer:
    """A transport that gives the same answer to everything."""

    answer: HttpAnswer

    async def send(self, _request: HttpRequest) -> HttpAnswer:
        """The answer."""
        return self.answer

    async def aclose(self) -> None:
        """Nothing is open."""


def _parts(value: str) -> Iterator[str]:
    # "Bearer TOKEN" gives TOKEN; what "Basic" hides is the password, too.
    secret = value.rpartition(" ")[2]
    yield secret
    if value.startswith("Basic "):
        try:
            yield base64.b64decode(secret).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return


def _whole(answer: HttpAnswer) -> str:
    return "\n".join([*answer.headers.values(), answer.body.decode("utf-8", "replace")])


def _texts(body: bytes) -> Iterator[str]:
    try:
        yield from _texts_in(orjson.loads(body))
    except orjson.JSONDecodeError:
        yield body.decode("utf-8", "replace")


def _texts_in(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict | list):
            waiting.extend(part.values() if isinstance(part, dict) else part)


def _is_unclean(text: str) -> bool:
    return any(
        unicodedata.category(one) in _UNSHOWN and one not in _LINE_ENDS
        for one in text
        if not (one.isascii() and one.isprintable())
    )
