"""What was opened in another loop is closed there, whenever the question is given up."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import pytest

from adapters.files.own_loop import OwnLoop

SOON_S: Final = 60  # never waited for, unless what should be closed is not


class Opened:
    """A connection that says when it was opened and closed; `entering` runs before it is given."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.closed = threading.Event()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        try:
            asyncio.get_running_loop().call_soon(self._entered)
            yield
        finally:
            self.closed.set()

    def _entered(self) -> None:
        asyncio.get_running_loop().call_soon(self.open.set)  # a turn after its opener was told


async def asked(opened: Opened) -> None:
    with OwnLoop() as there:
        async with there.within(opened.connection()):
            await asyncio.Event().wait()


async def test_a_question_given_up_just_as_a_connection_opened_leaves_none_open() -> None:
    opened = Opened()
    question = asyncio.create_task(asked(opened))
    await asyncio.sleep(0)
    assert opened.open.wait(SOON_S)  # and nobody here was told of it yet: this loop had no turn
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    assert await asyncio.to_thread(opened.closed.wait, SOON_S)


async def test_a_question_given_up_while_it_reads_leaves_none_open() -> None:
    opened = Opened()
    question = asyncio.create_task(asked(opened))
    assert await asyncio.to_thread(opened.open.wait, SOON_S)
    question.cancel()
    with suppress(asyncio.CancelledError):
        await question
    assert await asyncio.to_thread(opened.closed.wait, SOON_S)
