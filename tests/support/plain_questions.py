"""Questions to sources that are plain functions, with what is learned and judged as a test says."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.model.clock import Clock
from gateway.questions.order import Order, SourceAnswers
from gateway.questions.waves import answers
from tests.support.plain_sources import ON_BEHALF, OWN, fan_out_over

Teach = Callable[[SourceAnswers], Mapping[str, Keys]]
PassOn = Callable[[Mapping[str, frozenset[str]]], Awaitable[None]]


def nothing(_: SourceAnswers) -> Mapping[str, Keys]:
    """Whatever came teaches nobody."""
    return {}


async def unlogged(_: Mapping[str, frozenset[str]]) -> None:
    """What is passed on is written nowhere."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """A teacher by functions of the answers so far; by default nobody learns anything."""

    teach: Teach = nothing
    give_back: Teach = nothing
    log: PassOn = unlogged

    def lessons(self, heard: SourceAnswers) -> Mapping[str, Keys]:
        """As `teach` says."""
        return self.teach(heard)

    def disputed(self, _: SourceAnswers, _source: str) -> tuple[Keys, ...]:
        """Agencies agree."""
        return ()

    def once_cleared(self, heard: SourceAnswers) -> Mapping[str, Keys]:
        """As `give_back` says."""
        return self.give_back(heard)

    async def pass_on(self, learned: Mapping[str, frozenset[str]]) -> None:
        """As `log` does."""
        await self.log(learned)


@dataclass(frozen=True, slots=True)
class NoShield:
    """A judge to whom no child is ever shielded; `search` names whom to search for others alike."""

    search: Teach = nothing

    def namesakes(self, heard: SourceAnswers) -> Mapping[str, Keys]:
        """As `search` says."""
        return self.search(heard)

    def end_first_wave(self) -> None:
        """Nothing hangs on it."""

    def further(self, _: SourceAnswers) -> Mapping[str, tuple[Keys, ...]]:
        """Nobody is asked by more numbers."""
        return {}

    def hear(self, _: SourceAnswers) -> None:
        """Nothing hangs on it."""

    def idle(self, _: SourceAnswers, __: SourceAnswers) -> bool:
        """Everybody is waited for."""
        return False


@dataclass(frozen=True, slots=True)
class PlainQuestion:
    """A question to these sources by the same details, until the loop's clock shows `until`."""

    sources: tuple[RegisteredSource, ...]
    until: float
    own: Keys = field(default_factory=lambda: OWN)
    teacher: Lessons = Lessons()
    judge: NoShield = NoShield()
    circle: frozenset[str] = frozenset()
    clock: Clock | None = None

    def answers(self) -> AsyncGenerator[SourceAnswer, None]:
        """Each source's answer, as it comes."""
        context = CallContext(frozenset({"names", "involvements"}), ON_BEHALF, self.until)
        named = {source.id: source for source in self.sources}
        clock = self.clock or Clock()
        order = Order(
            named,
            dict.fromkeys(named, self.own),
            dict.fromkeys(named, context),
            (clock.monotonic() + self.until) / 2,
            self.until,
            self.circle,
        )
        fan_out = fan_out_over(*self.sources, clock=clock)
        return answers(order, self.judge, self.teacher, fan_out)
