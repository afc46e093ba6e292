"""However long an answer is, and of whatever kind: nobody else's question waits for its reading."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from adapters.contract import turns
from tests.support.adapters.asking import question
from tests.support.hostile.long_answers import KINDS, LongAnswers

LONGEST_HOLD_S: Final = 0.05  # of processor time: 20 ms, and what a busy machine adds to it
# What a reader in the loop of questions would hold it with, and the law has to find.
PLANTED: Final = ("10,000 entries", "16,000 entries of nothing")


@dataclass
class Holds:
    """The longest that one turn of the event loop took, in seconds of processor time."""

    longest: float = 0.0

    async def watch(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest = max(self.longest, now - before)
            before = now


@asynccontextmanager
async def watched() -> AsyncIterator[Holds]:
    holds = Holds()
    watching = asyncio.create_task(holds.watch())
    try:
        yield holds
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    """A look for garbage over all that the tests hold would be taken for the answer's doing."""
    gc.disable()
    yield
    gc.enable()


async def longest_hold(kind: str, folder: Path) -> float:
    async with LongAnswers(kind).opened(folder) as adapter, watched() as holds:
        await asyncio.sleep(0.01)
        holds.longest = 0.0
        await adapter.source.ask(question(timeout_s=20.0))
        await asyncio.sleep(0.01)  # the last turn has to be seen too
    return holds.longest


@pytest.mark.parametrize("kind", KINDS)
async def test_no_answer_holds_the_loop_of_questions(kind: str, tmp_path: Path) -> None:
    assert await longest_hold(kind, tmp_path) < LONGEST_HOLD_S


@pytest.mark.parametrize("kind", PLANTED)
async def test_the_law_finds_what_is_read_in_the_loop(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONG", 1 << 30)
    assert await longest_hold(kind, tmp_path) > LONGEST_HOLD_S
