"""What many sources in one question cost each, and what a hung one costs: `make bench-sources`."""

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.processes.gateway_process import gateway_process
from bench.processes.worker import Worker, working
from bench.questions.measurement import Bench, Case
from bench.town.files import Limits, write_town
from bench.town.question import OUTCOMES

FEW: Final = 30
MANY: Final = 300
AGENCIES: Final = [f"agency-{number:03}" for number in range(1, MANY + 1)]
SIZES: Final = tuple(
    Case("outcomes", OUTCOMES, agencies, bytes=0, count=600 // agencies * 2, in_flight=2)
    for agencies in (FEW, MANY)
)
BESIDE: Final = Case("outcomes", OUTCOMES, 7, bytes=0, count=100, in_flight=20)
# Whoever asks for the six others, beside those who ask for all seven.
OTHERS: Final = Case("outcomes", OUTCOMES, 6, bytes=0, count=400, in_flight=8)
DECLARED: Final = Limits(timeout="500ms", concurrency=4)


@contextmanager
def open_bench(folder: Path, names: list[str], silent: str | None = None) -> Iterator[Bench]:
    """All processes; the agency called `silent` is at the address that stands for its name."""
    with ExitStack() as stack:
        agencies = stack.enter_context(working("bench.town.agencies"))
        urls = agencies.tell({"agencies": names, "bytes": 0, "delay_ms": 0})
        limits = {}
        if silent is not None:
            urls = {**urls, "silent": silent}
            limits = {"silent": DECLARED}
        gateway = stack.enter_context(gateway_process(write_town(folder, urls, limits)))
        bare = stack.enter_context(working("bench.processes.fan_out"))
        load = stack.enter_context(working("bench.processes.load"))
        yield Bench(agencies, bare, load, gateway, urls)


def main() -> None:
    """Measure both and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.questions.sources", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, of each case")
    rounds = parser.parse_args().rounds
    console = Console(width=110)
    console.print(_sizes_table(rounds))
    console.print(_hung_table())
    console.print(_others_table(rounds))


def _sizes_table(rounds: int) -> Table:
    table = Table(title="CPU of one question by how many sources it asks: medians of rounds")
    for heading in ("sources", "gateway", "of that, each source", "bare fan-out"):
        table.add_column(heading, justify="right")
    each: list[float] = []
    with TemporaryDirectory() as folder, open_bench(Path(folder), AGENCIES) as bench:
        for case, figures in bench.measured(SIZES, rounds):
            each.append(figures.gateway_cpu_ms / case.agencies)
            table.add_row(
                str(case.agencies),
                f"{figures.gateway_cpu_ms:.1f} ms",
                f"{each[-1]:.2f} ms",
                f"{figures.bare_cpu_ms:.1f} ms",
            )
    table.caption = f"a source among {MANY} costs {each[1] / each[0]:.2f} of one among {FEW}"
    return table


def _hung_table() -> Table:
    table = Table(title=f"A hung source beside 6, {BESIDE.in_flight} questions in flight")
    headings = ("questions", "declared at once", "connected at once", "ever", "median wait")
    for heading in headings:
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder, working("bench.town.silent") as silent:
        url = silent.tell({"listen": True})["url"]
        with open_bench(Path(folder), AGENCIES[:6], url) as bench:
            asked = bench.ask(BESIDE, unanswered=1)
        seen = silent.tell({"listen": False})
    counts = (BESIDE.count, DECLARED.concurrency, seen["most"], seen["ever"])
    table.add_row(*map(str, counts), f"{1000 * median(asked['took_s']):.0f} ms")
    return table


def _others_table(rounds: int) -> Table:
    """What a source that hangs costs those who ask the six others, in turns with none that does."""
    table = Table(title="Questions to 6 agencies a second, while others ask a seventh too")
    for heading in ("the seventh answers", "the seventh hangs", "ratio"):
        table.add_column(heading, justify="right")
    rates: dict[bool, list[float]] = {False: [], True: []}
    with ExitStack() as stack:
        silent = stack.enter_context(working("bench.town.silent"))
        url = silent.tell({"listen": True})["url"]
        folders = [Path(stack.enter_context(TemporaryDirectory())) for _ in rates]
        well = stack.enter_context(open_bench(folders[0], AGENCIES[:7]))
        ill = stack.enter_context(open_bench(folders[1], AGENCIES[:6], url))
        beside = stack.enter_context(working("bench.processes.load"))
        for _ in range(rounds + 1):
            rates[False].append(_rate(well, beside, unanswered=0))
            rates[True].append(_rate(ill, beside, unanswered=1))
    whole, hung = (median(rates[hangs][1:]) for hangs in (False, True))
    table.add_row(f"{whole:.0f}", f"{hung:.0f}", f"{hung / whole:.2f}")
    return table


def _rate(bench: Bench, beside: Worker, unanswered: int) -> float:
    """Questions a second of those who ask six, while others ask all seven."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(replace(bench, load=beside).ask, BESIDE, unanswered)
        took_s = bench.ask(OTHERS)["took_s"]
        asked.result()
    return float(OTHERS.in_flight * len(took_s) / sum(took_s))


if __name__ == "__main__":
    main()
