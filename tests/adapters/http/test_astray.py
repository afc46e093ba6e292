"""An agency, or a proxy before it, that mixes its answers up: no child gets another child's."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import kinds
from adapters.contract.contract import Fault, Malformed, NoRecord, Records, Reply, Unavailable
from tests.support.adapters.asking import BY_AIOHTTP, manifest_text, opened, question
from tests.support.loopback import serving_raw

NUMBERED: Final = 'headers = { "X-Request-ID" = "{uuid}" }\n'
NUMBERED_BY_AIOHTTP: Final = BY_AIOHTTP.replace("{ ", '{ "X-Request-ID" = "{uuid}", ')
NUMBER: Final = re.compile(rb"x-request-id: (\S+)", re.IGNORECASE)
CHILD: Final = re.compile(rb"/pupils/(\d+)")
Step = tuple[int, int]  # how often a request is answered, and how many answers are let out then


@dataclass
class MixedUp:
    """Knows the children of even numbers. Its answers wait in one line and are let out by steps."""

    steps: list[Step]
    repeats_ids: bool = True
    shared: bool = False
    line: list[bytes] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = self.line if self.shared else list[bytes]()
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            copies, let_out = self.steps.pop(0) if self.steps else (1, 1)
            line += [self.answer(head)] * copies
            writer.write(b"".join(line[:let_out]))
            del line[:let_out]

    def answer(self, head: bytes) -> bytes:
        (child,) = CHILD.findall(head)
        pupil = b'{"id": %b, "surname": "Hill", "forename": "Ann", "dob": "2015-03-09"}' % child
        found = [] if int(child) % 2 else [pupil]
        body = b'{"total": %d, "pupils": [%b]}' % (len(found), b"".join(found))
        number = b"".join(NUMBER.findall(head)) if self.repeats_ids else b"of-our-own"
        start = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-ID: %b\r\n" % number
        )
        return start + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


async def asked_in_turn(agency: MixedUp, source: str, times: int = 6) -> list[Reply]:
    async with (
        serving_raw(agency.handle) as base,
        opened(manifest_text("rest", base, source=source)) as adapter,
    ):
        return [await adapter.source.ask(question(upn=str(child))) for child in range(times)]


def is_of_another(child: int, reply: Reply) -> bool:
    if isinstance(reply, Records):
        return [record.record_id for record in reply.records] != [str(child)]
    return isinstance(reply, NoRecord) and child % 2 == 0


def astray(replies: list[Reply]) -> list[int]:
    return [child for child, reply in enumerate(replies) if is_of_another(child, reply)]


STEPS: Final = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=6)


@pytest.mark.parametrize("source", [NUMBERED, NUMBERED_BY_AIOHTTP])
@pytest.mark.parametrize("line", ["of each connection", "of all"])
async def test_no_child_gets_anothers_answer_of_a_system_that_repeats_ids(
    source: str, line: str
) -> None:
    @settings(max_examples=5, deadline=None, database=None)
    @given(STEPS)
    def holds(steps: list[Step]) -> None:
        replies = asyncio.run(asked_in_turn(MixedUp(list(steps), shared=line == "of all"), source))
        assert not astray(replies)

    await asyncio.to_thread(holds)


async def test_without_the_ids_a_child_would_be_given_anothers_absence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "REQUEST_ID", "a planted fault")
    steps = [(2, 1)]
    assert astray(await asked_in_turn(MixedUp(list(steps)), NUMBERED))
    monkeypatch.undo()
    replies = await asked_in_turn(MixedUp(list(steps)), NUMBERED)
    assert replies[1] == Malformed("another_request", "operation.by-upn")
    assert isinstance(replies[2], Records)


async def test_an_answer_in_front_of_another_is_not_taken_where_an_earlier_one_was_asked() -> None:
    replies = await asked_in_turn(MixedUp([(2, 1), (1, 2)], repeats_ids=False), "")
    assert replies[1] == Unavailable(Fault.DROPPED)
    assert not astray(replies)


async def test_ids_of_a_systems_own_say_nothing() -> None:
    assert not any(
        isinstance(reply, Malformed)
        for reply in await asked_in_turn(MixedUp([], repeats_ids=False), NUMBERED)
    )
