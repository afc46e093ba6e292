"""The second look: the shield set is searched once more before the state is judged.

It goes on beside the calls of the question, and ends with the question at the latest.
"""

import asyncio
from collections.abc import Mapping
from operator import is_

from gateway.fanout.fan_out import Calls
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.questions.order import Judge, Order, SourceAnswers, Teacher, not_own


class SecondLook:
    """One question's searches for children alike; `news` once one of them was heard."""

    def __init__(self, order: Order, judge: Judge, teacher: Teacher, calls: Calls) -> None:
        self._order = order
        self._judge = judge
        self._teacher = teacher
        self._calls = calls
        self._search: asyncio.Task[None] | None = None
        self._in_vain: tuple[SourceAnswer, ...] | None = None
        self.news = False

    @property
    def under_way(self) -> bool:
        """Whether somebody is being searched now."""
        return self._search is not None and not self._search.done()

    def again(self, seen: SourceAnswers) -> bool:
        """Search whoever is to be searched after these answers; whether that is under way.

        A search that failed, as when it cannot be logged, fails the question; it is not repeated.
        """
        if self.under_way:
            return True
        if self._search is not None:
            self._search.result()
        if self._is_known(seen):
            return False
        if wanted := self._judge.namesakes(seen):
            self._search = asyncio.create_task(self._searched(wanted))
            self._search.add_done_callback(lambda _: self._calls.wake())
        else:
            self._in_vain = tuple(seen.values())
        return self.under_way

    def _is_known(self, seen: SourceAnswers) -> bool:
        """Whether these very answers had nobody searched, and nobody was heard since."""
        before = self._in_vain
        return (
            before is not None and len(before) == len(seen) and all(map(is_, before, seen.values()))
        )

    async def end(self, seen: SourceAnswers) -> None:
        """Search until nothing is left, or the deadline; whoever is late was not heard."""
        self.again(seen)
        while self._search is not None and self.under_way:
            left_s = max(0.0, self._order.until - self._calls.now())
            done, _ = await asyncio.wait({self._search}, timeout=left_s)
            if not done:
                return
            self.again(seen)

    def stop(self) -> None:
        """Search no further; the calls themselves are cancelled where they were started."""
        if self._search is not None:
            self._search.cancel()

    async def _searched(self, wanted: Mapping[str, Keys]) -> None:
        own, asking = self._order.own, self._order.asking
        if passed := {s: new for s, keys in wanted.items() if (new := not_own(keys, own[s]))}:
            await self._teacher.pass_on(passed)
        found = {s: self._calls.search(s, keys, asking[s]) for s, keys in wanted.items()}
        await asyncio.wait(found.values())
        self._in_vain = None
        self._judge.hear({source: search.result() for source, search in found.items()})
        self.news = True
