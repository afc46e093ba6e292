"""Where a country breaks first, and what moves the break: `make national`.

It measures as `make capacity` does, sends the waves through a real gateway, and simulates them at
full rate. `--figures FILE` takes what was measured from a file. `--out FILE` keeps all of it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.capacity.__main__ import figures_of
from bench.capacity.figures import Figures
from bench.capacity.rig import rig
from bench.national.country import Country
from bench.national.drawn import drawn
from bench.national.parts import DECISIONS, ENGINES, POSTGRESQL, Parts, processes_for
from bench.national.scaled import Compared, compared
from bench.national.simulation import Simulation
from bench.national.waves import WAVES

RATES: Final = (60.0, 600.0)
_SECONDS: Final = 30.0
_COUNTRY: Final = Country()
LOCK: Final = "the log's lock"


def full(figures: Figures) -> Iterator[dict[str, Any]]:
    """Every wave at each rate on each engine, with as many gateways as the rate needs."""
    for rate in RATES:
        processes = processes_for(figures, rate, _COUNTRY.asked)
        for engine in ENGINES:
            parts = Parts.of(figures, processes, engine)
            for wave in WAVES:
                arrivals = wave.arrivals(_COUNTRY, rate, _SECONDS)
                went = Simulation(parts, _COUNTRY, wave, _SECONDS).run(arrivals)
                yield {
                    "rate": rate,
                    "engine": engine.called,
                    "wave": wave.called,
                    "processes": processes,
                    "median_s": went.at(0.5),
                    "p95_s": went.at(0.95),
                    "group": went.group,
                    **went.busy,
                }


def breaks(figures: Figures) -> Iterator[dict[str, Any]]:
    """The first part to break, for each decision on each engine, and every part's own limit."""
    processes = processes_for(figures, RATES[0], _COUNTRY.asked)
    for engine in ENGINES:
        for decision in DECISIONS:
            parts = decision.over(Parts.of(figures, processes, engine))
            first, rate = parts.first(_COUNTRY.asked)
            yield {
                "engine": engine.called,
                "decision": decision.called,
                "built": decision.built,
                "first": first,
                "rate": rate,
                "limits": parts.limits(_COUNTRY.asked),
            }


def main() -> None:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.national", description=__doc__)
    parser.add_argument("--figures", type=Path, help="file of what `make capacity` measured")
    parser.add_argument("--out", type=Path, help="file for all of it, as JSON")
    parser.add_argument("--picture", type=Path, help="file for the picture, SVG")
    asked = parser.parse_args()
    figures = figures_of(asked.figures, rounds=2)
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as running:
        print("the waves through a real gateway", file=sys.stderr, flush=True)
        real = list(compared(running, figures))
    simulated, broken = list(full(figures)), list(breaks(figures))
    console = Console(width=120)
    console.print(_real(real), _simulated(simulated), _limits(figures), _broken(broken))
    if asked.out is not None:
        told = {"real": [each.as_json() for each in real], "full": simulated, "breaks": broken}
        asked.out.write_text(json.dumps({**told, "figures": asdict(figures)}, indent=1), "utf-8")
    if asked.picture is not None:
        asked.picture.write_text(drawn(broken, RATES), "utf-8")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table


def _real(found: list[Compared]) -> Table:
    table = _table(
        "A real gateway at a scaled rate, and the simulation of the same",
        *("wave", "questions", "real p50, p95", "simulated", "error of p50"),
        *("real CPU", "model's", "unanswered rows", "simulated", "slowed"),
    )
    for each in found:
        table.add_row(
            each.wave,
            str(each.questions),
            "{:.0f}, {:.0f} ms".format(*each.real_ms),
            "{:.0f}, {:.0f} ms".format(*each.simulated_ms),
            f"{100 * each.error:+.0f}%",
            f"{each.real_cpu:.1f} ms",
            f"{each.simulated_cpu:.1f} ms",
            str(each.real_unanswered),
            str(each.simulated_unanswered),
            f"{each.slow:.1f} times",
        )
    return table


def _simulated(found: list[dict[str, Any]]) -> Table:
    table = _table(
        "Simulated at full rate",
        *("wave", "a second", "engine", "p50", "p95", "gateway CPU", "keys", "lock", "group"),
    )
    for each in found:
        table.add_row(
            each["wave"],
            f"{each['rate']:.0f}",
            each["engine"],
            f"{each['median_s']:.2f} s",
            f"{each['p95_s']:.2f} s",
            f"{100 * each['gateway CPU']:.0f}%",
            f"{100 * each['key service']:.0f}%",
            f"{100 * each[LOCK]:.0f}%",
            f"{each['group']:.1f}",
        )
    return table


def _limits(figures: Figures) -> Table:
    parts = Parts.of(figures, processes_for(figures, RATES[0], _COUNTRY.asked), POSTGRESQL)
    table = _table("Where each part is busy all the time", "part", "questions a second")
    for part, rate in sorted(parts.limits(_COUNTRY.asked).items(), key=lambda each: each[1]):
        table.add_row(part, f"{rate:,.0f}")
    return table


def _broken(found: list[dict[str, Any]]) -> Table:
    table = _table("What breaks first", "engine", "decision", "built", "first", "at")
    for each in found:
        built = "yes" if each["built"] else "no"
        at = f"{each['rate']:,.0f} a second"
        table.add_row(each["engine"], each["decision"], built, each["first"], at)
    return table


if __name__ == "__main__":
    main()
