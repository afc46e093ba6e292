"""What a client sends, read within bounds: a body, and what the client accepts in return."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from starlette.requests import Request as HttpRequest

from gateway.http.connections.peers import network_of
from gateway.http.delivery import Delivery, PartsFormat, dialect_of
from gateway.http.framing import Framing
from gateway.http.named_document import named_document
from gateway.model.errors import AskDifferently
from gateway.model.signed_in import CERTIFICATE
from gateway.questions.prepare import Request

RESPONSE_JSON: Final = "application/graphql-response+json"
LEGACY_JSON: Final = "application/json"
_WEIGHT: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_ANYTHING: Final = ("*/*", "application/*")
_LONGEST_LIST: Final = 2048  # characters of a header; a browser's Accept has some two hundred
# Of a request's JSON, each counted as a byte: the largest bulk question has some thousands.
_MOST_PARTS: Final = 8192
_WRITTEN: Final = (RESPONSE_JSON, LEGACY_JSON, *Framing)


@dataclass(frozen=True, slots=True)
class Accepts:
    """The media type of a whole response, and how it may come in parts; None for whole.

    `events_alone` says that the client reads nothing but server-sent events.
    """

    media_type: str
    parts: Delivery | None
    events_alone: bool = False

    @property
    def legacy(self) -> bool:
        """Whether a GraphQL request error is answered 200, as application/json clients expect."""
        return self.media_type == LEGACY_JSON


@lru_cache(maxsize=256)
def accepts(header: str) -> Accepts:
    """What an Accept header allows; AskDifferently if it allows nothing that the gateway writes.

    Of two that are liked as well as each other the newer one is chosen where the client names it.
    Who names neither may know only the older one: many a supergraph drops an error that comes in
    the newer media type.
    """
    if len(header) > _LONGEST_LIST:
        raise AskDifferently("NOT_ACCEPTABLE", f"Accept: at most {_LONGEST_LIST} characters")
    liking = likings(header or "*/*")
    anything = max(liking.get(name, 0.0) for name in _ANYTHING)
    response, legacy = (liking.get(name, anything) for name in (RESPONSE_JSON, LEGACY_JSON))
    parts = _parts(header, liking)
    if not (response or legacy or parts):
        raise AskDifferently("NOT_ACCEPTABLE", f"Accept: {', '.join(_WRITTEN)}")
    newer = response > legacy or (response == legacy and (RESPONSE_JSON in liking or not response))
    alone = parts is not None and parts.framing is Framing.EVENTS and not (response or legacy)
    return Accepts(RESPONSE_JSON if newer else LEGACY_JSON, parts, events_alone=alone)


def _parts(header: str, liking: Mapping[str, float]) -> Delivery | None:
    """The framing that is liked best, multipart/mixed before events, in a shape that it allows."""
    for framing in sorted(Framing, key=lambda each: -liking.get(each, 0.0)):
        shape = _shape(header, framing)
        if shape is not None and liking.get(framing, 0.0) > 0:
            return Delivery(framing, shape)
    return None


def _shape(header: str, framing: Framing) -> PartsFormat | None:
    """The shape by ids if any part of the header asks for it, else by path if any allows that."""
    found = set()
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name == framing:
            found.add(dialect_of(parameters))
    return next((each for each in (PartsFormat.BY_ID, PartsFormat.BY_PATH) if each in found), None)


def likings(header: str) -> dict[str, float]:
    """What an Accept header names, each with its weight, from 0 to 1 (RFC 9110, 12.4.2)."""
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
        found[name] = max(found.get(name, 0.0), _weight(weights[0]) if weights else 1.0)
    return found


def _weight(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 0.0


class SentHeaders:
    """A request's headers: each by its name in lower case, with its values in their order."""

    def __init__(self, request: HttpRequest) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in request.scope["headers"]:
            self._values.setdefault(name, []).append(value)

    def only(self, header: str) -> str | None:
        """The header's one value; none where it was sent twice, so that no half is trusted."""
        values = self._values.get(header.encode(), ())
        return values[0].decode("latin-1") if len(values) == 1 else None

    def all_of(self, header: str) -> str:
        """The values of a header that may be sent several times, as one list (RFC 9110, 5.3)."""
        return b", ".join(self._values.get(header.encode(), ())).decode("latin-1")

    def first(self, header: str, default: str) -> str:
        """The first of the header's values, or this where it was not sent."""
        values = self._values.get(header.encode())
        return values[0].decode("latin-1") if values else default


async def read(request: HttpRequest, sent: SentHeaders, max_body: int) -> Request:
    """The GraphQL request of a POST; AskDifferently says what is wrong with it."""
    _refuse_media_type(sent.all_of("content-type"))
    _refuse_coding(sent.all_of("content-encoding"))
    # The parser takes digits only; more of them than Python converts are refused before it.
    if int(sent.first("content-length", "0")) > max_body:
        raise _too_large(max_body)  # else a client that waits to be let on would send it all
    body = await _body(request, max_body)
    fields = _json(body.removeprefix(BOM_UTF8))
    if not isinstance(fields, dict):
        raise AskDifferently("BODY_INVALID", "the body must be one JSON object")
    id_, client = named_document(fields), request.client
    return Request(
        query=_text(fields, "query", optional=id_ is not None),
        variables=_object(fields, "variables"),
        operation_name=_text(fields, "operationName", optional=True) or None,
        authorization=sent.only("authorization"),
        dpop=sent.only("dpop"),
        certificate=request.scope.get("extensions", {}).get(CERTIFICATE, {}).get("thumbprint"),
        peer=network_of(client.host) if client else "",
        document_id=id_,
    )


def _json(body: bytes) -> Any:
    """The body as JSON; a key that stands twice in an object would be read as either by others."""
    if body.count(b"[") + body.count(b"{") > _MOST_PARTS:
        raise AskDifferently(
            "BODY_INVALID", f"the body has more than {_MOST_PARTS} objects and lists"
        )
    try:
        fields = orjson.loads(body)
        if not _is_written_so(fields, body):
            json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise AskDifferently("BODY_INVALID", "the body is not JSON in UTF-8") from None
    return fields


def _is_written_so(fields: Any, body: bytes) -> bool:
    """Whether the fields, written again, are this body: then no key stands twice in it."""
    try:
        return orjson.dumps(fields) == body
    except TypeError:  # nested too deeply to be written
        return False


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise AskDifferently("BODY_INVALID", "the body has a key twice in one object")


@lru_cache(maxsize=256)
def _refuse_media_type(header: str) -> None:
    known = header[:_LONGEST_LIST]
    name, *parameters = (piece.strip().lower() for piece in known.split(";"))
    charsets = {p.removeprefix("charset=").strip('"') for p in parameters if "charset=" in p}
    if name != LEGACY_JSON or known != header or charsets - {"utf-8", "utf8"}:
        raise AskDifferently("MEDIA_TYPE_UNSUPPORTED", f"Content-Type: use {LEGACY_JSON} in UTF-8")


def _refuse_coding(header: str) -> None:
    """Refuse a compressed body: a small one could hold very much."""
    if header.strip().lower() not in ("", "identity"):
        raise AskDifferently(
            "MEDIA_TYPE_UNSUPPORTED", "Content-Encoding: leave it out, and send the body as it is"
        )


async def _body(request: HttpRequest, max_body: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body:
            raise _too_large(max_body)
    return bytes(body)


def _too_large(max_body: int) -> AskDifferently:
    return AskDifferently("BODY_TOO_LARGE", f"the body has at most {max_body} bytes")


def _text(fields: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
    value = fields.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str):
        raise AskDifferently("BODY_INVALID", f"{name}: must be a text")
    return value


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AskDifferently("BODY_INVALID", f"{name}: must be an object")
    return value
