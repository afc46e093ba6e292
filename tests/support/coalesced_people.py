"""People who ask one source at once, by rights that are alike or not; in virtual time."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from adapters.contract.codes import Purpose
from adapters.contract.contract import Question, Records, Reply
from adapters.contract.identifiers import NHS_NUMBER
from gateway.fanout.coalesce import AccessRight
from gateway.fanout.limits import CallCount
from gateway.fanout.source_answer import CallContext, SourceAnswer
from gateway.fanout.source_call import SourceConnection
from gateway.model.clock import Clock
from gateway.model.inquiry import Reason
from tests.support.agencies import BY_NUMBER, MIRA
from tests.support.plain_sources import ON_BEHALF, file_of, record, registered
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import now, sleep

WORRIED: Final = Reason(Purpose.SAFEGUARDING, "worried", "C-1")
RIGHT: Final = AccessRight(PRACTITIONER, WORRIED, "rules-1")
FOUND: Final = Records((record(),))
NAMES: Final = frozenset({"names"})
NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class System:
    """An agency's system that says `reply` after `takes` seconds and remembers what it was asked.

    Without a reply it says a record whose id is the intent's index that it was asked under.
    """

    reply: Reply | None = FOUND
    takes: float = 1.0
    asked: list[Question] = field(default_factory=list)
    given_up: int = 0

    async def answer(self, question: Question) -> Reply:
        """Answer one question."""
        self.asked.append(question)
        try:
            await sleep(self.takes)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        named = replace(record(), record_id=str(question.on_behalf.log_index))
        return Records((named,)) if self.reply is None else self.reply


def line_to(system: System, limits: str = "", head: str = "", **more: Any) -> SourceConnection:
    """A line to a source that this system answers for.

    `limits` and `head` are lines of its [limits] and [source], `more` fields of its SourceFile.
    """
    details = {"by": (BY_NUMBER,), "timeout": "60s", "limits": limits, **more}
    file = file_of("council", **details)
    source = registered(file.with_(where=f"{file.where}\n{head}"), system.answer)
    return SourceConnection(source, Clock(now=lambda: NOON, monotonic=now), lambda: 0.5)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks at `at`, has `for_s` seconds, and goes away after `patience_s`."""

    index: int
    right: AccessRight | None = RIGHT
    number: str = MIRA["nhs"]
    fields: frozenset[str] = NAMES
    at: float = 0.0
    for_s: float = 100.0
    patience_s: float = 1000.0

    async def asks(self, connection: SourceConnection) -> SourceAnswer | None:
        """What they hear; None if they went away."""
        await sleep(self.at)
        on_behalf = replace(ON_BEHALF, log_index=self.index, query_id=f"q-{self.index}")
        asking = CallContext(self.fields, on_behalf, now() + self.for_s, self.right)
        try:
            async with asyncio.timeout(self.patience_s):
                return await connection.ask({NHS_NUMBER: self.number}, asking, None, CallCount())
        except TimeoutError:
            return None


async def heard(connection: SourceConnection, *people: Person) -> list[SourceAnswer | None]:
    """What each of them hears."""
    return list(await asyncio.gather(*(person.asks(connection) for person in people)))
