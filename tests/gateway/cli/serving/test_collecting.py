"""What Python frees only by looking for it does not pile up while a gateway serves."""

import asyncio
import gc
import subprocess
import sys
from typing import Final
from weakref import ref

from gateway.cli.serving.collecting import freed_when_quiet

_SERVED: Final = """
import gc
from weakref import ref
from gateway.cli.serving.collecting import spare_the_collector

class Answer:
    pass

gc.disable()
code = [[number] for number in range(800_000)]
gc.enable()
spare_the_collector()
answer = Answer()
answer.itself = answer
gone = ref(answer)
gc.collect(1)  # it was under way meanwhile, and is now among what is seldom looked at
del answer
for _ in range(300):
    [[] for _ in range(11_000)]  # what some ten thousand questions make
print(gone() is None)
"""


def test_what_an_old_answer_left_is_freed_within_some_thousand_questions() -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _SERVED], capture_output=True, check=True, text=True
    )
    assert done.stdout == "True\n"


class _Answer:
    def __init__(self) -> None:
        self.itself = self


async def test_once_nobody_waits_the_last_answer_is_forgotten_and_not_before() -> None:
    waiting, looks = [1], asyncio.Semaphore(0)
    looked = asyncio.Event()

    async def sleep(_: float) -> None:
        looked.set()
        await looks.acquire()

    async def look() -> None:
        looked.clear()
        looks.release()
        await looked.wait()

    gc.collect()
    gc.disable()  # nothing else may free it
    try:
        async with freed_when_quiet(lambda: len(waiting), sleep):
            await looked.wait()
            gone = ref(_Answer())
            await look()
            assert gone() is not None
            waiting.clear()
            await look()
            assert gone() is None
    finally:
        gc.enable()
