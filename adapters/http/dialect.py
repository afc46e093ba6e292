"""What one HTTP kind knows that no other does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.contract.contract import Failure, Malformed, MoreNeeded, Unread
from adapters.http.exchange import HttpAnswer
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.request import RequestParts
from adapters.http.verdict import Answer, JsonAnswer
from adapters.mapping.beside.trouble import says_trouble
from adapters.network.http_request import HttpRequest


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """The documents of an answer; `total` is what the agency says it has.

    `more`: there may be more than these; `unread` is why. `partial`: the answer itself says that
    it is not all, or not of all.
    """

    documents: list[Any]
    total: int | None = None
    more: bool = False
    unread: Unread | None = None
    partial: bool = False


def troubled(answer: Any, operation: HttpOperation, documents: Collection[Any]) -> bool:
    """Whether an answer says beside its `documents` that it failed, in words not read elsewhere."""
    body = answer.body if isinstance(answer, JsonAnswer) else answer.scope
    return says_trouble(answer.headers, body, documents, operation.verdicts)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one HTTP kind knows: how to ask, what an answer is, and where its documents are.

    `more` is what an answer says, beside these records, of there being more than so many, and
    `doubts` whether it says, beside them, that it failed or did not look everywhere.
    `bodies_at` are error statuses whose body says more.
    """

    accept: str
    request: Callable[[HttpOperation, RequestParts], HttpRequest | MoreNeeded]
    judge: Callable[[HttpAnswer, datetime], Answer | Failure]
    find: Callable[[Any, HttpOperation], FoundDocuments | Malformed]
    items: Callable[[Any, HttpDetail], list[Any] | None]
    more: Callable[[Any, Collection[Any], int], bool | None]
    bodies_at: frozenset[int] = frozenset()
    doubts: Callable[[Any, HttpOperation, Collection[Any]], bool] = troubled
