"""What was opened in another thread is closed, whenever its question is given up."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from adapters.files.own_loop import OwnLoop
from adapters.files.store import LocalFolder
from adapters.manifest.manifest import FileTable

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


async def test_a_question_given_up_just_as_a_file_opened_leaves_none_open(tmp_path: Path) -> None:
    (tmp_path / "roll.csv").write_text("UPN\n")
    with ThreadPoolExecutor(1) as threads:
        opening = LocalFolder(tmp_path, threads).opened("roll.csv", FileTable())
        question = asyncio.create_task(opening.__aenter__())
        await asyncio.sleep(0)
        threads.submit(bool).result(SOON_S)  # it is open, and this loop had no turn to hear of it
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
    del question
    gc.collect()  # a file that nobody closed would warn, and a warning fails a test
