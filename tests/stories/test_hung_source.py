"""A hung source holds no more of the gateway than it declared, and none of the others' answers."""

import asyncio
import select
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving, serving_raw
from tests.support.town import PRACTITIONER, small_town

QUESTIONS = 40
CONCURRENCY = 3


@dataclass
class Hung:
    """Takes every connection, reads, and never says a word; counts who is connected at once."""

    open: set[int] = field(default_factory=set)
    most: int = 0
    ever: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket").fileno()
        self.open.add(connection)
        self.ever += 1
        self.most = max(self.most, self._count())
        while await reader.read(1024):
            pass
        self.open.discard(connection)

    def _count(self) -> int:
        """The connections that the other side has not closed yet, also if nobody read so."""
        looking = select.poll()
        for each in self.open:
            looking.register(each, select.POLLRDHUP)
        return len(self.open) - len(looking.poll(0))


async def test_over_many_questions_a_hung_source_never_has_more_connections_than_it_declared(
    tmp_path: Path,
) -> None:
    hung = Hung()
    async with AsyncExitStack() as stack:
        well = await stack.enter_async_context(serving(AgencyServer().answer))
        dead = await stack.enter_async_context(serving_raw(hung.handle))
        sources = [
            rest_source("spine", well, claims=AUTHORITY, concurrency=64),
            rest_source("dead", dead, concurrency=CONCURRENCY, timeout="1s"),
        ]
        town = await stack.enter_async_context(
            small_town(tmp_path, sources, questions__deadline=20)
        )
        callers = [replace(PRACTITIONER, user=f"worker-{n}") for n in range(QUESTIONS)]
        answers = await asyncio.gather(*(town.ask(caller=caller) for caller in callers))
    assert hung.most == CONCURRENCY
    assert CONCURRENCY <= hung.ever < QUESTIONS
    assert Counter(a.outcomes["spine"] for a in answers) == {"HAS_RECORD": QUESTIONS}
    assert {a.outcomes["dead"] for a in answers} <= {"TIMEOUT", "BUSY", "UNAVAILABLE"}
