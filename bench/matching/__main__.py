"""`python -m bench.matching [QUESTIONS]`: every table of docs/matching.md, in one run."""

import sys
from random import Random
from typing import Final

from bench.matching import borough, pairs, speed
from bench.matching.noise import Noise
from bench.matching.questions import Totals, ask, origins
from bench.matching.world import sample, world
from resolvers.matching.grade import MatchGrade

_QUESTIONS: Final = 100_000
_A_WORLD: Final = 2_500  # questions asked of one world before the next seed
_FIRST_SEED: Final = 30000  # seeds below were looked at while the matcher was written
_FEBRL_GIVEN: Final = (("name, date, place", False), ("and an identifier", True))
_SHOWN: Final = (MatchGrade.CERTAIN, MatchGrade.PROBABLE, MatchGrade.POSSIBLE)


def main() -> None:
    """Print the tables; QUESTIONS (100,000) are asked at ordinary noise, half as many at double."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _QUESTIONS
    _febrl()
    people = sample()
    _worlds(people, count)
    _borough()
    _speed(people)


def _febrl() -> None:
    people = pairs.febrl4()
    print("\nFEBRL 4, 5,000 pairs")
    print("given | certain | another certain | rules allow | certain or shown | us a pair")
    found = {label: _pairs(people, numbered=numbered) for label, numbered in _FEBRL_GIVEN}
    for label, each in found.items():
        print(
            f"{label} | {each.true_certain:.4f} | {each.false_certain} | {each.allowed:.4f} |"
            f" {each.shown:.4f} | {each.microseconds:.1f}"
        )
    print("\ngiven | what looser rules would allow, if they forgave | share")
    for label, each in found.items():
        for reading, share in each.readings.items():
            print(f"{label} | {reading} | {share:.4f}")
    print(
        "\ngiven | kin | above any false | first, above any false first | 10 bits | another at 10"
    )
    for label, each in found.items():
        print(f"{label} | yes | {each.ranked:.4f} | {each.first:.4f} | |")
        print(
            f"{label} | no | {each.ranked_without_kin:.4f} | {each.first_without_kin:.4f} |"
            f" {each.scored_without_kin:.4f} | {each.scored_false}"
        )


def _pairs(people: pairs.People, *, numbered: bool) -> pairs.PairResult:
    asked = people if numbered else pairs.stripped(people)
    return pairs.measure(asked, with_identifier=numbered)


def _worlds(people: list[dict[str, str]], count: int) -> None:
    print("\nSeven agencies")
    print("noise | given | questions | held nowhere | certain | certain or shown | FALSE CERTAIN")
    rows = [(1.0, False, 2), (1.0, True, 2), (2.0, False, 4), (2.0, True, 4)]
    for factor, numbered, part in rows:
        totals = _asked(people, Noise().times(factor), count // part, numbered=numbered)
        label = "with an identifier" if numbered else "demographics only"
        print(
            f"{factor} | {label} | {totals.questions} | {totals.nowhere} |"
            f" {totals.recall(MatchGrade.CERTAIN):.4f} | {totals.recall(*_SHOWN):.4f} |"
            f" {totals.false_certain}"
        )
        _by_origin(totals)


def _asked(people: list[dict[str, str]], noise: Noise, count: int, *, numbered: bool) -> Totals:
    totals = Totals(numbered)
    seed = _FIRST_SEED
    while totals.questions < count:
        made = world(people, noise, seed)
        ask(
            made,
            noise,
            totals,
            min(_A_WORLD, count - totals.questions),
            Random(seed),
        )
        seed += 1
    return totals


def _by_origin(totals: Totals) -> None:
    whole = totals.recall(MatchGrade.CERTAIN)
    for origin in origins(totals):
        own = totals.recall(MatchGrade.CERTAIN, origin=origin)
        shown = totals.recall(*_SHOWN, origin=origin)
        print(f"      {origin}: certain {own:.4f} ({own - whole:+.4f}), shown {shown:.4f}")


def _borough() -> None:
    print("\nThe demo's borough")
    print("given | questions | certain | certain or shown | FALSE CERTAIN")
    for numbered in (False, True):
        totals = borough.measure(numbered=numbered)
        label = "with an identifier" if numbered else "demographics only"
        print(
            f"{label} | {totals.questions} | {totals.recall(MatchGrade.CERTAIN):.4f} |"
            f" {totals.recall(*_SHOWN):.4f} | {totals.false_certain}"
        )


def _speed(people: list[dict[str, str]]) -> None:
    found = speed.measure(world(people, Noise(), _FIRST_SEED), Random(_FIRST_SEED))
    print("\nProcessor time")
    times = found.pair_us / found.baseline_us
    print(f"a pair {found.pair_us:.1f} us: {times:.1f} times four Jaro-Winkler similarities")
    print(f"35 candidates: median {found.median_ms:.2f} ms, 99th {found.slowest_ms:.2f} ms")


if __name__ == "__main__":
    main()
