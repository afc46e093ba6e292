"""Kills whoever appends, fifty times under load: `python -m bench.audit.kills`.

What was printed was acknowledged; after each kill all of it must be in the log, at its index,
with no gap. In PostgreSQL two gateways append, and every fifth time the server is killed too.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from bench.audit.appender import opened
from bench.audit.postgres import fresh_place, open_to_postgres
from demo.processes.postgres import Postgres

Kill = Callable[[], None]
Where = tuple[str, ...]
"""What `opened` takes: a file, or a DSN and the file of its index."""


def killed(places: list[Where], run: int, lines: int, also: Kill) -> dict[int, str]:
    """What each process had acknowledged when all were killed, after `lines` lines of one."""
    with ExitStack() as stack:
        processes = [stack.enter_context(_appender(p, 2 * run + n)) for n, p in enumerate(places)]
        first = processes[0].stdout
        assert first is not None  # noqa: S101 - it is a pipe
        printed = [first.readline() for _ in range(lines)]
        also()
        for process in processes:
            process.kill()
        for process in processes:
            printed += process.stdout or ()
    whole = (line.split() for line in printed if line.endswith("\n"))
    return {int(index): query_id for index, query_id in whole}


def _appender(place: Where, run: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.audit.appender", str(run), *place]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 - our own program


async def held(place: Where) -> dict[int, str | None]:
    """Every entry's question, by index; opening it hashes every entry again."""
    log, found = await opened(*place), dict[int, str | None]()
    while page := await log.entries(len(found)):
        found |= {logged.index: logged.entry.query_id for logged in page}
    await log.aclose()
    return found


async def soak(
    rounds: int, place: Callable[[], Awaitable[list[Where]]], kill: Callable[[int], Kill]
) -> tuple[int, int]:
    """How many entries were acknowledged, and how many of them were lost; a gap ends it."""
    dice, acknowledged = random.Random(6), dict[int, str]()
    for run in range(rounds):
        places = await place()
        acknowledged |= killed(places, run, dice.randrange(1, 2000), kill(run))
        found = await held((await place())[0])
        if sorted(found) != list(range(len(found))):
            raise SystemExit("the log has a gap")
        lost = acknowledged.items() - found.items()
        print(f"round {run}: {len(acknowledged)} acknowledged, {len(lost)} lost", flush=True)
    return len(acknowledged), len(lost)


async def main() -> None:
    """Print how many entries each store lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as made:
        folder = open_to_postgres(made)

        async def file() -> list[Where]:
            return [(str(folder / "log.db"),)]

        kept, lost = await soak(rounds, file, lambda _: lambda: None)
        print(f"SQLite: {rounds} kills, {kept} entries acknowledged, {lost} lost")
        with Postgres(folder / "postgres", durable=True) as server:
            await fresh_place(server, 0)

            async def database() -> list[Where]:
                dsn = server.dsn("postgres?search_path=log_0", "teamaround_log")
                return [(dsn, str(folder / "found-by"))] * 2

            def kill(run: int) -> Kill:
                return server.fail if run % 5 == 4 else lambda: None

            async def running() -> list[Where]:
                server.start_again()
                return await database()

            kept, lost = await soak(rounds, running, kill)
        print(f"PostgreSQL: {rounds} kills, {kept} entries acknowledged, {lost} lost")


if __name__ == "__main__":
    asyncio.run(main())
