"""What figures and traces cost a question: `python -m bench.parts.figures`.

CPU of everything that a question of ten agencies tells them, by the process's own clock: the best
of some rounds, as whatever else runs only adds. What the collector's thread does is beside it.
"""

import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final

from rich.console import Console
from rich.table import Table

from gateway.http.collector.resource import own_resource
from gateway.http.collector.spans import SpanWriter
from gateway.http.metrics.counted import CountedFigures
from gateway.http.traces.held import OF_DEVELOPMENT, HeldTraces
from gateway.http.traces.shape import shown
from gateway.http.traces.traces import Traces
from gateway.model.figures import ANSWER, ANSWERED, NO_FIGURES, RELEASE, STAGES, Figures

AGENCIES: Final = tuple(f"agency-{number}" for number in range(10))
SHARES: Final = (0.0, 0.05, 1.0)
_QUESTIONS: Final = 500
_ROUNDS: Final = 9


def question(figures: Figures) -> None:
    """Everything that one question tells, without what is done for it."""
    figures.began(None)
    figures.took_place(1)
    for stage in STAGES:
        with figures.stage(stage):
            if stage == ANSWER:
                for agency in AGENCIES:
                    figures.called(agency, "ok", 0.1)
        if stage == RELEASE:
            figures.answered(["HAS_RECORD"] * len(AGENCIES))
    figures.took_place(-1)
    figures.responded(ANSWERED)


def traced(share: float) -> CountedFigures:
    """Figures beside traces of this share of questions."""
    lot = Random(3).random
    held = HeldTraces(OF_DEVELOPMENT, time.monotonic, lot)
    traces = Traces(held, time.monotonic, lot, share=share)
    return CountedFigures(time.monotonic, lot, traces)


def figures_table() -> Table:
    """Microseconds a question, in the loop and in the thread that sends."""
    table = Table(title="CPU of a question to ten agencies, in microseconds")
    for heading in ("", "while it is asked", "in the collector's thread"):
        table.add_column(heading, justify="right")
    plain = CountedFigures(time.monotonic, Random(3).random)
    for name, figures in (("neither", NO_FIGURES), ("figures", plain)):
        table.add_row(name, f"{cpu_us(partial(question, figures)):.1f}", "none")
    for share in SHARES:
        asked, sent = cost_us(share)
        table.add_row(f"figures, {share:.0%} traced", f"{asked:.1f}", f"{sent:.1f}")
    return table


def cost_us(share: float) -> tuple[float, float]:
    """What a question costs where this share is traced: while it is asked, and in the thread."""
    figures, writer = traced(share), SpanWriter(own_resource())
    assert figures.traces is not None  # noqa: S101  just made
    held = figures.traces.held
    asked = cpu_us(partial(question, figures), held.due)

    def send() -> None:
        writer.written([shown(each, AGENCIES) for each in held.due()], time.time_ns())

    def ask() -> None:
        for _ in range(_QUESTIONS):
            question(figures)

    held.due()
    return asked, cpu_us(send, ask, times=1) / _QUESTIONS


def cpu_us(
    work: Callable[[], object], before: Callable[[], object] = int, times: int = _QUESTIONS
) -> float:
    """The best of all rounds, each after `before`, for one time."""
    took = []
    for _ in range(_ROUNDS):
        before()
        began = time.process_time_ns()
        for _ in range(times):
            work()
        took.append(time.process_time_ns() - began)
    return min(took) / times / 1000


if __name__ == "__main__":
    Console().print(figures_table())
