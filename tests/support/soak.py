"""`python -m tests.support.soak`: half an hour of questions beside all that could wear a gateway.

One gateway as an operator runs it, with an honest agency and a hostile one. People ask whole and in
parts, some leave in the middle, others connect and say half a request. At the end the log has every
receipt, and memory and descriptors are what they were after the first third. Exits with 1 if not,
and says what the gateway itself told: on a busy machine its log may take longer than an answer has.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

import aiohttp

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, LOCAL, AgencyServer, rest_source
from tests.support.edge import QUESTION, logged
from tests.support.loopback import serving, serving_raw
from tests.support.served_gateway import Served, served
from tests.support.settings import UNHURRIED
from tests.support.town import PRACTITIONER

ASKING: Final = 4
AT_THE_DOOR: Final = 40
SAMPLED_S: Final = 5
LEAVE: Final = 0.1
STREAMED: Final = {
    **QUESTION,
    "query": """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    receipt { index queryId }
    answers @stream(initialCount: 0) { agency { id } outcome }
    ... @defer { child { names { given family } } completeness { complete } }
  }
}
""",
}
MORE_MEMORY: Final = 1.1  # what is kept for later may grow a little still
MORE_DESCRIPTORS: Final = 8
_LINES: Final = b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: "


@dataclass(slots=True)
class Soaked:
    """What was seen: answers by what they were, receipts by entry, and a sample every few s."""

    answers: Counter[str] = field(default_factory=Counter)
    receipts: dict[int, str] = field(default_factory=dict)
    samples: list[tuple[int, int]] = field(default_factory=list)

    def verdict(self) -> list[str]:
        """What is not flat, or not as it should be, a sentence each."""
        third = len(self.samples) // 3
        first, last = self.samples[third : 2 * third], self.samples[2 * third :]
        memory = [median(kib for kib, _ in part) for part in (first, last)]
        descriptors = [median(count for _, count in part) for part in (first, last)]
        found = []
        if memory[1] > memory[0] * MORE_MEMORY:
            found.append(f"memory grew from {memory[0]} to {memory[1]} KiB")
        if descriptors[1] > descriptors[0] + MORE_DESCRIPTORS:
            found.append(f"descriptors grew from {descriptors[0]} to {descriptors[1]}")
        if odd := {said for said in self.answers if said not in {"answered", "left", "BUSY"}}:
            found.append(f"answers that nobody expected: {sorted(odd)}")
        return found


async def hostile(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An agency that answers in one of many awful ways, without end."""
    kind = next(_KINDS)
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(kind[0])
        while kind[1]:
            writer.write(kind[1])
            await writer.drain()


_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_KINDS: Final = cycle(
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (_HEAD, b"X-More: 1\r\n"),
        (_HEAD + b"X-Long: ", b"a" * 4096),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (_HEAD + b"Content-Length: 100\r\n\r\n{", b""),
        (b"not HTTP at all\r\n\r\n", b""),
        (b"", b""),
    ]
)


async def ask(gateway: Served, soaked: Soaked, dice: random.Random, over: asyncio.Event) -> None:
    """One person after the other asks, whole or in parts, and leaves in the middle now and then."""
    async with aiohttp.ClientSession() as session:
        while not over.is_set():
            body = dice.choice([QUESTION, STREAMED])
            token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=600)
            headers = {"Authorization": f"Bearer {token}"}
            headers["Accept"] = "multipart/mixed" if body is STREAMED else "application/json"
            url = f"{gateway.url}/graphql"
            async with session.post(url, json=body, headers=headers) as answer:
                if dice.random() < LEAVE:
                    soaked.answers["left"] += 1
                    answer.close()
                elif answer.status == 200 and body is STREAMED:
                    soaked.answers["answered" if await _ends(answer) else "broken off"] += 1
                else:
                    _note(soaked, answer.status, await answer.json())


async def _ends(answer: aiohttp.ClientResponse) -> bool:
    """Whether a streamed answer comes to its end; the gateway cuts it where it cannot."""
    try:
        return (await answer.read()).rstrip().endswith(b"--")
    except aiohttp.ClientPayloadError:
        return False


def told(said: Iterable[str]) -> Counter[str]:
    """What a gateway told of refusals and failures, by event and cause."""
    events = [json.loads(line) for line in said if line.startswith("{")]
    causes: Counter[str] = Counter()
    for event in events:
        if "cause" in event:
            causes[f"{event['event']}, {event['cause']}"] += event.get("count", 1)
    return causes


def _note(soaked: Soaked, status: int, said: dict[str, Any]) -> None:
    if status != 200:
        soaked.answers[said["errors"][0]["extensions"]["code"]] += 1
        return
    child = said["data"]["child"]
    outcomes = {row["agency"]["id"]: row["outcome"] for row in child["answers"]}
    honest = outcomes["spine"] == "HAS_RECORD" and outcomes["hostile"] != "HAS_RECORD"
    soaked.answers["answered" if honest else f"wrong: {outcomes}"] += 1
    soaked.receipts[int(child["receipt"]["index"])] = child["receipt"]["queryId"]


async def stand_at_the_door(gateway: Served, over: asyncio.Event) -> None:
    """Connect, send half a request a byte at a time, and come again once sent away."""
    host, port = gateway.url.removeprefix("http://").split(":")
    while not over.is_set():
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(_LINES)
            while not over.is_set() and not writer.is_closing():
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()


async def sample(gateway: Served, soaked: Soaked, over: asyncio.Event) -> None:
    """Look at the process's memory and descriptors now and then."""
    folder = Path(f"/proc/{gateway.process.pid}")
    while not over.is_set():
        kib = next(
            int(line.split()[1])
            for line in (folder / "status").read_text().splitlines()
            if line.startswith("VmRSS")
        )
        soaked.samples.append((kib, len(list((folder / "fd").iterdir()))))
        with suppress(TimeoutError):
            async with asyncio.timeout(SAMPLED_S):
                await over.wait()


async def soak(minutes: float, folder: Path) -> tuple[Soaked, list[str]]:
    """Run for so long; what was seen, and what is wrong with it."""
    soaked, over, dice = Soaked(), asyncio.Event(), random.Random(16)  # noqa: S311
    async with AsyncExitStack() as stack:
        honest = await stack.enter_async_context(serving(AgencyServer().answer))
        awful = await stack.enter_async_context(serving_raw(hostile))
        sources = [
            rest_source("spine", honest, claims=AUTHORITY),
            rest_source("hostile", awful, claims=LOCAL),
        ]
        limits = {"questions__deadline": 2, "connections__drain": 0, **UNHURRIED}
        gateway = await stack.enter_async_context(served(folder, sources, **limits))
        tasks = [asyncio.create_task(ask(gateway, soaked, dice, over)) for _ in range(ASKING)]
        tasks += [asyncio.create_task(stand_at_the_door(gateway, over)) for _ in range(AT_THE_DOOR)]
        tasks.append(asyncio.create_task(sample(gateway, soaked, over)))
        await asyncio.wait(tasks, timeout=minutes * 60, return_when=asyncio.FIRST_EXCEPTION)
        over.set()
        await asyncio.gather(*tasks)
        await gateway.stop()
    # Entries of what is no question, such as changed settings, have no query id.
    entries = enumerate(logged(folder / "state"))
    held = {number: entry.get("query_id") for number, entry in entries}
    lost = soaked.receipts.items() - held.items()
    wrong = soaked.verdict() + ([f"{len(lost)} receipts are not in the log"] if lost else [])
    why = [f"the gateway told {count} x {each}" for each, count in told(gateway.said).items()]
    return soaked, wrong and wrong + why


def main() -> None:
    """Print what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    folder = Path(tempfile.mkdtemp(prefix="teamaround-soak-"))
    try:
        soaked, wrong = asyncio.run(soak(minutes, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = [f"{count:8} {name}" for name, count in soaked.answers.most_common()]
    every = max(1, len(soaked.samples) // 10)
    lines += [
        f"after {number * SAMPLED_S:5} s: {kib} KiB, {descriptors} descriptors"
        for number, (kib, descriptors) in list(enumerate(soaked.samples))[::every]
    ]
    sys.stdout.write("\n".join([*lines, *(wrong or ["flat, and nothing lost"])]) + "\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
