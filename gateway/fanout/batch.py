"""Questions about several children that start together go to their source in one call."""

import asyncio
from dataclasses import dataclass, field

from adapters.contract.contract import OperationCard, Reply
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.limits import SourceLimits, SourceRequest
from gateway.fanout.sources import RegisteredSource


@dataclass(frozen=True, slots=True)
class BatchKey:
    """What must be equal for questions to go in one call: by whose right, how, and for what."""

    right: AccessRight
    operation: str
    fields: frozenset[str]


@dataclass(slots=True)
class _Call:
    # Whoever goes in it, in order, and how many of them wait for what it brings.
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

    async def ask(self, together: BatchKey, wanted: SourceRequest, most: int) -> Reply:
        """The reply to this question, from a call about at most `most` children.

        The call goes on until nobody waits for it any more.
        """
        call = self._open.get(together)
        if call is None or call.task is None or len(call.wanted) == most:
            call = self._open[together] = _Call()
            call.task = asyncio.create_task(self._called(together, call))
        call.wanted.append(wanted)
        place = len(call.wanted) - 1
        return (await self._landed(together, call, call.task))[place]

    async def _called(self, together: BatchKey, call: _Call) -> tuple[Reply, ...]:
        self._close(together, call)
        return await self._limits.ask_all(tuple(call.wanted))

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


def may_go_together(source: RegisteredSource, card: OperationCard, right: AccessRight) -> bool:
    """Whether other children may be asked about in the same call.

    Never where a read has effects or decides on a shield, nor of a sensitive kind, nor in an
    emergency, which is about one child.
    """
    if card.at_once == 1 or source.adapter.several is None or source.has_effects:
        return False
    return not (source.sensitive or source.in_shield_set or right.in_emergency)
