"""One generation in force after another: replaced whole, kept to its end by whoever began in it."""

import asyncio
import gc
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.fanout.fan_out import FanOut
from gateway.fanout.sources import registry_of
from gateway.policy.decide import Policy
from gateway.policy.rules.book import Ground
from gateway.questions.prepare import Planning, Stages
from gateway.registry.connect import Opener, OpenLine
from gateway.registry.desired_state import Charter, Held


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything of one generation: what a question takes at its start and keeps to its end.

    What may be remembered of answers and decisions is remembered in here, so that it ends here.
    """

    charter: Charter
    planning: Planning
    fan_out: FanOut
    lines: Mapping[str, OpenLine]

    @property
    def generation(self) -> int:
        """Counted from 1; the ledger says what began it."""
        return self.charter.generation


class Succession:
    """What is in force now; a source that stays the same stays open, with its line and limits."""

    def __init__(self, stages: Stages, opener: Opener, ground: Ground) -> None:
        self._stages = stages
        self._opener = opener
        self._ground = ground
        self._current: InForce | None = None
        self._began: Counter[int] = Counter()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> InForce:
        """The newest generation here."""
        if self._current is None:
            raise RuntimeError("nothing is in force yet")
        return self._current

    @property
    def begun(self) -> InForce | None:
        """The newest generation here, None before the first."""
        return self._current

    def generation(self) -> int:
        """The number of the newest generation here."""
        return self.current.generation

    def enter(self) -> InForce:
        """The newest generation, kept open until whoever entered has called `leave`."""
        current = self.current
        self._began[id(current)] += 1
        return current

    def leave(self, entered: InForce) -> None:
        """Let go of a generation; the last to leave a superseded one closes what it alone held."""
        self._began[id(entered)] -= 1
        if not self._began[id(entered)]:
            del self._began[id(entered)]
            if entered is not self._current:
                self._retire(entered)

    async def prepare(self, charter: Charter, must_open: frozenset[str]) -> InForce:
        """Open what the charter holds; give it to `replace` or `discard`.

        ConfigurationInvalid names the first rule that cannot be used, or the first source of
        `must_open` that cannot be opened; then nothing is open that was not before.
        """
        book = await asyncio.to_thread(charter.book, self._ground)
        opened: list[OpenLine] = []
        try:
            for held in charter.held:
                line = await self._line(held, must=held.id in must_open)
                line.take()
                opened.append(line)
            for held in charter.silenced:
                line = self._opener.silent(held)
                line.take()
                opened.append(line)
            registry = registry_of(
                [line.source for line in opened],
                charter.folder.operator,
                [held.manifest for held in charter.suspended],
            )
        except BaseException:
            self._give_back(opened)
            raise
        lines = {line.held.id: line for line in opened}
        planning = Planning(self._stages, registry, Policy(book))
        fan_out = FanOut({name: line.line for name, line in lines.items()}, self._stages.clock)
        return InForce(charter, planning, fan_out, lines)

    def replace(self, new: InForce) -> None:
        """From now on every question begins in `new`.

        Tokens are verified anew, and no answer to an earlier question is kept for another.
        """
        before, self._current = self._current, new
        self._stages.desk.forget()
        new.fan_out.forget()
        if before is not None:
            if id(before) not in self._began:
                self._retire(before)
            # Manifests are in cycles, and a serving gateway looks for those hardly ever.
            gc.collect()

    def discard(self, prepared: InForce) -> None:
        """Close what was opened for a generation that does not come into force."""
        self._retire(prepared)

    async def aclose(self) -> None:
        """Close everything; nothing is asked any more."""
        if self._current is not None:
            self._retire(self._current)
        await asyncio.gather(*self._closing)

    async def _line(self, held: Held, *, must: bool) -> OpenLine:
        before = self._current.lines.get(held.id) if self._current is not None else None
        if before is not None and before.opened and before.held == held:
            return before
        return await self._opener.open(held, before, must=must)

    def _retire(self, generation: InForce) -> None:
        self._give_back(generation.lines.values())

    def _give_back(self, lines: Iterable[OpenLine]) -> None:
        for line in lines:
            if line.give_back():
                closing = asyncio.create_task(line.aclose())
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
