"""CPU per question of this gateway and of its peers, beside each other: `make bench-peers`."""

import argparse
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console

from bench.peers.drawn import drawn
from bench.peers.question import Shape
from bench.peers.servers import PEERS, NotHereError, Peer, Town, running
from bench.peers.tables import tables
from bench.processes.gateway_process import HERE, gateway_process, teamaround_of
from bench.processes.worker import Worker, working
from bench.town.files import write_town
from bench.town.question import FIRST_SCREEN, FIRST_SCREENS, NUMBERS, body_of

OURS: Final = "Team Around"
ONE: Final = ("9000000009",)
SHAPES: Final[Mapping[str, Shape]] = {
    "1 child x 7 agencies": Shape(7, ONE),
    "1 child x 20 agencies": Shape(20, ONE),
    "1 child x 7 agencies, 11 involvements each": Shape(7, ONE, workers=11),
    "50 children x 7 agencies": Shape(7, NUMBERS),
}
SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
WARM_S: Final = 3.0  # of a server's CPU, before what counts
A_ROUND_S: Final = 0.5  # of a server's CPU


@dataclass(slots=True)
class Contestant:
    """A running server, and what it is asked."""

    name: str
    server: Any
    order: dict[str, Any]

    def ask(self, load: Worker, count: int, in_flight: int, *, whole: bool = False) -> float:
        """Ask so often; milliseconds of CPU per question."""
        before = self.server.cpu_s
        order = {**self.order, "count": count, "in_flight": in_flight, "whole": whole}
        wrong = load.tell(order).get("wrong")
        if wrong is not None:
            raise NotHereError(wrong)
        return 1000 * float(self.server.cpu_s - before) / count

    def warm(self, load: Worker, in_flight: int) -> int:
        """Ask until compilers that work just in time are done; how many make a round."""
        self.ask(load, 2, 1, whole=True)  # the right answer, before any figure
        costs_ms = self.ask(load, 4 * in_flight, in_flight)
        costs_ms = self.ask(load, _count(WARM_S, costs_ms, 800), in_flight)
        return _count(A_ROUND_S, costs_ms, 500)


def _count(cpu_s: float, costs_ms: float, most: int) -> int:
    return max(4, min(most, int(1000 * cpu_s / costs_ms)))


@dataclass(frozen=True, slots=True)
class Measured:
    """By shape and server: milliseconds per question of each round. `absent` says who ran not."""

    rounds_ms: dict[str, dict[str, list[float]]]
    absent: dict[str, str]


def contestants(
    shape: Shape,
    urls: Mapping[str, str],
    chosen: Sequence[Peer],
    absent: dict[str, str],
    stack: ExitStack,
) -> Iterator[Contestant]:
    """Ours and every chosen peer, running over these agencies."""
    yield _ours(shape, urls, stack)
    for peer in chosen:
        town = Town(urls, Path(stack.enter_context(TemporaryDirectory())))
        try:
            server = stack.enter_context(running(peer, town, SERVER_CORE))
        except NotHereError as why:
            absent[peer.name] = str(why)
            continue
        order = {"url": server.url, "body": shape.body, "answer": shape.answer}
        yield Contestant(peer.name, server, order)


def _ours(shape: Shape, urls: Mapping[str, str], stack: ExitStack) -> Contestant:
    named = {name.replace("_", "-"): url for name, url in urls.items()}
    folder = Path(stack.enter_context(TemporaryDirectory()))
    program = ("taskset", "-c", str(SERVER_CORE), *teamaround_of(HERE))
    server = stack.enter_context(gateway_process(write_town(folder, named), program))
    several = len(shape.children) > 1
    body = (
        body_of(FIRST_SCREENS, named, shape.children) if several else body_of(FIRST_SCREEN, named)
    )
    order = {
        "url": server.url,
        "headers": {"Authorization": f"Bearer {server.token}"},
        "body": body,
        "agencies": shape.agencies,
    }
    return Contestant(OURS, server, order)


def measured(shapes: Mapping[str, Shape], rounds: int, chosen: Sequence[Peer]) -> Measured:
    """Every shape in turn; in each, rounds of every server in turn."""
    found = Measured({}, {})
    with working("bench.peers.stub") as stub, working("bench.peers.load") as load:
        for worker in (stub, load):
            os.sched_setaffinity(worker.process.pid, {LOAD_CORE})
        for name, shape in shapes.items():
            urls = stub.tell({"open": shape.names, "workers": shape.workers})
            with ExitStack() as stack:
                running_now = list(contestants(shape, urls, chosen, found.absent, stack))
                found.rounds_ms[name] = _rounds(
                    running_now, load, rounds, len(shape.children), found.absent
                )
            print(f"measured: {name}", flush=True)
    return found


def _rounds(
    running_now: Sequence[Contestant],
    load: Worker,
    rounds: int,
    children: int,
    absent: dict[str, str],
) -> dict[str, list[float]]:
    in_flight = 8 if children == 1 else 2
    counts = {}
    for each in running_now:
        try:
            counts[each.name] = each.warm(load, in_flight)
        except NotHereError as why:
            absent[each.name] = str(why)
    found: dict[str, list[float]] = {name: [] for name in counts}
    for _ in range(rounds):
        for each in running_now:
            if each.name in counts:
                found[each.name].append(each.ask(load, counts[each.name], in_flight))
    return found


def main() -> None:
    """Measure, print the tables, and write figures and pictures where `--into` says."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="only the peers whose name has this in it")
    parser.add_argument("--shapes", type=int, default=len(SHAPES), help="only the first so many")
    parser.add_argument("--into", type=Path, help="folder for figures.json and the pictures")
    asked = parser.parse_args()
    chosen = [peer for peer in PEERS if asked.only.lower() in peer.name.lower()]
    shapes = dict(islice(SHAPES.items(), asked.shapes))
    found = measured(shapes, asked.rounds, chosen)
    medians = {
        shape: {name: median(rounds) for name, rounds in by_server.items()}
        for shape, by_server in found.rounds_ms.items()
    }
    console = Console(width=110)
    for table in tables(medians):
        console.print(table)
    for name, why in found.absent.items():
        console.print(f"{name} did not run here: {why}", highlight=False)
    console.print(_machine(), highlight=False)
    if asked.into:
        asked.into.mkdir(parents=True, exist_ok=True)
        figures = {"machine": _machine(), "absent": found.absent, "rounds_ms": found.rounds_ms}
        (asked.into / "figures.json").write_text(json.dumps(figures, indent=1))
        for name, picture in drawn(medians).items():
            (asked.into / name).write_text(picture)


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{os.cpu_count()} cores of {model}, Linux {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
