"""Microseconds of CPU per first screen of seven agencies, by stage: `make profile`."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.processes.gateway_process import gateway_process
from bench.processes.worker import working
from bench.profile.stages import STAGES
from bench.town.files import write_town
from bench.town.question import FIRST_SCREEN, body_of

WARM: Final = 200  # questions before any counts
_WRITTEN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What so many questions cost: by stage and thread, and altogether as the kernel counts."""

    questions: int
    cpu_s: float
    sampled: Mapping[str, Any]

    def stage_us(self, stage: str) -> tuple[float, float]:
        """Microseconds per question, and the standard error of the sample."""
        spent_s, squares = self.sampled["spent_s"], self.sampled["squares"]
        each = 1e6 / self.questions
        return spent_s.get(stage, 0.0) * each, sqrt(squares.get(stage, 0.0)) * each

    @property
    def threads_us(self) -> float:
        """Microseconds per question in all other threads, which write the log and sign it."""
        return float(1e6 * sum(self.sampled["threads"].values()) / self.questions)


def profiled(questions: int, agencies: int = 7, in_flight: int = 8) -> Profile:
    """Ask a gateway in a process of its own, which samples itself."""
    names = [f"agency-{number}" for number in range(1, agencies + 1)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        figures = folder / "figures.json"
        street = stack.enter_context(working("bench.town.agencies"))
        urls = street.tell({"agencies": names, "bytes": 0, "delay_ms": 0})
        program = (sys.executable, "-m", "bench.profile.serving", str(figures))
        gateway = stack.enter_context(gateway_process(write_town(folder, urls), program))
        load = stack.enter_context(working("bench.processes.load"))
        order = {
            "url": gateway.url,
            "headers": gateway.headers,
            "body": body_of(FIRST_SCREEN, names),
            "agencies": agencies,
            "in_flight": in_flight,
        }
        load.tell({**order, "count": WARM})
        os.kill(gateway.pid, signal.SIGUSR1)
        before_s = gateway.cpu_s
        load.tell({**order, "count": questions})
        spent_s = gateway.cpu_s - before_s
        os.kill(gateway.pid, signal.SIGUSR2)
        return Profile(questions, spent_s, _written(figures))


def _written(figures: Path) -> Mapping[str, Any]:
    until = time.monotonic() + _WRITTEN_S
    while not figures.exists():
        if time.monotonic() > until:
            raise TimeoutError("the gateway wrote no figures")
        time.sleep(0.05)
    found: Mapping[str, Any] = json.loads(figures.read_text())
    return found


def table_of(profile: Profile) -> Table:
    """The table of stages."""
    table = Table(title="CPU per first screen of seven agencies, by stage")
    for heading in ("stage", "us", "error", "share"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    whole_us = 1e6 * profile.cpu_s / profile.questions
    for stage in STAGES:
        us, error = profile.stage_us(stage)
        table.add_row(stage, f"{us:.0f}", f"{error:.0f}", f"{us / whole_us:.1%}")
    threads = profile.threads_us
    table.add_row("the log, in threads", f"{threads:.0f}", "", f"{threads / whole_us:.1%}")
    table.add_row("altogether, by the kernel", f"{whole_us:.0f}", "", "")
    samples = profile.sampled["samples"]
    table.caption = (
        f"{samples} samples over {profile.questions} questions; "
        f"load average {os.getloadavg()[0]:.1f}"
    )
    return table


def main() -> None:
    """Profile and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--questions", type=int, default=2000, help="how many are sampled")
    Console(width=110).print(table_of(profiled(parser.parse_args().questions)))


if __name__ == "__main__":
    main()
