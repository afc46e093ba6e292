"""A measured run: seeds drawn from the commit, districts shared out among processes."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from subprocess import run
from typing import Final

from bench.matching.asking.counts import Counts, summed
from bench.matching.asking.rounds import asked_round
from bench.matching.settings import Setting

A_ROUND: Final = 2_500  # questions asked of one district before the next seed


@dataclass(frozen=True, slots=True)
class Commit:
    """What is measured; `changed` if files differ from the commit, so that seeds prove nothing."""

    id: str
    changed: bool

    @classmethod
    def here(cls) -> "Commit":
        """The commit that is checked out."""
        return cls(_git("rev-parse", "HEAD"), bool(_git("status", "--porcelain")))

    def seed(self, what: str, number: int) -> int:
        """The seed of one round: nobody chose it, and whoever has the commit finds it again."""
        drawn = sha256(f"{self.id} {what} {number}".encode()).digest()
        return int.from_bytes(drawn[:6], "big")


def measured(
    settings: tuple[Setting, ...], commit: Commit, count: int, processes: int
) -> Iterator[tuple[Setting, Counts]]:
    """Each setting with what came of `count` questions, as they are done."""
    with ProcessPoolExecutor(processes) as pool:
        asked = {
            setting: [
                pool.submit(asked_round, setting, commit.seed(setting.name, n), size)
                for n, size in enumerate(sizes(setting, count))
            ]
            for setting in settings
        }
        for setting, every in asked.items():
            yield setting, summed(each.result() for each in every)


def sizes(setting: Setting, count: int) -> list[int]:
    """How many questions each district of a setting is asked, of a run of `count` a setting."""
    own = ceil(count * setting.part)
    rounds = ceil(own / A_ROUND)
    return [own // rounds + (number < own % rounds) for number in range(rounds)]


def _git(*words: str) -> str:
    said = run(["git", *words], capture_output=True, text=True, check=True)  # noqa: S603, S607
    return said.stdout.strip()
