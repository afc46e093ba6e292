"""What a client sends, read within bounds: a body, and what the client accepts in return."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request as HttpRequest

from gateway.errors import AskDifferently
from gateway.planning import Request

RESPONSE_JSON: Final = "application/graphql-response+json"
LEGACY_JSON: Final = "application/json"
MULTIPART: Final = "multipart/mixed"
_ANYTHING: Final = frozenset({"*/*", "application/*", ""})


@dataclass(frozen=True, slots=True)
class Accepts:
    """The media type of the response, and whether it may come in parts."""

    media_type: str
    parts: bool

    @property
    def legacy(self) -> bool:
        """Whether a GraphQL request error is answered 200, as application/json clients expect."""
        return self.media_type == LEGACY_JSON


def accepts(header: str | None) -> Accepts:
    """What an Accept header allows; AskDifferently if it allows nothing that the gateway writes."""
    offered = [part.split(";")[0].strip().lower() for part in (header or "").split(",")]
    parts = MULTIPART in offered
    if RESPONSE_JSON in offered or _ANYTHING & {*offered}:
        return Accepts(RESPONSE_JSON, parts)
    if LEGACY_JSON in offered:
        return Accepts(LEGACY_JSON, parts)
    if parts:
        return Accepts(RESPONSE_JSON, parts)
    raise AskDifferently("NOT_ACCEPTABLE", f"Accept: {RESPONSE_JSON}, {LEGACY_JSON} or {MULTIPART}")


async def read(request: HttpRequest, max_body: int) -> Request:
    """The GraphQL request of a POST; AskDifferently says what is wrong with it."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != LEGACY_JSON:
        raise AskDifferently("MEDIA_TYPE_UNSUPPORTED", f"Content-Type: use {LEGACY_JSON}")
    body = await _body(request, max_body)
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise AskDifferently("BODY_INVALID", "the body is not JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise AskDifferently("BODY_INVALID", "the body must be one JSON object")
    return Request(
        query=_text(fields, "query"),
        variables=_object(fields, "variables"),
        operation_name=_text(fields, "operationName", optional=True) or None,
        authorization=request.headers.get("authorization"),
    )


async def _body(request: HttpRequest, max_body: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body:
            raise AskDifferently("BODY_TOO_LARGE", f"the body has at most {max_body} bytes")
    return bytes(body)


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
