"""A gateway as an operator runs it: `teamaround serve`, a process of its own, until stopped."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp

from gateway.config.settings import Settings
from gateway.identity.development_token import development_key
from tests.support.agencies import SourceFile
from tests.support.patience import patiently
from tests.support.settings import as_toml, changed
from tests.support.town import settings_for
from tests.support.warm.process import begin

COMMAND: Final = Path(sys.executable).with_name("teamaround")


class Process(Protocol):
    """What a test does with a process, whether it was started afresh or is a warm one's fork."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def send_signal(self, signal: int, /) -> None: ...
    def kill(self) -> None: ...
    async def wait(self) -> int: ...


@dataclass(slots=True)
class Served:
    """The running process at `url`; `said` are the lines that it printed so far."""

    url: str
    settings: Settings
    process: Process
    session: aiohttp.ClientSession
    said: list[str] = field(default_factory=list)

    async def stop(self) -> int:
        """Stop it as an operator does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await patiently(self.process.wait())


def settings_file(folder: Path, settings: Settings, **more: Any) -> Path:
    """Write the settings as an operator would; the file."""
    file = folder / "settings.toml"
    file.touch(mode=0o600)  # an address in it may have a password
    file.write_text(as_toml(changed(settings, **{"server__port": 0} | more)))
    return file


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a command finds around it: homes and temporary files under `folder`."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    kept = {n: os.environ[n] for n in ("PATH", "PYTHONPATH") if n in os.environ}
    return {**kept, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), **more}


@asynccontextmanager
async def served(
    folder: Path, sources: Iterable[SourceFile], **settings: Any
) -> AsyncIterator[Served]:
    """A gateway over `sources` in a process whose every file is under `folder`."""
    async with started(folder, settings_for(folder, sources, **settings)) as gateway:
        yield gateway


@asynccontextmanager
async def served_afresh(
    folder: Path, sources: Iterable[SourceFile], **settings: Any
) -> AsyncIterator[Served]:
    """The same in a process that imports all that it needs, as an operator's does."""
    async with started(folder, settings_for(folder, sources, **settings), "env") as gateway:
        yield gateway


@asynccontextmanager
async def started(
    folder: Path,
    chosen: Settings,
    *before: str | Path,
    code: Path | None = None,
    file: Path | None = None,
) -> AsyncIterator[Served]:
    """A gateway over files that are there already; `before` is a command that runs it.

    `code` is another release's tree, which reads its settings from `file`. Without either it is a
    warm process, which has imported all that it needs.
    """
    development_key(chosen)
    words = ("serve", "--settings", str(file or settings_file(folder, chosen)))
    found = environment(folder, **({"PYTHONPATH": str(code)} if code else {}))
    said: list[str] = []
    if before or code:
        process, output = await _afresh(*before, COMMAND, *words, folder=folder, found=found)
    else:
        process, output = _warm(*words, folder=folder, found=found)
    try:
        where = await patiently(_serving(output, said))
        url = f"http://{where['host']}:{where['port']}"
        async with aiohttp.ClientSession() as session, _heard(output, said):
            try:
                yield Served(url, chosen, process, session, said)
            finally:
                await _ended(process)  # what it says ends with it, also where a test failed
    finally:
        await _ended(process)


async def _afresh(
    *words: str | Path, folder: Path, found: Mapping[str, str]
) -> tuple[Process, asyncio.StreamReader]:
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        cwd=folder,
        env=found,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    return process, process.stdout


def _warm(
    *words: str, folder: Path, found: Mapping[str, str]
) -> tuple[Process, asyncio.StreamReader]:
    process = begin(*words, folder=folder, environment=found)
    return process, process.said()


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


@asynccontextmanager
async def _heard(output: asyncio.StreamReader, said: list[str]) -> AsyncIterator[None]:
    listening = asyncio.create_task(_listen(output, said))
    try:
        yield
    finally:
        await listening


async def _serving(output: asyncio.StreamReader, said: list[str]) -> Mapping[str, Any]:
    while line := (await output.readline()).decode():
        said.append(line)
        if '"serving"' in line:
            found: Mapping[str, Any] = json.loads(line)
            return found
    raise AssertionError("the gateway did not start:\n" + "".join(said))


async def _listen(output: asyncio.StreamReader, said: list[str]) -> None:
    while line := (await output.readline()).decode():
        said.append(line)
