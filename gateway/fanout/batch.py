"""Questions about several children that start together go to their source in one call."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.contract import (
    Malformed,
    NoRecord,
    OperationCard,
    Records,
    Reply,
    TooMany,
    Unread,
    settled,
)
from adapters.contract.frozen import replace
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.limits import SourceLimits, SourceRequest
from gateway.fanout.sources import RegisteredSource

_FEWEST: Final = 2  # children in one call
_MISSED: Final = "test_child"


@dataclass(frozen=True, slots=True)
class BatchKey:
    """What must be equal for questions to go in one call: by whose right, how, and for what."""

    right: AccessRight
    operation: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """How a source is asked about several children in one call: about at most `most` of them.

    Its own test child, if there is one and room for her, is asked for last.
    """

    most: int
    test_child: Mapping[str, str] | None = None

    @property
    def goes_along(self) -> bool:
        """Whether the test child goes along: there must be room for two others."""
        return self.test_child is not None and self.most > _FEWEST

    @property
    def room(self) -> int:
        """How many children of questions there is room for."""
        return self.most - self.goes_along

    def last(self, first: SourceRequest) -> tuple[SourceRequest, ...]:
        """The request for the test child, on behalf of the first of the others."""
        if not self.goes_along or self.test_child is None:
            return ()
        asked = first.question
        behalf = replace(asked.on_behalf, test_child=True)
        question = replace(asked, given=self.test_child, on_behalf=behalf)
        return (SourceRequest(question, first.until),)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What a call brought for one question; `alone` if nobody else was asked about in it."""

    reply: Reply
    alone: bool


@dataclass(slots=True)
class _Call:
    # Whoever goes in it, in order, and how many of them wait for what it brings.
    terms: BatchTerms
    wanted: list[SourceRequest] = field(default_factory=list)
    waiting: int = 0
    task: asyncio.Task[tuple[Reply, ...]] | None = None


class Batcher:
    """The calls to one source that others may still join.

    Questions of one request start in the same turn of the loop; a call begins in the next one, so
    nobody waits for company that may never come. What starts later is asked by itself.
    """

    def __init__(self, source_limits: SourceLimits) -> None:
        self._limits = source_limits
        self._open: dict[BatchKey, _Call] = {}

    async def ask(self, together: BatchKey, wanted: SourceRequest, terms: BatchTerms) -> BatchReply:
        """The reply to this question, from a call about as many children as the terms allow.

        The call goes on until nobody waits for it any more.
        """
        call = self._open.get(together)
        if call is None or call.task is None or len(call.wanted) == terms.room:
            call = self._open[together] = _Call(terms)
            call.task = asyncio.create_task(self._called(together, call))
        call.wanted.append(wanted)
        place = len(call.wanted) - 1
        reply = (await self._landed(together, call, call.task))[place]
        return BatchReply(reply, alone=len(call.wanted) < _FEWEST)

    async def _called(self, together: BatchKey, call: _Call) -> tuple[Reply, ...]:
        self._close(together, call)
        every = tuple(call.wanted)
        if len(every) < _FEWEST:
            return await self._limits.ask_all(every)
        last = call.terms.last(every[0])
        replies = await self._limits.ask_all((*every, *last))
        if last and settled(replies[-1]) and isinstance(replies[-1], NoRecord | TooMany):
            self._limits.failures.note(
                [Malformed(_MISSED, f"operation.{together.operation}.batch")]
            )
        return as_far_as_found(replies)

    async def _landed(
        self, together: BatchKey, call: _Call, task: asyncio.Task[tuple[Reply, ...]]
    ) -> tuple[Reply, ...]:
        call.waiting += 1
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if call.waiting == 1 and not task.done():
                self._close(together, call)
                task.cancel()
                await asyncio.wait([task])
            raise
        finally:
            call.waiting -= 1

    def _close(self, together: BatchKey, call: _Call) -> None:
        """Let nobody join any more."""
        if self._open.get(together) is call:
            del self._open[together]


def as_far_as_found(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """The replies of one call; an absence is believed only before somebody who was found.

    A system that knows nobody when it is asked so, that looks up the first number alone or the
    first few, says of all the others what a whole answer says: that they are not there.
    """
    found = [place for place, reply in enumerate(replies) if _has_records(reply)]
    last = max(found, default=-1)
    return tuple(
        replace(reply, whole=False, unread=Unread.TOGETHER)
        if isinstance(reply, NoRecord) and place > last
        else reply
        for place, reply in enumerate(replies)
    )


def _has_records(reply: Reply) -> bool:
    return isinstance(reply, Records) and bool(reply.records)


def may_go_together(source: RegisteredSource, card: OperationCard, right: AccessRight) -> bool:
    """Whether other children may be asked about in the same call.

    Never where a read has effects or decides on a shield, nor of a sensitive kind, nor in an
    emergency, which is about one child.
    """
    if card.at_once == 1 or source.adapter.several is None or source.has_effects:
        return False
    return not (source.sensitive or source.in_shield_set or right.in_emergency)
