"""`make steady`: the tests many times over, alone and beside a load; each failure by its name.

Each round has an order of its own, which is printed: `make test ARGS="--order N"` repeats it. Name
files or folders to try those alone.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from random import SystemRandom
from typing import Final

from lxml import etree

_PLUGINS: Final = ("-p", "tests.support.steady.order", "-p", "no:cacheprovider")
_SHARED: Final = ("--dist", "loadfile", "--no-loadscope-reorder")  # else the largest file is first
_PYTEST: Final = (sys.executable, "-m", "pytest", *_PLUGINS, *_SHARED)
_JOBS: Final = 4  # as in `make test`
_ORDERS: Final = 1_000_000
_SHOWN: Final = 200  # characters of what pytest says
_BUSY: Final = (sys.executable, "-c", "while True: pass")


def main() -> int:
    """Try the rounds; 1 if a test failed in one of them."""
    parser = argparse.ArgumentParser(prog="make steady", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="rounds alone, and as many beside")
    parser.add_argument("--load", type=int, default=4, help="busy processes beside; 0: alone only")
    parser.add_argument("--jobs", type=int, default=_JOBS, help="processes that test")
    parser.add_argument("--first", type=int, help="the first round's order; else any")
    parser.add_argument("tests", nargs="*", default=["tests"])
    options = parser.parse_args()
    failed: Counter[str] = Counter()
    first = SystemRandom().randrange(_ORDERS) if options.first is None else options.first
    orders = count(first)
    for load in sorted({0, options.load}):
        beside = f", beside {load} busy processes" if load else ""
        with _busy(load):
            for order in islice(orders, options.times):
                names = failures(options.tests, order, options.jobs)
                failed.update({name.partition(": ")[0] for name in names})
                _say(f"order {order}{beside}: {'; '.join(names) or 'every test passed'}")
    for name, times in failed.most_common():
        _say(f"{times} times: {name}")
    return 1 if failed else 0


def failures(tests: Sequence[str], order: int, jobs: int) -> list[str]:
    """The tests that fail in one round, each with why; what pytest says where it ran none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [*_PYTEST, "--order", str(order), "-n", str(jobs), f"--junitxml={report}", *tests]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if ran.returncode not in {0, 1} or not report.exists():
            return [f"no test ran: {(ran.stdout + ran.stderr).strip()[-500:]}"]
        cases = etree.parse(report).iterfind(".//testcase")
        return sorted(f"{_named(each)}: {said}" for each in cases for said in _failures(each))


def _named(case: "etree._Element") -> str:
    return f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"


def _failures(case: "etree._Element") -> Iterator[str]:
    """What pytest says of each failure, in a line."""
    for each in case:
        if each.tag in {"failure", "error"}:
            yield " ".join((each.get("message") or "").split())[:_SHOWN]


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """So many processes that do nothing but count, a little less urgent than the tests."""
    made = [subprocess.Popen(["nice", "-n", "5", *_BUSY]) for _ in range(count)]  # noqa: S603, S607
    try:
        yield
    finally:
        for each in made:
            each.kill()
            each.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
