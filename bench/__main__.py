"""Every figure of docs/performance.md: `make bench`."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.audit.disk import durable_write_ms
from bench.parts.decisions import decisions_table
from bench.parts.tokens import tokens_table
from bench.processes.gateway_process import gateway_process
from bench.processes.worker import working
from bench.questions.measurement import Bench, Case
from bench.town.files import write_town
from bench.town.question import FIRST_SCREEN, OUTCOMES

SMALL: Final = 0  # bytes: the record as it is, about 600
AGENCIES: Final = [f"agency-{number:02}" for number in range(1, 21)]
CPU: Final = (
    *(Case("first screen", FIRST_SCREEN, n, SMALL) for n in (1, 7, 20)),
    *(Case("outcomes", OUTCOMES, n, SMALL) for n in (1, 7, 20)),
    *(Case("first screen", FIRST_SCREEN, 7, size) for size in (8 * 1024, 64 * 1024)),
)
LATENCY: Final = tuple(
    Case("first screen", FIRST_SCREEN, n, SMALL, delay_ms=20, count=30, in_flight=1)
    for n in (1, 7, 20)
)
BUSY: Final = tuple(
    Case("first screen", FIRST_SCREEN, 7, SMALL, delay_ms=20, count=640, in_flight=many)
    for many in (1, 8, 64)
)
# Agencies take half a second, so that all of them are under way at one time.
IN_FLIGHT: Final = tuple(
    Case("first screen", FIRST_SCREEN, 7, SMALL, delay_ms=500, count=2 * many, in_flight=many)
    for many in (32, 192)
)
CROWD: Final = Case(
    "first screen", FIRST_SCREEN, 7, 64 * 1024, delay_ms=500, count=300, in_flight=100
)


@contextmanager
def open_bench(folder: Path) -> Iterator[tuple[Bench, float]]:
    """All processes: agencies, gateway, bare fan-out, load.

    The gateway has started before, as it has nearly always. Beside it the MiB of its first start,
    which makes its files and holds alembic for that.
    """
    with ExitStack() as stack:
        agencies = stack.enter_context(working("bench.town.agencies"))
        urls = agencies.tell({"agencies": AGENCIES, "bytes": SMALL, "delay_ms": 0})
        settings = write_town(folder, urls)
        with gateway_process(settings) as first:
            first_mib = first.memory_mib
        gateway = stack.enter_context(gateway_process(settings))
        bare = stack.enter_context(working("bench.processes.fan_out"))
        load = stack.enter_context(working("bench.processes.load"))
        yield Bench(agencies, bare, load, gateway, urls), first_mib


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, of each case")
    rounds = parser.parse_args().rounds
    console = Console(width=110)
    with TemporaryDirectory() as folder, open_bench(Path(folder)) as (bench, first_mib):
        started = bench.gateway.memory_mib
        console.print(_cpu_table(bench, rounds))
        console.print(_latency_table(bench, rounds, Path(folder)))
        console.print(_busy_table(bench))
        console.print(_memory_table(bench, first_mib, started))
    console.print(decisions_table())
    console.print(tokens_table())


def _cpu_table(bench: Bench, rounds: int) -> Table:
    table = Table(title="CPU per question, 8 in flight: medians of interleaved rounds")
    for heading in ("selects", "agencies", "each answers", "gateway", "bare fan-out", "ratio"):
        table.add_column(heading, justify="left" if heading == "selects" else "right")
    for case, figures in bench.measured(CPU, rounds):
        table.add_row(
            case.selects,
            str(case.agencies),
            f"{case.bytes // 1024} KiB" if case.bytes else "0.6 KiB",
            f"{figures.gateway_cpu_ms:.2f} ms",
            f"{figures.bare_cpu_ms:.2f} ms",
            f"{figures.ratio:.1f}",
        )
    return table


def _latency_table(bench: Bench, rounds: int, folder: Path) -> Table:
    table = Table(title="Wait for a whole answer, 1 in flight, every agency answers in 20 ms")
    headings = ("agencies", "gateway", "bare fan-out", "gateway adds", "of that, 2 durable writes")
    for heading in headings:
        table.add_column(heading, justify="right")
    for case, figures in bench.measured(LATENCY, rounds):
        table.add_row(
            str(case.agencies),
            f"{figures.gateway_took_ms:.1f} ms",
            f"{figures.bare_took_ms:.1f} ms",
            f"{figures.gateway_took_ms - case.delay_ms:.1f} ms",
            f"{2 * durable_write_ms(folder):.1f} ms",
        )
    return table


def _busy_table(bench: Bench) -> Table:
    table = Table(title="Wait for a whole answer of 7 agencies, each in 20 ms, by how many ask")
    for heading in ("in flight", "median", "99th percentile", "questions a second"):
        table.add_column(heading, justify="right")
    for case in BUSY:
        bench.agencies.tell({"bytes": case.bytes, "delay_ms": case.delay_ms})
        took_s = sorted(bench.ask(case)["took_s"])
        cells = (took_s[len(took_s) // 2], took_s[len(took_s) * 99 // 100])
        rate = case.in_flight * len(took_s) / sum(took_s)
        waits = (f"{1000 * each:.0f} ms" for each in cells)
        table.add_row(str(case.in_flight), *waits, f"{rate:.0f}")
    return table


def _memory_table(bench: Bench, first_mib: float, started: float) -> Table:
    table = Table(
        title="Memory of the gateway, resident; the crowd: 100 in flight, 7 x 64 KiB each"
    )
    few, many = (case.in_flight for case in IN_FLIGHT)
    in_flight = "a further question in flight"
    headings = ("first start", "started again", f"peak, {few} in flight", in_flight, "crowd, peak")
    for heading in headings:
        table.add_column(heading, justify="right")
    peaks = [_peak(bench, case) for case in (*IN_FLIGHT, CROWD)]
    each_kib = 1024 * (peaks[1] - peaks[0]) / (many - few)
    table.add_row(
        f"{first_mib:.0f} MiB",
        f"{started:.0f} MiB",
        f"{peaks[0]:.0f} MiB",
        f"{each_kib:.0f} KiB",
        f"{peaks[2]:.0f} MiB",
    )
    return table


def _peak(bench: Bench, case: Case) -> float:
    bench.agencies.tell({"bytes": case.bytes, "delay_ms": case.delay_ms})
    bench.ask(case)
    return bench.gateway.peak_memory_mib


if __name__ == "__main__":
    main()
