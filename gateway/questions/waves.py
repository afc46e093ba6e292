"""The question drives its calls: whom it asks at first, and whom next, by what has come so far.

Wave 1 asks whoever can be asked with the caller's own details. Wave 2 asks the others with what
the first answers taught: by an identifier as soon as one is learned, by names only when wave 1 is
over or half the time is gone, and by the caller's postcode last of all, if the child is cleared.
For the circle, which alone decides on the shield, wave 1 is over once it is over for the circle.
Whoever found nothing by a number that an identity source has since replaced is asked again by the
new one. Whoever may restrict is asked by each further number of hers that any of them bears, until
none is left. Nobody waits for the slowest: at the deadline whoever is left has timed out.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from adapters.contract.contract import NoRecord
from adapters.contract.frozen import replace
from adapters.contract.identifiers import IDENTIFYING
from gateway.fanout.fan_out import Calls, FanOut
from gateway.fanout.route import may_ask_again, route, unasked
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.questions.order import Judge, Order, Teacher, not_own
from gateway.questions.shield.second_look import SecondLook

_MOST_ROUNDS: Final = 6  # from one number to the next; who is not cleared by then is not


async def answers(
    order: Order, judge: Judge, teacher: Teacher, fan_out: FanOut
) -> AsyncGenerator[SourceAnswer, None]:
    """An answer for each source of the order, in arrival order; a later one stands for both.

    It ends sooner where the judge says that nobody else is to be waited for. Closing the iterator
    cancels what is under way, down to the sockets. TryLater if what is passed on cannot be logged.
    """
    async with fan_out.calls() as calls:
        waves = Waves(order, judge, teacher, calls)
        try:
            async for answered in waves.settle():
                yield answered
        finally:
            waves.end()


class Waves:
    """One order under way.

    `open` are the sources that may still be asked in wave 2, with what they said so far. `doubted`
    are answers that found nothing by a number which may yet turn out to be replaced, `renewed` the
    sources asked again for that. `waiting` are answers of the shield set that may be asked by
    further numbers until the circle is idle. `seen` is each source's last answer, `first` the
    first one.
    """

    def __init__(self, order: Order, judge: Judge, teacher: Teacher, calls: Calls) -> None:
        self._order = order
        self._judge = judge
        self._teacher = teacher
        self._calls = calls
        self._open: dict[str, SourceAnswer | None] = {}
        self._doubted: dict[str, SourceAnswer] = {}
        self._renewed: set[str] = set()
        self._own_wave: set[str] = set()
        self._waiting: dict[str, SourceAnswer] = {}
        self._news = False
        self._rounds = _MOST_ROUNDS
        self._idle = False
        self._look = SecondLook(order, judge, teacher, calls)
        self._seen: dict[str, SourceAnswer] = {}
        self._first: dict[str, SourceAnswer] = {}
        self._superseding = {name for name, s in order.sources.items() if s.supersedes}
        self._heard_first = {name for name, s in order.sources.items() if s.in_shield_set}
        self._teaching = {
            name for name, s in order.sources.items() if s.in_shield_set or s.is_identity
        }

    async def settle(self) -> AsyncIterator[SourceAnswer]:
        """Each answer as it stands; it ends at the deadline, or once nobody is to be waited for."""
        self._first_wave()
        if self._over_for_circle():
            return
        while self._calls.running:
            for answered in await self._heard():
                yield answered
            if self._overdue:
                break
            for answered in await self._undoubted():
                yield answered
            self._end_first_wave()
            over = await self._go_on() or await self._go_on_by_search()
            for answered in self._no_longer_waiting():
                yield answered
            if over:
                return
        await self._look.end(self._seen)
        if self._over_for_circle():
            return
        for answered in self._left():
            yield answered

    def end(self) -> None:
        """Search no further; the calls themselves are cancelled where they were started."""
        self._look.stop()

    def _first_wave(self) -> None:
        for source, keys in self._order.own.items():
            if self._start(source, keys, before=None):
                self._own_wave.add(source)
            else:
                self._open[source] = None

    def _end_first_wave(self) -> None:
        """Tell once the circle's first wave is over, and whatever stands of it was heard."""
        if self._own_wave & self._order.circle <= self._first.keys():
            self._judge.end_first_wave()

    async def _go_on(self) -> bool:
        """Ask whoever may be asked now; whether the question is over with what was heard."""
        if self._open:
            await self._second_wave({})
        if self._rounds and (self._news or self._look.news):
            await self._ask_further()
        if self._over_for_circle():
            return True
        if self._open and not self._calls.running:
            await self._second_wave(self._teacher.once_cleared(self._seen))
        if self._half_gone:
            self._look.again(self._seen)
        return False

    async def _go_on_by_search(self) -> bool:
        """The same once a search is over that is under way: what it found may clear the child."""
        over = False
        while self._look.under_way and not (over or self._calls.running):
            await self._look.end(self._seen)
            over = self._overdue or await self._go_on()
        return over and not self._overdue

    @property
    def _overdue(self) -> bool:
        return self._calls.now() >= self._order.until

    @property
    def _half_gone(self) -> bool:
        return self._calls.now() >= self._order.half

    def _start(self, source: str, keys: Keys, before: SourceAnswer | None) -> bool:
        """Ask a source, where it can be asked with these keys; whether it could."""
        if not route(self._order.sources[source], keys, before):
            return False
        self._idle = self._idle and source not in self._order.circle
        others = self._teacher.disputed(self._seen, source) if self._seen else ()
        by = [keys]
        if others:
            by += [{**keys, **other} for other in others if other.keys() <= keys.keys()]
        self._calls.start(source, by, self._order.asking[source], before)
        return True

    async def _heard(self) -> list[SourceAnswer]:
        """What came that stands; nobody is waited for longer than until the next is to be asked."""
        until, waits = self._order.until, self._open or self._doubted
        if waits and not self._half_gone:
            until = min(until, self._order.half)
        came = await self._calls.heard(until)
        for answered in came:
            self._seen[answered.source] = answered
            self._first.setdefault(answered.source, answered)
        self._news = self._news or not self._teaching.isdisjoint([a.source for a in came])
        return [a for a in came if not self._may_be_replaced(a) and self._stands(a)]

    def _stands(self, answered: SourceAnswer) -> bool:
        return not (self._may_learn(answered) or self._waits(answered))

    def _waits(self, answered: SourceAnswer) -> bool:
        """Whether it may be asked by further numbers, as long as the circle is not idle."""
        waits = not self._idle and self._order.sources[answered.source].by_each_number
        if waits:
            self._waiting[answered.source] = answered
        return waits

    def _no_longer_waiting(self) -> list[SourceAnswer]:
        if not self._idle:
            return []
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def _may_learn(self, answered: SourceAnswer) -> bool:
        if not may_ask_again(self._order.sources[answered.source], answered):
            return False
        self._open[answered.source] = answered
        return True

    def _may_be_replaced(self, answered: SourceAnswer) -> bool:
        """Whether nothing was found by a number that an identity source may have superseded."""
        source = answered.source
        nothing = isinstance(answered.reply, NoRecord) and bool(answered.searched_by & IDENTIFYING)
        final = source in self._renewed or self._half_gone
        if not nothing or final or self._order.sources[source].has_effects:
            return False
        if not self._superseding:
            return False
        self._doubted[source] = answered
        return True

    async def _undoubted(self) -> list[SourceAnswer]:
        """Once nobody can replace a number, or half the time is gone: the answers that stand.

        The others are asked again, by the new number and from their first operation on.
        """
        if not self._doubted:
            return []
        if not self._half_gone and not self._superseding.isdisjoint(self._calls.running):
            return []
        taught = self._teacher.lessons(self._seen)
        doubted, self._doubted = self._doubted, {}
        own = self._order.own
        again = {s: new for s in doubted if (new := _replaced(own[s], taught.get(s, {})))}
        self._renewed.update(again)
        if again:
            await self._teacher.pass_on({source: frozenset(new) for source, new in again.items()})
        for source, new in again.items():
            self._start(source, {**own[source], **new}, replace(doubted[source], tried=()))
        standing = {source: a for source, a in doubted.items() if source not in again}
        if self._may_yet_be_taught:
            outside = standing.keys() - self._order.circle
            self._doubted = {source: standing.pop(source) for source in outside}
        return [answered for answered in standing.values() if self._stands(answered)]

    @property
    def _may_yet_be_taught(self) -> bool:
        """Whether a number was replaced, and the circle may yet allow asking by the new one."""
        waits = not (self._half_gone or self._order.circle.isdisjoint(self._calls.running))
        heard = self._superseding & self._seen.keys()
        return waits and any(self._seen[source].replaced for source in heard)

    async def _second_wave(self, given_back: Mapping[str, Keys]) -> None:
        """Ask whoever is open and may be asked by now; `given_back` was kept back until now."""
        running = self._calls.running
        over = self._half_gone or not running
        circle_over = self._half_gone or self._order.circle.isdisjoint(running)
        early = self._heard_first.isdisjoint(running)
        taught = self._teacher.lessons(self._seen)
        starts: dict[str, Keys] = {}
        learned: dict[str, frozenset[str]] = {}
        for source, before in self._open.items():
            own = self._order.own[source]
            told, kept = taught.get(source, {}), given_back.get(source, {})
            keys: Keys = {**told, **own, **_replaced(own, told), **kept}
            cards = route(self._order.sources[source], keys, before)
            may_search = circle_over if source in self._order.circle else over
            if cards and (may_search or (early and cards[0].needs & IDENTIFYING)):
                starts[source] = keys
                sent = frozenset[str]().union(*(card.accepts for card in cards))
                stated = {**own, **kept}
                learned[source] = sent & not_own(keys, stated)
        if passed := {source: names for source, names in learned.items() if names}:
            await self._teacher.pass_on(passed)
        for source, keys in starts.items():
            self._start(source, keys, self._open.pop(source))

    async def _ask_further(self) -> None:
        """Ask the shield set by each number of hers that a file bears and it was not asked by."""
        busy = {*self._calls.running, *self._doubted}
        spoke = self._half_gone or self._teaching.isdisjoint(busy)
        if self._overdue or not spoke:
            return
        self._news = self._look.news = False
        by = {s: keys for s, keys in self._judge.further(self._seen).items() if s not in busy}
        own = self._order.own
        learned = {
            s: frozenset[str]().union(*(not_own(keys, own[s]) for keys in every))
            for s, every in by.items()
        }
        if by:
            self._rounds -= 1
            await self._teacher.pass_on(learned)
        for source, keys in by.items():
            self._idle = False
            for kept in (self._open, self._waiting):
                kept.pop(source, None)
            self._calls.start_further(source, keys, self._order.asking[source], self._seen[source])

    def _over_for_circle(self) -> bool:
        """Tell once that the circle is idle; whether the question is over with that."""
        circle = self._order.circle
        if self._idle or not circle.isdisjoint((*self._calls.running, *self._doubted)):
            return False
        if self._look.again(self._seen):
            return False
        self._idle = True
        nothing = {source: unasked(self._order.sources[source]) for source in circle}
        heard = {source: self._seen.get(source, nothing[source]) for source in circle}
        own = self._own_wave & circle
        first = {s: self._first.get(s, heard[s]) if s in own else nothing[s] for s in circle}
        return self._judge.idle(heard, first)

    def _left(self) -> list[SourceAnswer]:
        """The answers of whoever did not come to a better one."""
        sources = self._order.sources
        closed = [before or unasked(sources[source]) for source, before in self._open.items()]
        kept = (*self._doubted.values(), *self._waiting.values())
        return [*self._calls.overtaken(self._seen), *closed, *kept]


def _replaced(own: Keys, taught: Keys) -> dict[str, str]:
    """The numbers that stand in place of those that the caller gave."""
    keys = own.keys() & taught.keys() & IDENTIFYING
    return {key: taught[key] for key in keys if taught[key] != own[key]}
