"""What an HTTP answer means before any mapping: a JSON object to read, or a Reply that ends it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol

import orjson

from adapters.contract.contract import Failure, Fault, Malformed, Refused, Unavailable
from adapters.http.exchange import HttpAnswer

DEEPEST: Final = 48  # levels of JSON; the deepest FHIR sample has under 20
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_LONGEST_WAIT_S: Final = 3600.0
REFUSED: Final = frozenset({401, 403})
_BUSY: Final = 429
_SERVER_ERROR: Final = 500
_REDIRECTS: Final = range(300, 400)


class Answer(Protocol):
    """An answer that can be read: `scope` is what the expressions of an operation are read from.

    `failure` is what it comes to where none of the manifest's own expressions says otherwise.
    """

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, their names in lower case."""
        ...

    @property
    def scope(self) -> Any:
        """The document that expressions see."""
        ...

    @property
    def failure(self) -> Failure | None:
        """What went wrong, if the answer says so."""
        ...


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A JSON object that came with `status`, which is 2xx or one of the other 4xx."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]
    failure: Failure | None = None

    @property
    def scope(self) -> dict[str, Any]:
        """What the expressions of an operation are read from."""
        return {"status": self.status, "headers": self.headers, "body": self.body}


def judge(answer: HttpAnswer, now: datetime) -> JsonAnswer | Failure:
    """The object in the answer, or why there is none."""
    by_status = judge_status(answer, now)
    if by_status is not None:
        return by_status
    body = json_object(answer)
    if isinstance(body, Malformed):
        return body
    return JsonAnswer(answer.status, answer.headers, body)


def judge_status(answer: HttpAnswer, now: datetime) -> Failure | None:
    """What the status alone decides; None if the body is to be read."""
    if answer.status in REFUSED:
        return Refused()
    if answer.status == _BUSY:
        return Unavailable(Fault.BUSY, retry_after(answer.headers, now), _BUSY)
    if answer.status >= _SERVER_ERROR:
        wait_s = retry_after(answer.headers, now)
        return Unavailable(Fault.SERVER_ERROR, wait_s, answer.status)
    return Malformed("redirect") if answer.status in _REDIRECTS else None


def json_object(answer: HttpAnswer) -> dict[str, Any] | Malformed:
    """The body as a JSON object, or the rule it broke."""
    if not answer.body.strip():
        return Malformed("empty")
    if not _is_json(answer.headers.get("content-type", "")):
        return Malformed("content_type")
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return Malformed("json")
    if not isinstance(body, dict):
        return Malformed("object")
    return Malformed("depth") if _too_deep(answer.body, body) else body


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("application/") and kind.endswith(("/json", "+json", "/json+fhir"))


def _too_deep(written: bytes, document: Any) -> bool:
    # Taking innermost pairs off the bare brackets is cheap; only brackets inside texts, or real
    # depth, leave some, and then the document is walked level by level, never by recursion.
    brackets = written.translate(None, delete=_NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets) and _deeper_than_allowed(document)


def _deeper_than_allowed(document: Any) -> bool:
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [item for parent in level for item in _containers(parent)]
        if not level:
            return False
    return True


def _containers(parent: Any) -> list[Any]:
    items = parent.values() if isinstance(parent, dict) else parent
    return [item for item in items if isinstance(item, dict | list)]


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the agency asks us to wait (RFC 9110, section 10.2.3), at most an hour."""
    text = headers.get("retry-after", "").strip()
    try:
        wait = (
            float(text) if text.isdigit() else (parsedate_to_datetime(text) - now).total_seconds()
        )
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT_S) if math.isfinite(wait) else None
