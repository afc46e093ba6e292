"""However long an answer is, and of whatever kind: nobody else's question waits for its reading."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from adapters.contract import turns
from adapters.contract.contract import Records
from tests.support.adapters.asking import question
from tests.support.hostile.long_answers import DETAIL, KINDS, LongAnswers
from tests.support.hostile.loop_holds import watched

LONGEST_HOLD_S: Final = 0.05  # of processor time: 20 ms, and what a busy machine adds to it
# What a reader in the loop of questions would hold it with, and the law has to find.
PLANTED: Final = ("10,000 entries", "16,000 entries of nothing", "16,000 rows")
READ: Final = ("16,000 rows", DETAIL)


async def longest_hold(kind: str, folder: Path) -> float:
    async with LongAnswers(kind).opened(folder) as adapter, watched(0.001) as holds:
        await asyncio.sleep(0.01)
        holds.longest = 0.0
        reply = await adapter.source.ask(question(timeout_s=20.0))
        assert kind not in READ or isinstance(reply, Records)
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
