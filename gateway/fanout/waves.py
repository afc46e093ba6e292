"""Every source in scope asked at once, each answer as it arrives, nobody waiting for the slowest.

Wave 1 asks whoever can be asked with the caller's own details. Wave 2 asks the others with what
the first answers taught: by an identifier as soon as one is learned, by names only when wave 1 is
over or half the time is gone, and by the caller's postcode last of all, if the child is cleared.
For the circle, which alone decides on the shield, wave 1 is over once it is over for the circle.
Whoever found nothing by a number that an identity source has since replaced is asked again by the
new one. At the deadline whoever is left has timed out.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from adapters.contract.contract import NoRecord
from gateway.fanout.limits import CallCount
from gateway.fanout.order import Heard, Keys, Order, SourceAnswer
from gateway.fanout.plan import IDENTIFYING
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock

_TO_STOP_S: Final = 0.05  # closing a socket takes no time; a thread in a locked file takes seconds


class Waves:
    """One order under way: `running` tasks, `open` sources that may still be asked in wave 2.

    `doubted` are answers that found nothing by a number which may yet turn out to be replaced,
    `renewed` the sources asked again for that.
    """

    def __init__(
        self, order: Order, connections: Mapping[str, SourceConnection], clock: Clock
    ) -> None:
        self._order = order
        self._connections = connections
        self._clock = clock
        self._running: dict[asyncio.Task[SourceAnswer], str] = {}
        self._sent: dict[str, CallCount] = {}
        # Who waits for all tasks again at each arrival does so hundreds of times with hundreds.
        self._done: list[asyncio.Task[SourceAnswer]] = []
        self._arrival = asyncio.Event()
        self._open: dict[str, SourceAnswer | None] = {}
        self._doubted: dict[str, SourceAnswer] = {}
        self._renewed: set[str] = set()
        self._own_wave: set[str] = set()
        self._idle = False
        self._search: asyncio.Task[None] | None = None
        self._seen: dict[str, SourceAnswer] = {}
        self._first: dict[str, SourceAnswer] = {}
        self._superseding = {source for source in order.own if _supersedes(connections[source])}
        self._wave_two_from = (clock.monotonic() + order.until) / 2

    async def settle(self) -> AsyncIterator[SourceAnswer]:
        """Each answer as it stands; it ends at the deadline, or once nobody is to be waited for."""
        self._first_wave()
        if self._over_for_circle():
            return
        while self._running:
            for answered in await self._arrived():
                yield answered
            if self._overdue:
                break
            for answered in await self._undoubted():
                yield answered
            if await self._go_on() or (not self._running and await self._go_on_by_search()):
                return
        await self._end_search()
        if self._over_for_circle():
            return
        for answered in self._left():
            yield answered

    def _first_wave(self) -> None:
        for source, keys in self._order.own.items():
            if self._start(source, keys, before=None):
                self._own_wave.add(source)
            else:
                self._open[source] = None

    async def _go_on(self) -> bool:
        """Ask whoever may be asked now; whether the question is over with what was heard."""
        await self._second_wave({})
        if self._over_for_circle():
            return True
        if self._open and not self._running:
            await self._second_wave(self._order.give_back(self._seen))
        if self._half_gone:
            self._looks_again()
        return False

    async def _go_on_by_search(self) -> bool:
        """The same once a search is over that is under way: what it found may clear the child."""
        if self._search is None or self._search.done():
            return False
        await self._end_search()
        return not self._overdue and await self._go_on()

    @property
    def _overdue(self) -> bool:
        return self._clock.monotonic() >= self._order.until

    async def _searched(self, wanted: Mapping[str, Keys], hear: Heard) -> None:
        own, asking = self._order.own, self._order.asking
        if passed := {s: new for s, keys in wanted.items() if (new := _learned(keys, own[s]))}:
            await self._order.pass_on(passed)
        calls = (self._connections[s].search(k, asking[s], CallCount()) for s, k in wanted.items())
        hear(dict(zip(wanted, await asyncio.gather(*calls), strict=True)))

    async def _end_search(self) -> None:
        """Wait for the search until the deadline; whoever is late was not heard."""
        self._looks_again()
        while self._search is not None and not self._search.done():
            left_s = max(0.0, self._order.until - self._clock.monotonic())
            done, _ = await asyncio.wait({self._search}, timeout=left_s)
            if not done:
                return
            self._looks_again()

    async def cancel(self) -> None:
        """Stop what is under way; an adapter that will not stop is left behind, not waited for.

        Until it ends it keeps its place at its source, whose concurrency stays what it declared.
        """
        tasks: set[asyncio.Task[Any]] = {*self._running, *([self._search] if self._search else ())}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_TO_STOP_S)

    def _start(self, source: str, keys: Keys, before: SourceAnswer | None) -> bool:
        connection = self._connections[source]
        if not connection.route(keys, before):
            return False
        sent = self._sent[source] = CallCount()
        self._idle = self._idle and source not in self._order.circle
        others = self._order.disputed(self._seen) if self._seen else ()
        by = [keys, *({**keys, **other} for other in others if other.keys() <= keys.keys())]
        asking = connection.ask_by_each(by, self._order.asking[source], before, sent)
        task = asyncio.create_task(asking)
        self._running[task] = source
        task.add_done_callback(self._landed)
        return True

    def _landed(self, task: asyncio.Task[SourceAnswer]) -> None:
        self._done.append(task)
        self._arrival.set()

    async def _arrived(self) -> list[SourceAnswer]:
        now, until = self._clock.monotonic(), self._order.until
        first = now < self._wave_two_from and (self._open or self._doubted)
        left_s = max(0.0, (min(until, self._wave_two_from) if first else until) - now)
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                await self._arrival.wait()
        self._arrival.clear()
        done, self._done = self._done, []
        answers = [task.result() for task in done]
        for task in done:
            del self._running[task]
        for answered in answers:
            self._seen[answered.source] = answered
            self._first.setdefault(answered.source, answered)
        return [a for a in answers if not (self._may_be_replaced(a) or self._may_learn(a))]

    def _may_learn(self, answered: SourceAnswer) -> bool:
        if not self._connections[answered.source].may_ask_again(answered):
            return False
        self._open[answered.source] = answered
        return True

    def _may_be_replaced(self, answered: SourceAnswer) -> bool:
        """Whether nothing was found by a number that an identity source may have superseded."""
        source = answered.source
        nothing = isinstance(answered.reply, NoRecord) and bool(answered.searched_by & IDENTIFYING)
        final = source in self._renewed or self._half_gone
        if not nothing or final or self._connections[source].source.has_effects:
            return False
        if not self._superseding:
            return False
        self._doubted[source] = answered
        return True

    @property
    def _half_gone(self) -> bool:
        return self._clock.monotonic() >= self._wave_two_from

    def _over_for_circle(self) -> bool:
        """Tell once that the circle is idle; whether the question is over with that."""
        circle = self._order.circle
        if self._idle or not circle.isdisjoint((*self._running.values(), *self._doubted)):
            return False
        if self._looks_again():
            return False
        self._idle = True
        unasked = {s: self._connections[s].unasked() for s in circle}
        heard = {source: self._seen.get(source, unasked[source]) for source in circle}
        own = self._own_wave & circle
        first = {s: self._first.get(s, heard[s]) if s in own else unasked[s] for s in circle}
        return self._order.idle(heard, first)

    def _looks_again(self) -> bool:
        """Whether the shield set is being searched once more before the state is judged.

        A search that failed, as when it cannot be logged, fails the question; it is not repeated.
        """
        if self._search is not None and self._search.done():
            self._search.result()
        if self._search is None or self._search.done():
            wanted, hear = self._order.namesakes(self._seen)
            if wanted:
                self._search = asyncio.create_task(self._searched(wanted, hear))
                self._search.add_done_callback(lambda _: self._arrival.set())
        return self._search is not None and not self._search.done()

    async def _undoubted(self) -> list[SourceAnswer]:
        """Once nobody can replace a number, or half the time is gone: the answers that stand.

        The others are asked again, by the new number and from their first operation on.
        """
        if not self._doubted:
            return []
        if not self._half_gone and not self._superseding.isdisjoint(self._running.values()):
            return []
        taught = self._order.teach(self._seen)
        doubted, self._doubted = self._doubted, {}
        own = self._order.own
        again = {s: new for s in doubted if (new := _replaced(own[s], taught.get(s, {})))}
        self._renewed.update(again)
        if again:
            await self._order.pass_on({source: frozenset(new) for source, new in again.items()})
        for source, new in again.items():
            self._start(source, {**own[source], **new}, replace(doubted[source], tried=()))
        standing = [answered for source, answered in doubted.items() if source not in again]
        return [answered for answered in standing if not self._may_learn(answered)]

    async def _second_wave(self, given_back: Mapping[str, Keys]) -> None:
        if not self._open:
            return
        over = self._is_over(self._connections.keys())
        circle_over = self._is_over(self._order.circle)
        early = not self._order.heard_first & set(self._running.values())
        taught = self._order.teach(self._seen)
        starts: dict[str, Keys] = {}
        learned: dict[str, frozenset[str]] = {}
        for source, before in self._open.items():
            own = self._order.own[source]
            told, kept = taught.get(source, {}), given_back.get(source, {})
            keys: Keys = {**told, **own, **_replaced(own, told), **kept}
            route = self._connections[source].route(keys, before)
            may_search = circle_over if source in self._order.circle else over
            if route and (may_search or (early and route[0].needs & IDENTIFYING)):
                starts[source] = keys
                sent = frozenset[str]().union(*(card.accepts for card in route))
                stated = {**own, **kept}
                learned[source] = sent & _learned(keys, stated)
        if passed := {source: names for source, names in learned.items() if names}:
            await self._order.pass_on(passed)
        for source, keys in starts.items():
            self._start(source, keys, self._open.pop(source))

    def _is_over(self, sources: AbstractSet[str]) -> bool:
        """Whether the first wave of these is over, or half the time is gone."""
        return self._half_gone or sources.isdisjoint(self._running.values())

    def _left(self) -> list[SourceAnswer]:
        overtaken = [
            self._connections[s].timed_out(self._seen.get(s), self._sent[s])
            for s in self._running.values()
        ]
        unasked = [before or self._connections[s].unasked() for s, before in self._open.items()]
        return overtaken + unasked + list(self._doubted.values())


def _supersedes(connection: SourceConnection) -> bool:
    return any(card.supersedes for card in connection.source.adapter.operations)


def _replaced(own: Keys, taught: Keys) -> dict[str, str]:
    """The numbers that stand in place of those that the caller gave."""
    keys = own.keys() & taught.keys() & IDENTIFYING
    return {key: taught[key] for key in keys if taught[key] != own[key]}


def _learned(keys: Keys, own: Keys) -> frozenset[str]:
    """The names of the keys that are not the caller's own."""
    return frozenset(key for key in keys if keys[key] != own.get(key))
