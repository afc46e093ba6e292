"""What one HTTP kind knows that no other does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from adapters.contract.contract import Failure, Malformed, MoreNeeded, Unread
from adapters.contract.frozen import plainly_made
from adapters.http.operation import HttpDetail, HttpOperation
from adapters.http.request import RequestParts
from adapters.http.verdict import Answer, JsonAnswer
from adapters.mapping.beside.told import ToldBeside
from adapters.mapping.beside.trouble import says_trouble
from adapters.network.http_request import HttpAnswer, HttpRequest

_NOTHING: Final = ToldBeside()


@plainly_made
@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """The documents of an answer; `total` is what the agency says it has.

    `more`: there may be more than these; `unread` is why. `partial`: the answer itself says that
    it is not all, or not of all. `beside` is what it tells besides these; `quiet`: that is nothing.
    """

    documents: list[Any]
    total: int | None = None
    more: bool = False
    unread: Unread | None = None
    partial: bool = False
    beside: ToldBeside = field(default=_NOTHING, compare=False)
    quiet: bool = field(default=False, compare=False)


def told_beside(answer: Any, documents: Collection[Any]) -> ToldBeside:
    """What an answer tells beside its `documents`."""
    body = answer.body if isinstance(answer, JsonAnswer) else answer.scope
    return ToldBeside(answer.headers, body, documents)


def troubled(_answer: Any, operation: HttpOperation, beside: ToldBeside) -> bool:
    """Whether an answer says beside its records that it failed, in words not read elsewhere."""
    return says_trouble(beside, operation.verdicts)


@plainly_made
@dataclass(frozen=True, slots=True)
class Dialect:
    """What one HTTP kind knows: how to ask, what an answer is, and where its documents are.

    `more` is what an answer says, beside its records, of there being more than so many, and
    `doubts` whether it says, beside them, that it failed or did not look everywhere.
    `bodies_at` are error statuses whose body says more.
    """

    accept: str
    request: Callable[[HttpOperation, RequestParts], HttpRequest | MoreNeeded]
    judge: Callable[[HttpAnswer, datetime], Answer | Failure]
    find: Callable[[Any, HttpOperation], FoundDocuments | Malformed]
    items: Callable[[Any, HttpDetail], list[Any] | None]
    more: Callable[[Any, ToldBeside, int], bool | None]
    bodies_at: frozenset[int] = frozenset()
    doubts: Callable[[Any, HttpOperation, ToldBeside], bool] = troubled
