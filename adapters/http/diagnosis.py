"""Why an HTTP answer could not be read: which key of the manifest, and what came instead."""

from typing import Final, TypeVar

from adapters.contract.contract import FAILURES, Failure, Malformed
from adapters.contract.frozen import replace
from adapters.expressions.language import Readable
from adapters.expressions.shape import shape_of
from adapters.http.operation import HttpOperation
from adapters.http.verdict import Answer
from adapters.network.http_request import HttpAnswer

T = TypeVar("T")

# Which key of an operation reads what the rule is about.
_KEYS: Final = {"records": "records", "total": "total", "page": "page.next", "status": "absent"}
_MEDIA_TYPES: Final = frozenset(
    {
        "application/fhir+json",
        "application/json",
        "application/octet-stream",
        "application/problem+json",
        "application/soap+xml",
        "application/xml",
        "text/csv",
        "text/html",
        "text/json",
        "text/plain",
        "text/xml",
    }
)


def unread(failure: Malformed, operation: HttpOperation, answer: Answer) -> Malformed:
    """`failure` with the expression that could not read `answer`, and what it met there."""
    if failure.place:
        return failure
    key = _KEYS.get(failure.rule, "")
    expression = _expression(operation, key)
    place = _place(operation, key if expression is not None else "")
    read = frozenset({"body"}) if expression is None else expression.roots
    shape = f"status {answer.status}; {shape_of(answer.scope, read - {'status'})}"
    return replace(failure, place=place, shape=failure.shape or shape)


def undecoded(found: T, answer: HttpAnswer) -> T | Malformed:
    """`found`; where not even a document came, with what came instead."""
    if not isinstance(found, Malformed) or found.shape:
        return found
    return replace(found, shape=outline(answer))


def outline(answer: HttpAnswer) -> str:
    """Status, media type and size of an answer."""
    said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    kind = said if said in _MEDIA_TYPES else "another media type" if said else "no media type"
    return f"status {answer.status}, {kind}, {len(answer.body)} bytes{_text_of(answer.body)}"


def _text_of(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return ", no UTF-8"
    return ""


def asked_at(reply: T, place: str) -> T | Failure:
    """`reply`; a failure with the key of the manifest that asked, unless it names one."""
    if not isinstance(reply, FAILURES) or reply.place:
        return reply
    return replace(reply, place=place)


def _expression(operation: HttpOperation, key: str) -> Readable | None:
    match key:
        case "":
            return None
        case "page.next":
            return operation.paging.next
        case _:
            found: Readable | None = getattr(operation, key)
            return found


def _place(operation: HttpOperation, key: str) -> str:
    return ".".join(filter(None, ("operation", operation.operation.name, key)))
