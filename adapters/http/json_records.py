"""Where a JSON answer has its records and a record its items, as the manifest says."""

from typing import Any

from adapters.contract.contract import Malformed
from adapters.expressions.jmespath_expression import UnreadableError
from adapters.http.dialect import FoundDocuments
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.verdict import JsonAnswer
from adapters.mapping.beside.more import says_more
from adapters.mapping.beside.quiet import is_quiet
from adapters.mapping.beside.told import ToldBeside


def found_in(answer: JsonAnswer, operation: HttpOperation) -> FoundDocuments | Malformed:
    """The list of objects that `records` gives, and the number that `total` gives."""
    try:
        scope = answer.scope
        documents = operation.records.read(scope) if operation.records else None
        total = operation.total.read(scope) if operation.total else 0
    except UnreadableError:
        return Malformed("records")
    if not isinstance(documents, list):
        return Malformed("records")
    for one in documents:
        if not isinstance(one, dict):
            return Malformed("records")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        return Malformed("total")
    return FoundDocuments(documents, total)


def items_in(answer: JsonAnswer, detail: HttpDetail) -> list[Any] | None:
    """The items of a detail's answer, all that came where the manifest does not say."""
    if detail.items is None:
        return answer.body if isinstance(answer.body, list) else [answer.body]
    try:
        items = detail.items.read(answer.scope)
    except UnreadableError:
        return None
    return items if isinstance(items, list) else None


def said_twice(answer: Any, *, as_read: bool = False) -> Malformed | None:
    """What an answer without records is where one of its keys stands twice: the first was lost.

    It is read again for this, unless its body is still `as_read`.
    """
    doubled = isinstance(answer, JsonAnswer) and answer.has_doubled_key(as_read=as_read)
    return Malformed("doubled_key") if doubled else None


def is_quiet_in(answer: Any, operation: HttpOperation) -> bool:
    """Whether an answer says nothing beside what the operation reads; False where it may."""
    return isinstance(answer, JsonAnswer) and is_quiet(answer.headers, answer.body, operation.quiet)


def more_in(_answer: JsonAnswer, beside: ToldBeside, received: int) -> bool | None:
    """Whether the answer says that there are more than the `received` records so far."""
    return says_more(beside, received)
