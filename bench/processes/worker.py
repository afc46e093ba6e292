"""A process of the bench: it is told one thing a line as JSON, and answers each with one line."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Obey = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Worker:
    """The other end of a process that runs `obeying`."""

    process: subprocess.Popen[str]

    def tell(self, order: Any) -> Any:
        """Its answer to `order`; both are JSON values."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended: {self.process.args!r}")
        return json.loads(line)


@contextmanager
def working(module: str) -> Iterator[Worker]:
    """`python -m module` as a process of its own, ended with the context."""
    process = subprocess.Popen(  # noqa: S603  our own modules, by name
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Worker(process)
    finally:
        process.terminate()
        process.communicate()


async def obeying(obey: Obey) -> None:
    """Answer every line on standard input until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        answer = await obey(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
