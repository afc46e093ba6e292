"""The kind `rest`: JSON over HTTP, its records wherever the manifest's `records` says."""

from typing import Any

from adapters.contract import Malformed, MoreNeeded
from adapters.dialect import Dialect, Found
from adapters.expression import UnreadableError
from adapters.http_exchange import HttpRequest
from adapters.http_judgement import JsonAnswer, judge
from adapters.http_operation import HttpDetail, HttpOperation
from adapters.http_request import Asking, request_for


def found_in(answer: JsonAnswer, operation: HttpOperation) -> Found | Malformed:
    """The list of objects that `records` gives, and the number that `total` gives."""
    try:
        documents = operation.records.read(answer.scope) if operation.records else None
        total = operation.total.read(answer.scope) if operation.total else 0
    except UnreadableError:
        return Malformed("records")
    if not isinstance(documents, list) or not all(isinstance(one, dict) for one in documents):
        return Malformed("records")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        return Malformed("total")
    return Found(documents, total)


def items_in(answer: JsonAnswer, detail: HttpDetail) -> list[Any] | None:
    """The items of a detail's answer, the whole object where the manifest does not say."""
    if detail.items is None:
        return [answer.body]
    try:
        items = detail.items.read(answer.scope)
    except UnreadableError:
        return None
    return items if isinstance(items, list) else None


def request_to(operation: HttpOperation, asking: Asking) -> HttpRequest | MoreNeeded:
    """Path, query and JSON body as the manifest has them."""
    return request_for(operation.operation, asking)


REST = Dialect("application/json", request_to, judge, found_in, items_in)
