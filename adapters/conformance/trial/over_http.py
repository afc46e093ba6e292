"""A trial of a source over HTTP: each request as it was sent, each reply by its shape."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from adapters.conformance.trial.masking import MASK
from adapters.conformance.trial.reading import WatchedMapping, readings
from adapters.conformance.trial.step import TrialStep
from adapters.contract.contract import Malformed, Refused, Unavailable
from adapters.expressions.shape import outline_of
from adapters.expressions.xml_document import parse_xml
from adapters.http.diagnosis import outline
from adapters.http.login import TokenLogin
from adapters.http.operation import HttpOperation
from adapters.http.source import HttpSource
from adapters.http.verdict import Answer
from adapters.manifest.auth import ApiKeyAuth
from adapters.manifest.manifest import Manifest
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport

_MOST_LINES: Final = 60
_SHOWN_OF_A_FORM: Final = frozenset({"grant_type", "scope", "client_assertion_type"})
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it."""

    request: HttpRequest
    answer: HttpAnswer | Unavailable | Malformed | None


@dataclass(frozen=True, slots=True)
class WatchedTransport:
    """A transport that keeps what went over it; `into` is shared with the login's."""

    inner: Transport
    into: list[Exchange]

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send, and keep both sides; a request that ended without an answer has None."""
        place = len(self.into)
        self.into.append(Exchange(request, None))
        answer = await self.inner.send(request)
        self.into[place] = Exchange(request, answer)
        return answer

    async def aclose(self) -> None:
        """Close what it watches."""
        await self.inner.aclose()


@dataclass(frozen=True, slots=True)
class HttpTrial:
    """A source over HTTP, watched; its login's requests too."""

    manifest: Manifest
    source: HttpSource
    operation: HttpOperation
    mapping: WatchedMapping
    exchanges: list[Exchange] = field(default_factory=list)

    @classmethod
    def of(cls, manifest: Manifest, source: HttpSource, name: str) -> "HttpTrial":
        """Watch a source that was opened from `manifest`."""
        exchanges: list[Exchange] = []

        def watch(transport: Transport) -> Transport:
            return WatchedTransport(transport, exchanges)

        operation = source.operations[name]
        mapping = WatchedMapping.over(operation.mapping)
        watched = replace(operation, mapping=mapping)
        login = (
            source.login.watched(watch) if isinstance(source.login, TokenLogin) else source.login
        )
        seen = replace(
            source,
            transport=watch(source.transport),
            login=login,
            operations={**source.operations, name: watched},
        )
        return cls(manifest, seen, watched, mapping, exchanges)

    def steps(self) -> Iterator[TrialStep]:
        """Every request with its reply, and what the manifest's expressions read from it."""
        token_url = getattr(self.manifest.auth, "token_url", None)
        for exchange in self.exchanges:
            login = exchange.request.url == token_url
            yield TrialStep("Login request" if login else "Request", tuple(self._request(exchange)))
            judged = None if login else self._judged(exchange.answer)
            yield TrialStep("Reply", tuple(_reply(exchange.answer, judged)))
            if judged is not None:
                name = self.operation.operation.name
                lines = tuple(readings(self.operation, judged.scope))
                yield TrialStep(f"Expressions of {name}", lines)

    def _request(self, exchange: Exchange) -> Iterator[str]:
        request, mine = exchange.request, self.operation.operation
        yield f"{request.method} {request.url}"
        if mine.path and not _is_form(request):
            yield f"from path {mine.path}" + "".join(f" {k}={v}" for k, v in mine.query.items())
        secret = _login_header(self.manifest)
        for name, value in request.headers.items():
            yield f"{name}: {MASK if name.lower() == secret else value}"
        if request.body is not None:
            yield from _body(request)

    def _judged(self, answer: Any) -> Answer | None:
        if not isinstance(answer, HttpAnswer):
            return None
        judged = self.source.dialect.judge(answer, self.source.clock())
        return None if isinstance(judged, Refused | Unavailable | Malformed) else judged


def _login_header(manifest: Manifest) -> str:
    auth = manifest.auth
    return auth.header.lower() if isinstance(auth, ApiKeyAuth) else "authorization"


def _is_form(request: HttpRequest) -> bool:
    return request.headers.get("Content-Type") == _FORM


def _body(request: HttpRequest) -> Iterator[str]:
    text = (request.body or b"").decode("utf-8", "replace")
    if not _is_form(request):
        yield from text.splitlines()
        return
    for name, value in parse_qsl(text):
        yield f"{name}={value if name in _SHOWN_OF_A_FORM else MASK}"


def _reply(
    answer: HttpAnswer | Unavailable | Malformed | None, judged: Answer | None
) -> Iterator[str]:
    match answer:
        case None:
            yield "none came in time"
        case Unavailable():
            yield f"none: {answer.cause or answer.fault}"
        case Malformed():
            yield f"unusable: {answer.rule}"
        case _:
            yield outline(answer)
            document = _document(answer) if judged is None else _body_of(judged.scope)
            if document is not None:
                yield from outline_of(document, "body", _MOST_LINES)


def _body_of(scope: Any) -> Any:
    return scope["body"] if isinstance(scope, dict) else scope


def _document(answer: HttpAnswer) -> Any:
    found = _json(answer.body)
    return _xml(answer.body) if found is None else found


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _xml(body: bytes) -> Any:
    if not body.lstrip().startswith(b"<"):
        return None
    found = parse_xml(body)
    return None if isinstance(found, Malformed) else found
