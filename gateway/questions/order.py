"""Whom one question asks and with what, and who says what the answers so far allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.fanout.source_answer import CallContext, Keys, SourceAnswer
from gateway.fanout.sources import RegisteredSource

SourceAnswers = Mapping[str, SourceAnswer]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked by when, everything by source id.

    `own` are the caller's own details for each source, `asking` what goes with every call to it.
    `until`, and `half` when half the time is gone, are on the loop's clock. The answers of the
    `circle` alone decide on the shield. `slow`: it may well need longer than half the time, so that
    an answer that shows nobody leaves at the deadline.
    """

    sources: Mapping[str, RegisteredSource]
    own: Mapping[str, Keys]
    asking: Mapping[str, CallContext]
    half: float
    until: float
    circle: frozenset[str] = frozenset()
    slow: bool = False

    @property
    def shows_nobody_at(self) -> float:
        """When an answer that shows nobody leaves, if the circle is idle by then."""
        return self.until if self.slow else self.half


def not_own(keys: Keys, own: Keys) -> frozenset[str]:
    """The names of the keys that are not the caller's own."""
    return frozenset(key for key in keys if keys[key] != own.get(key))


class Teacher(Protocol):
    """What sources may be asked with besides the caller's own details, by source id: `Teaching`."""

    def lessons(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """What the answers so far teach each source."""
        ...

    def disputed(self, answers: SourceAnswers, source: str) -> tuple[Keys, ...]:
        """Other numbers of the same scheme, by which this source is asked as well."""
        ...

    def once_cleared(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """What of the caller's own details was kept back, and may be sent now."""
        ...

    async def pass_on(self, learned: Mapping[str, frozenset[str]]) -> None:
        """Log the names of the learned keys for each source; awaited before any of it leaves."""
        ...


class Judge(Protocol):
    """Who says whether the child is shielded, and what to search before that: `ShieldState`."""

    def namesakes(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """Who is to be searched for children alike, and by what; none if nothing hangs on it."""
        ...

    def end_first_wave(self) -> None:
        """Hear that each of the circle has answered to the caller's own details."""
        ...

    def further(self, answers: SourceAnswers) -> Mapping[str, tuple[Keys, ...]]:
        """By which further numbers who of the shield set is still to be asked, each by itself."""
        ...

    def hear(self, found: SourceAnswers) -> None:
        """Hear what these found."""
        ...

    def idle(self, heard: SourceAnswers, first: SourceAnswers) -> bool:
        """Hear that nothing of the circle is under way, nor can be asked with what it taught.

        `first` is what the same sources answered to the caller's own details. Whether nobody else
        is to be waited for.
        """
        ...
