"""When each step of a question comes, and what a bare commit takes: `make bench-path`.

One question after the other, each to agencies that answer 20 ms later. To note a step takes about
a microsecond. The bare commit is one row in SQLite, as durable as the log's, in the same folder.
"""

import argparse
import json
import os
import signal
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.processes.gateway_process import HERE, gateway_process
from bench.processes.worker import working
from bench.questions.noted import Note
from bench.town.files import write_town
from bench.town.question import FIRST_SCREEN, body_of

ANSWERED_IN_MS: Final = 20
_WARMING: Final = 32
_APART_S: Final = 0.02  # as the entries of one question are
_PATIENCE_S: Final = 60.0
_LAST: Final = -1
STEPS: Final = (
    ("its first byte is read", "BoundedProtocol.data_received", 0),
    ("its text and its token are at hand", "Pipeline.start", 0),
    ("who asks and what is known", "Pipeline._begun", 0),
    ("it is planned and decided", "Pipeline._admit", 0),
    ("it is within its limits", "QuestionFactory.question", 0),
    ("its entry goes to the log", "AuditLog.append", 0),
    ("the log's thread writes it", "_Writer.add", 0),
    ("it is on the disk", "_Writer.add ended", 0),
    ("the question continues", "AuditLog.append ended", 0),
    ("the first call leaves", "WireConnection.send", 0),
    ("the last call leaves", "WireConnection.send ended", _LAST),
    ("the first reply is read", "WireConnection.data_received", 0),
    ("the last reply is read", "WireConnection.data_received ended", _LAST),
    ("the whole answer is known", "RunningQuestion._gather ended", 0),
    ("the answer is written", "RunningQuestion.declare", 0),
    ("its entry goes to the log", "AuditLog.append", 1),
    ("the log's thread writes it", "_Writer.add", 1),
    ("it is on the disk", "_Writer.add ended", 1),
    ("the question continues", "AuditLog.append ended", 1),
    ("the first byte of the answer leaves", "RequestResponseCycle.send", 0),
)


def measured(folder: Path, agencies: int, questions: int) -> list[float]:
    """The milliseconds from a question's first byte to each of STEPS, by their medians."""
    names = [f"agency-{number:02}" for number in range(1, agencies + 1)]
    file = folder / "notes.json"
    with ExitStack() as stack:
        street = stack.enter_context(working("bench.town.agencies"))
        urls = street.tell({"agencies": names, "bytes": 0, "delay_ms": ANSWERED_IN_MS})
        town = write_town(folder, urls)
        around = {"PYTHONPATH": str(HERE)}
        program = (sys.executable, "-P", "-m", "bench.questions.noted", str(file))
        gateway = stack.enter_context(gateway_process(town, program, around))
        load = stack.enter_context(working("bench.processes.load"))
        body = body_of(FIRST_SCREEN, names)
        order = {"body": body, "agencies": agencies, "in_flight": 1}
        order |= {"url": gateway.url, "headers": gateway.headers}
        load.tell({**order, "count": _WARMING})
        load.tell({**order, "count": questions})
        os.kill(gateway.pid, signal.SIGUSR2)
        return steps_of(_written(file)[_WARMING:])


def steps_of(questions: Iterable[Sequence[Note]]) -> list[float]:
    """The median of each of STEPS over these questions."""
    all_of_them = [list(_steps(each)) for each in questions]
    return [median(one) for one in zip(*all_of_them, strict=True)]


def _steps(notes: Sequence[Note]) -> Iterator[float]:
    at: defaultdict[str, list[float]] = defaultdict(list)
    for name, seconds in sorted(notes, key=lambda note: note[1]):
        at[name].append(seconds)
    began = at[STEPS[0][1]][0]
    for _, name, number in STEPS:
        yield 1000 * (at[name][number] - began)


def _written(file: Path) -> list[list[Note]]:
    until = time.monotonic() + _PATIENCE_S
    while not file.exists():
        if time.monotonic() > until:
            raise TimeoutError("the gateway has not written its notes")
        time.sleep(_APART_S)
    read: list[list[Note]] = json.loads(file.read_text())
    return read


def bare_commits(folder: Path, count: int) -> float:
    """The median milliseconds of a commit of one row, one every few milliseconds."""
    took = []
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE bare (row BLOB)")
        for _ in range(count):
            time.sleep(_APART_S)
            began = time.perf_counter()
            connection.execute("INSERT INTO bare VALUES (zeroblob(800))")
            took.append(1000 * (time.perf_counter() - began))
    return median(took)


def told(steps: Sequence[float]) -> Iterator[str]:
    """A line for each step: when it came, and how long after the one before."""
    for place, (step, _, _) in enumerate(STEPS):
        took = steps[place] - steps[max(place - 1, 0)]
        yield f"{steps[place]:7.2f} ms  {took:6.2f}  {step}"


def main() -> None:
    """Print the steps, and what a bare commit takes."""
    parser = argparse.ArgumentParser(prog="python -m bench.questions.path", description=__doc__)
    parser.add_argument("--agencies", type=int, default=7)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the log is, on the disk that counts")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        for line in told(measured(Path(folder), asked.agencies, asked.questions)):
            print(line)
        print(f"{bare_commits(Path(folder), asked.questions):7.2f} ms  a bare commit")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
