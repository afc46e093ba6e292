"""Whether a source is seen to find anybody: only then does it prove something that it finds nobody.

A source that answers "no such child" to everybody looks in every other way like one that works. So
its emptiness counts only for as long as it was seen to find a child by the same operation and keys:
one whose record is certain, or the test child that the operator or the agency names (ADR 0029).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.contract import (
    Malformed,
    NoRecord,
    OnBehalf,
    OperationCard,
    Question,
    Records,
    Reply,
    TooMany,
)
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier
from gateway.fanout.coalesce import CallResult, Coalescer
from gateway.fanout.limits import SourceLimits, SourceRequest
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock

PROOF_LASTS_S: Final = 86_400.0
ASKED_AGAIN_S: Final = 3_600.0  # a day is the longest that a source may be wrong of everybody
_TRIED_AGAIN_S: Final = 30.0
# The answer that waits for it is the question's: what is late must not make that one late.
_SHARE: Final = 0.9


@plainly_made
@dataclass(frozen=True, slots=True)
class Way:
    """One operation as it was asked: by these keys and no other."""

    operation: str
    by: frozenset[str]


@dataclass(slots=True)
class _Seen:
    # On the monotonic clock: when somebody was found so, and when the test child was asked for.
    found_at: float = float("-inf")
    tried_at: float = float("-inf")
    missed: bool = False


class ProofOfLife:
    """By which ways one source was seen to find somebody, and how long ago.

    It holds names of operations and keys, and nothing of a child.
    """

    def __init__(self, source: RegisteredSource, limits: SourceLimits, clock: Clock) -> None:
        self._source = source
        self._limits = limits
        self._now = clock.monotonic
        self._wall = clock.now
        self._seen: dict[Way, _Seen] = {}
        self._flights: Coalescer[Way] = Coalescer(0.0, clock.monotonic)

    def found(self, way: Way) -> None:
        """A child was found this way, whose record is certain."""
        self._of(way).found_at = self._now()

    async def stands(
        self, card: OperationCard, by: frozenset[str], on_behalf: OnBehalf, until: float
    ) -> bool:
        """Whether the source finds somebody this way; its test child is asked for where needed.

        That takes most of the time `until` at most, and one call for everybody who waits for it.
        """
        way = Way(card.name, by)
        seen, person = self._of(way), self._source.test_child(card.name, by)
        if person is not None and self._is_due(seen):
            await self._ask(way, person, on_behalf, self._most_of(until))
        return not seen.missed and self._now() - seen.found_at < PROOF_LASTS_S

    def _of(self, way: Way) -> _Seen:
        seen = self._seen.get(way)
        if seen is None:
            seen = self._seen[way] = _Seen()
        return seen

    def _is_due(self, seen: _Seen) -> bool:
        now = self._now()
        young = not seen.missed and now - seen.found_at < ASKED_AGAIN_S
        return not young and now - seen.tried_at >= _TRIED_AGAIN_S

    def _most_of(self, until: float) -> float:
        now = self._now()
        return now + _SHARE * (until - now)

    async def _ask(
        self, way: Way, person: Mapping[str, str], on_behalf: OnBehalf, until: float
    ) -> None:
        async def bring() -> CallResult:
            behalf = replace(on_behalf, test_child=True)
            question = Question(way.operation, person, frozenset(), 0.0, behalf)
            request = SourceRequest(question, until)
            reply = await self._limits.ask(request)
            self._heard(way, person, reply)
            return CallResult(reply, self._wall(), behalf.log_index, request.sent.times)

        try:
            async with asyncio.timeout(max(0.0, until - self._now())):
                await self._flights.brought(way, until, bring, lambda _: False)
        except TimeoutError:
            return  # what was known before stands

    def _heard(self, way: Way, person: Mapping[str, str], reply: Reply) -> None:
        """Take down what the source said; a failure says nothing of whom it finds."""
        seen = self._of(way)
        seen.tried_at = self._now()
        if isinstance(reply, Records) and _bears(reply, person):
            seen.found_at, seen.missed = self._now(), False
        elif isinstance(reply, Records | NoRecord | TooMany):
            seen.missed = True
            self._limits.failures.note([Malformed("test_child", f"operation.{way.operation}")])


def _bears(reply: Records, person: Mapping[str, str]) -> bool:
    """Whether one of the records has the very numbers that were asked for."""
    numbers = {Identifier(key, person[key]) for key in CHILD_NUMBERS & person.keys()}
    return any(numbers <= {*record.identifiers} for record in reply.records)
