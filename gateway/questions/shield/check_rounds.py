"""The rounds of one shield check: first by what is known, then by each number that this brought.

As in a question, a child may be restricted under a number that only another file bears (ADR 0042).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.contract import MoreNeeded
from adapters.contract.record import Identifier
from gateway.fanout.fan_out import Calls
from gateway.fanout.route import not_asked_by, route, unasked
from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.model.inquiry import Known
from gateway.questions.findings import Findings, find, stated_reference
from gateway.questions.onward import NUMBERS, lessons
from gateway.questions.order import SourceAnswers, not_own
from gateway.questions.plan import own_details
from gateway.questions.resolver import Resolver
from gateway.questions.shield.further import FurtherNumbers
from gateway.questions.shield.namesakes import NamesakeSearch
from resolvers.child.child import Restriction

PassOn = Callable[[Mapping[str, frozenset[str]]], Awaitable[None]]
_MOST_ROUNDS: Final = 6  # from one number to the next; who is not cleared by then is not


@dataclass(slots=True)
class CheckRounds:
    """`sources` are those whose answers count, `asked` those of them that are asked, by id.

    `pass_on` logs the names of the keys that sources are asked with besides what is known.
    """

    sources: Mapping[str, RegisteredSource]
    asked: Mapping[str, RegisteredSource]
    known: Known
    asking: CallContext
    calls: Calls
    pass_on: PassOn
    own: Mapping[str, Keys] = field(init=False)
    numbers: FurtherNumbers = field(init=False)
    search: NamesakeSearch = field(init=False)
    _answers: dict[str, SourceAnswer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own = {name: own_details(self.known, s.agency) for name, s in self.asked.items()}
        members = {name: source for name, source in self.asked.items() if source.in_shield_set}
        self.numbers = FurtherNumbers(members, self.own)
        self.search = NamesakeSearch(members, self.own)

    async def restriction(self) -> Restriction:
        """What they say together, once no number is left to ask by, or at the deadline."""
        self._ask_all()
        await self._hear()
        for _ in range(_MOST_ROUNDS):
            if self._judged is Restriction.RESTRICTED or not await self._go_on():
                break
        return self._judged

    def _find(self, answers: SourceAnswers) -> Findings:
        stated = stated_reference(self.known, self.sources.values())
        return find(stated, answers, Resolver(self.sources))

    @property
    def _looked(self) -> Findings:
        """With what was found by the names that others have."""
        return self._find(self.search.with_looks(self._answers))

    @property
    def _judged(self) -> Restriction:
        """A mark counts wherever it is; one who may have a mark and failed leaves it unknown."""
        found, looked = self._find(self._answers), self._looked
        if found.own_marks or looked.own_marks or looked.restriction is Restriction.RESTRICTED:
            return Restriction.RESTRICTED
        unsure = looked.owed or self.search.unlooked(found) or any(map(_failed, self._heard))
        return Restriction.UNKNOWN if unsure else found.restriction

    @property
    def _heard(self) -> list[SourceAnswer]:
        return list(self._answers.values())

    def _ask_all(self) -> None:
        for name, source in self.asked.items():
            if route(source, self.own[name], None):
                self.calls.start(name, [self.own[name]], self.asking, None)
            else:
                self._answers[name] = unasked(source)

    async def _hear(self) -> None:
        """Hear each that is being asked, until the deadline; whoever is late has timed out."""
        until = self.asking.until
        while self.calls.running and self.calls.now() < until:
            self._answers |= {each.source: each for each in await self.calls.heard(until)}
        self._answers |= {each.source: each for each in self.calls.overtaken(self._answers)}

    async def _go_on(self) -> bool:
        """Ask by what was learned; whether there was anything to ask, and time for it."""
        if self.calls.now() >= self.asking.until:
            return False
        return await self._ask_further() or await self._search()

    async def _ask_further(self) -> bool:
        found = self._find(self._answers)
        new = self._of_unasked(found)
        more = {**self._outside(found), **self.numbers.wanted([self._looked])}
        await self._tell({**{name: (keys,) for name, keys in new.items()}, **more})
        for name, keys in new.items():
            self.calls.start(name, [keys], self.asking, self._answers[name])
        for name, by in more.items():
            self.calls.start_further(name, by, self.asking, self._answers[name])
        await self._hear()
        return bool(new or more)

    async def _search(self) -> bool:
        """Search the set by the names and the birth date that others have, as a question does."""
        wanted = self.search.wanted(self._find(self._answers))
        await self._tell({name: (keys,) for name, keys in wanted.items()})
        tasks = {s: self.calls.search(s, keys, self.asking) for s, keys in wanted.items()}
        if tasks:
            left_s = max(0.0, self.asking.until - self.calls.now())
            done, _ = await asyncio.wait(tasks.values(), timeout=left_s)
            self.search.hear({s: task.result() for s, task in tasks.items() if task in done})
        return bool(tasks)

    async def _tell(self, by: Mapping[str, tuple[Keys, ...]]) -> None:
        """Log what is passed on, before any of it leaves."""
        learned = {name: self._learned(name, every) for name, every in by.items()}
        if passed := {name: keys for name, keys in learned.items() if keys}:
            await self.pass_on(passed)

    def _learned(self, name: str, by: tuple[Keys, ...]) -> frozenset[str]:
        return frozenset[str]().union(*(not_own(keys, self.own[name]) for keys in by))

    def _of_unasked(self, found: Findings) -> Mapping[str, Keys]:
        """With what those can be asked now for whom the known details were too few."""
        taught = lessons(found, self.asked)
        keys = {
            name: {**told, **self.own[name]}
            for name, told in taught.items()
            if isinstance(self._answers[name].reply, MoreNeeded)
        }
        return {
            name: each
            for name, each in keys.items()
            if route(self.asked[name], each, self._answers[name])
        }

    def _outside(self, found: Findings) -> Mapping[str, tuple[Keys, ...]]:
        """By which numbers those are asked that mark their own rows alone."""
        taught = lessons(found, self.asked)
        return {
            name: tuple({each.scheme: each.value} for each in sorted(left, key=str))
            for name, source in self.asked.items()
            if not source.in_shield_set and (left := self._left(source, taught.get(name, {})))
        }

    def _left(self, source: RegisteredSource, taught: Keys) -> frozenset[Identifier]:
        answered = self._answers[source.id]
        if _failed(answered) or isinstance(answered.reply, MoreNeeded):
            return frozenset()
        numbers = (Identifier(scheme, taught[scheme]) for scheme in NUMBERS & taught.keys())
        return not_asked_by(source, answered, numbers)


def _failed(answered: SourceAnswer) -> bool:
    """Whether it was asked and did not say all that it holds by that."""
    return not (answered.whole or isinstance(answered.reply, MoreNeeded))
