"""`make steady`: the tests many times over, alone and beside a load; each failure by its name.

Each round has an order of its own, which is printed: `--order N` repeats it. Name files or folders
to try those alone.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lxml import etree

_PYTEST: Final = (sys.executable, "-m", "pytest", "-p", "tests.support.steady.order")
_SHOWN: Final = 200  # characters of what pytest says
_BUSY: Final = (sys.executable, "-c", "while True: pass")


def main() -> int:
    """Try the rounds; 1 if a test failed in one of them."""
    parser = argparse.ArgumentParser(prog="make steady", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="rounds alone, and as many beside")
    parser.add_argument("--load", type=int, default=4, help="busy processes beside; 0: alone only")
    parser.add_argument("--jobs", type=int, default=2, help="processes that test")
    parser.add_argument("--first", type=int, default=1, help="the first round's order")
    parser.add_argument("tests", nargs="*", default=["tests"])
    options = parser.parse_args()
    failed: Counter[str] = Counter()
    for load in sorted({0, options.load}):
        beside = f", beside {load} busy processes" if load else ""
        with _busy(load):
            for order in range(options.first, options.first + options.times):
                names = failures(options.tests, order, options.jobs)
                failed.update({name.partition(": ")[0] for name in names})
                _say(f"order {order}{beside}: {'; '.join(names) or 'every test passed'}")
    for name, count in failed.most_common():
        _say(f"{count} times: {name}")
    return 1 if failed else 0


def failures(tests: Sequence[str], order: int, jobs: int) -> list[str]:
    """The tests that fail in one round, each with why; what pytest says where it ran none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        spread = ["-n", str(jobs), "--dist", "loadfile", "-p", "no:cacheprovider"]
        command = [*_PYTEST, "--order", str(order), *spread, f"--junitxml={report}", *tests]
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
