"""What an HTTP answer means before any mapping: a JSON object to read, or a Reply that ends it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol

from adapters.contract.contract import Failure, Fault, Malformed, Refused, Unavailable
from adapters.contract.frozen import plainly_made
from adapters.expressions.json_document import has_doubled_key, parse_json
from adapters.expressions.text_encoding import charset_of
from adapters.network.http_request import HttpAnswer

_UNTYPED: Final = frozenset({"", "text/plain"})
_MARKS_AND_SPACES: Final = b"\xef\xbb\xbf\xfe\xff \t\r\n"
_LONGEST_WAIT_S: Final = 3600.0
_OLDEST_S: Final = 2**31  # seconds, about 68 years: what a cache says of more (RFC 9111, 1.2.2)
_LONGEST_AGE: Final = 15  # digits
_CLOCKS_APART_S: Final = 600.0
REFUSED: Final = frozenset({401, 403})
_OK: Final = 200
_JSON: Final = "application/json"
_BUSY: Final = 429
_SERVER_ERROR: Final = 500
_REDIRECTS: Final = range(300, 400)
_WELL: Final = range(200, 300)
_PROBLEM: Final = "application/problem+json"  # says of an error (RFC 9457), whatever the status


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
    def length(self) -> int:
        """How many bytes it was read from."""
        ...

    @property
    def scope(self) -> Any:
        """The document that expressions see."""
        ...

    @property
    def failure(self) -> Failure | None:
        """What went wrong, if the answer says so."""
        ...


@plainly_made
@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A JSON object, or list, that came with `status`, which is 2xx or one of the other 4xx.

    `written` are the bytes that it was read from.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    failure: Failure | None = None
    written: bytes = field(default=b"", repr=False)

    @property
    def length(self) -> int:
        """How many bytes it was read from."""
        return len(self.written)

    def has_doubled_key(self, *, as_read: bool) -> bool:
        """Whether it says something twice, so that the first was lost.

        `as_read`: nothing was put into its body since.
        """
        kind = self.headers.get("content-type", "")
        charset = None if kind == _JSON else charset_of(kind)
        return has_doubled_key(self.written, charset, self.body if as_read else None)

    @property
    def scope(self) -> dict[str, Any]:
        """What the expressions of an operation are read from."""
        return {"status": self.status, "headers": self.headers, "body": self.body}


def judge(answer: HttpAnswer, now: datetime) -> JsonAnswer | Failure:
    """The object in the answer, or why there is none."""
    found = judge_document(answer, now)
    if isinstance(found, JsonAnswer) and not isinstance(found.body, dict):
        return Malformed("object")
    return found


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


def judge_document(answer: HttpAnswer, now: datetime) -> JsonAnswer | Failure:
    """The object or list in the answer, or why there is none."""
    if answer.status != _OK:
        by_status = judge_status(answer, now)
        if by_status is not None:
            return by_status
    body = _json(answer)
    if isinstance(body, Malformed):
        return body
    return JsonAnswer(answer.status, answer.headers, body, written=answer.body)


def _json(answer: HttpAnswer) -> Any:
    kind = answer.headers.get("content-type", "")
    if kind == _JSON:
        return parse_json(answer.body)
    if answer.body.strip() and not _may_be_json(kind, answer.body):
        return Malformed("content_type")
    if answer.status in _WELL and media_type(kind) == _PROBLEM:
        return Malformed("content_type")
    return parse_json(answer.body, charset_of(kind))


def media_type(content_type: str) -> str:
    """The type alone, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _may_be_json(content_type: str, body: bytes) -> bool:
    kind = media_type(content_type)
    if kind.startswith("application/") and kind.endswith(("/json", "+json", "/json+fhir")):
        return True
    # Without a type, or as plain text, it is JSON if it begins like it; a page never is.
    return kind == "text/json" or (kind in _UNTYPED and _begins_like_json(body))


def _begins_like_json(body: bytes) -> bool:
    return body.replace(b"\0", b"").lstrip(_MARKS_AND_SPACES)[:1] in (b"{", b"[")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the agency asks us to wait (RFC 9110, section 10.2.3), at most an hour."""
    text = headers.get("retry-after", "").strip()
    try:
        wait = (
            float(text) if text.isdigit() else (parsedate_to_datetime(text) - now).total_seconds()
        )
    except (ValueError, TypeError, OverflowError, IndexError):  # whatever year it says
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT_S) if math.isfinite(wait) else None


def cached_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a cache between got the answer, by its `Age` (RFC 9111, section 5.1); None without one.

    Of several the oldest counts. An age that cannot be read is taken for the oldest there is. A
    cache that says none still keeps the agency's `Date`: the answer is as old as that (section
    4.2.3, apparent age), unless the two clocks are as far apart as clocks may be.
    """
    if "age" not in headers:
        return _dated(headers.get("date", ""), now)
    told = [one.strip() for one in headers["age"].split(",")]
    whole = all(one.isascii() and one.isdigit() and len(one) <= _LONGEST_AGE for one in told)
    age_s = max(map(int, told)) if whole else _OLDEST_S
    return now - timedelta(seconds=min(age_s, _OLDEST_S))


def _dated(date: str, now: datetime) -> datetime | None:
    try:
        dated = parsedate_to_datetime(date)
        return dated if (now - dated).total_seconds() > _CLOCKS_APART_S else None
    except (ValueError, TypeError):
        return None
