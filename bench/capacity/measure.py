"""Every figure that a plan needs, measured in one run: `make capacity`."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.audit.disk import durable_write_ms
from bench.audit.gateways import Round
from bench.audit.gateways import measured as appended
from bench.audit.postgres import fresh_place
from bench.audit.years import chunk
from bench.capacity.database import Counts, counted, size_of
from bench.capacity.figures import Figures, Line
from bench.capacity.rig import Rig
from bench.processes.gateway_process import HERE, GatewayProcess
from bench.town.question import FIRST_SCREEN, OUTCOMES, body_of
from gateway.audit.entry.search import Search
from gateway.audit.log.postgres import PostgresLog
from gateway.audit.tree.merkle import edge_of
from gateway.audit.tree.proved import CheckedState

AGENCIES: Final = (1, 7, 20)
SOURCES: Final = (20, 220)
CHUNKS: Final = (2, 8)  # of 2,000 entries
_AGENCIES: Final = [f"agency-{number:03}" for number in range(SOURCES[-1])]
_QUESTIONS: Final = 40
_IDLE_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """CPU milliseconds a question: of the gateway, of the key service."""

    gateway: float
    keys: float


def all_figures(rig: Rig, rounds: int, say: Callable[[str], None]) -> Figures:
    """Measure everything, with a line to `say` before each part."""
    urls = rig.street.tell({"agencies": _AGENCIES, "bytes": 0, "delay_ms": 0})
    say("starts, by the number of sources")
    starts = {number: _started(rig, urls, number) for number in SOURCES}
    say("questions, by their kind and by the agencies asked")
    told = _questions(rig, dict(list(urls.items())[: max(AGENCIES)]), rounds)
    say("the log: bytes, lock and start, by its entries")
    log = asyncio.run(_log(rig))
    return Figures(
        **told,
        **log,
        start_s=Line.through({number: cpu for number, (cpu, _) in starts.items()}),
        memory_mib=Line.through({number: memory for number, (_, memory) in starts.items()}),
        commit_s=durable_write_ms(rig.folder) / 1000,
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
    )


def _started(rig: Rig, urls: dict[str, str], number: int) -> tuple[float, float]:
    """Seconds of CPU until it serves so many sources, and MiB of memory after some questions."""
    few = dict(list(urls.items())[:number])
    with rig.gateway(rig.settings(few)) as gateway:
        cpu = gateway.cpu_s
        _ask(rig, gateway, FIRST_SCREEN, list(few)[:7])
        return cpu, gateway.memory_mib


def _questions(rig: Rig, urls: dict[str, str], rounds: int) -> dict[str, Any]:
    """The figures of a question, from rounds in turns; the first one warms up."""
    cases = [(document, n) for document in (FIRST_SCREEN, OUTCOMES) for n in AGENCIES]
    found: dict[tuple[str, int], list[_Asked]] = {case: [] for case in cases}
    settings = rig.settings(urls)
    with rig.gateway(settings) as gateway:
        for _ in range(rounds + 1):
            for document, n in cases:
                asked = _ask(rig, gateway, document, list(urls)[:n])
                found[document, n].append(asked)
        spent = asyncio.run(_in_the_database(rig, gateway, settings, list(urls)[:7]))
    lines = [
        Line.through({n: _middle(found[document, n], "gateway") for n in AGENCIES})
        for document in (FIRST_SCREEN, OUTCOMES)
    ]
    first, outcomes = lines
    keys = _middle(found[FIRST_SCREEN, 7], "keys")
    return {"first_screen": first, "outcomes": outcomes, "keys_ms": keys, **spent}


def _middle(rounds: Sequence[_Asked], whose: str) -> float:
    found: list[float] = [getattr(each, whose) for each in rounds[1:]]
    return median(found)


def _ask(rig: Rig, gateway: GatewayProcess, document: str, agencies: Iterable[str]) -> _Asked:
    before = gateway.cpu_s, rig.keys.cpu_s
    ask(rig, gateway, document, list(agencies), _QUESTIONS, 8)
    spent = gateway.cpu_s - before[0], rig.keys.cpu_s - before[1]
    return _Asked(*(1000 * each / _QUESTIONS for each in spent))


def ask(  # noqa: PLR0913, PLR0917 - what a load is told
    rig: Rig, gateway: GatewayProcess, document: str, agencies: list[str], count: int, at_once: int
) -> list[float]:
    """Have the load ask so often, so many at once; the seconds of each."""
    order = {"url": gateway.url, "headers": gateway.headers, "agencies": len(agencies)}
    body = {"body": body_of(document, agencies), "count": count, "in_flight": at_once}
    took: list[float] = rig.load.tell({**order, **body})["took_s"]
    return took


async def _in_the_database(
    rig: Rig, gateway: GatewayProcess, settings: Path, agencies: list[str]
) -> dict[str, float]:
    """What a first screen writes, without what the gateway writes when nobody asks."""
    count = 3 * _QUESTIONS
    given = rig.server, rig.schema_of(settings), rig.folder / "postgres"
    first, cpu = await counted(*given), gateway.cpu_s
    await asyncio.sleep(_IDLE_S)
    rested = gateway.cpu_s - cpu
    idle = (begun := await counted(*given)).since(first)
    await asyncio.to_thread(ask, rig, gateway, FIRST_SCREEN, agencies, count, 8)
    spent: Counts = (await counted(*given)).since(begun, idle)
    return {
        "idle_ms": 1000 * rested / _IDLE_S,
        "database_ms": 1000 * spent.cpu_s / count,
        "entries": spent.entries / count,
        "commits": spent.commits / count,
        "rows": spent.rows / count,
        "wal_bytes": spent.wal / count,
    }


async def _log(rig: Rig) -> dict[str, Any]:
    """Bytes an entry, what a start costs by the entries, and how long one holds the lock."""
    number = next(rig.numbers)
    place, index = await fresh_place(rig.server, number), rig.folder / "found-by"
    sizes: dict[int, tuple[int, int]] = {}
    opened: dict[int, float] = {}
    log = await PostgresLog.open(place, index)
    for done in range(max(CHUNKS)):
        await asyncio.gather(*map(log.append, chunk(done)))
        if done + 1 in CHUNKS:
            await log.search(Search(), count=1)  # by an index that knows all
            state = await _state(log)
            sizes[state.size] = (await size_of(rig.server, f"log_{number}"), _on_disk(index))
            opened[state.size] = await _opened(place, index, state)
    await log.aclose()
    (few, small), (many, large) = sizes.items()
    grown = many - few
    return {
        "entry_bytes": (large[0] - small[0]) / grown,
        "index_bytes": max(0, large[1] - small[1]) / grown,
        "opened_s": Line.through({log2(size): took for size, took in opened.items()}),
        **await _read_again(place, index, many),
        **await _locked(rig),
    }


async def _state(log: PostgresLog) -> CheckedState:
    size = await log.size()
    return CheckedState(size, edge_of(size, await log.nodes([size - 1], size)).root)


async def _opened(place: str, index: Path, state: CheckedState) -> float:
    """Seconds of this process's CPU for a start from a signed state, the median of five."""
    took = []
    for _ in range(5):
        began = time.process_time()
        log = await PostgresLog.open(place, index, state)
        took.append(time.process_time() - began)
        await log.aclose()
    return median(took)


async def _read_again(place: str, index: Path, entries: int) -> dict[str, float]:
    """Milliseconds of CPU for an entry: to hash it again, and to put it into the index."""
    index.unlink()  # noqa: ASYNC240 - nothing else runs here
    began = time.process_time()
    log = await PostgresLog.open(place, index)
    opened = time.process_time()
    await log.search(Search(), count=1)
    indexed = time.process_time()
    await log.aclose()
    each = 1000 / entries
    return {"recheck_ms": (opened - began) * each, "index_ms": (indexed - opened) * each}


def _on_disk(index: Path) -> int:
    beside = index.parent.glob(f"{index.name}*")
    return sum(each.stat().st_size for each in beside if each.is_file())


async def _locked(rig: Rig) -> dict[str, float]:
    """Milliseconds of CPU and under the lock, for an entry of 64 callers and for one of one."""
    many, one = [await _appended(rig, callers) for callers in (64, 1)]
    return {
        "appended_ms": many.gateway_us / 1000,
        "held_ms": many.lock_us / 1000,
        "alone_ms": one.lock_us / 1000,
    }


async def _appended(rig: Rig, callers: int) -> Round:
    number = next(rig.numbers)
    place = await fresh_place(rig.server, number)
    given = (place, str(rig.folder / f"found-by-{number}"), callers, 3.0)
    return await appended(rig.server, HERE, 1, given)
