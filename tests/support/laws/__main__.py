"""`make laws`: the laws over as many questions as one likes, each round by a seed that is printed.

A round is every law over some hundred examples. Where a law is broken, the round's seed repeats it.
"""

import argparse
import multiprocessing
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from typing import Final

from tests.support.laws.law_round import LawRound, tried

_SEEDS: Final = 1_000_000_000


def main() -> int:
    """Try rounds until enough was asked; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="make laws", description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, help="of the first round; the others count on from it")
    parser.add_argument("--law", default="", help="only laws whose name has this in it")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    first = secrets.randbelow(_SEEDS) if options.seed is None else options.seed
    began, asked, broken = time.monotonic(), 0, 0
    for each in _rounds(options.law, first, options.jobs):
        asked, broken = asked + each.asked, broken + len(each.broken)
        rate = asked / (time.monotonic() - began)
        state = "; ".join(each.broken) or "every law holds"
        sys.stdout.write(f"seed {each.number}: {asked} questions, {rate:.0f}/s: {state}\n")
        sys.stdout.flush()
        if asked >= options.questions:
            break
    return 1 if broken else 0


def _rounds(chosen: str, first: int, jobs: int) -> Iterator[LawRound]:
    """Round after round, `jobs` at a time, in the order of their seeds."""
    context = multiprocessing.get_context("spawn")
    numbers = count(first)
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        while True:
            yield from pool.map(partial(tried, chosen), [next(numbers) for _ in range(jobs)])


if __name__ == "__main__":
    sys.exit(main())
