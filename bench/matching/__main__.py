"""`python -m bench.matching`: every table of docs/matching.md, in one run."""

from argparse import ArgumentParser, Namespace
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.matching import best, borough, pairs, speed, tables
from bench.matching.asking.counts import Counts
from bench.matching.district.families import sample
from bench.matching.district.mix import Mix
from bench.matching.district.noise import Noise
from bench.matching.district.world import world
from bench.matching.measured import Commit, measured
from bench.matching.results import read, setting_result, write
from bench.matching.settings import SETTINGS, Setting

_FEBRL_GIVEN: Final = (("name, date, place", False), ("and an identifier", True))


def main() -> None:
    """Print the tables, and write the run down where it is of a commit."""
    chosen, commit = _chosen(), Commit.here()
    if chosen.tables:
        _print(list(read(chosen.tables)))
        return
    if chosen.best:
        _best(chosen, commit)
        return
    changed = " with changes, so this is no measured run" if commit.changed else ""
    print(f"commit {commit.id}{changed}")
    found = {"questions": chosen.questions, "settings": _settings(chosen, commit)}
    if chosen.only is None:
        _febrl()
        found["borough"] = _borough()
        found["speed"] = _speed(commit)
    if path := write(commit, found, kind="only-" if chosen.only else ""):
        print(f"\nwritten to {path.name}: commit it with the tables")


def _chosen() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.matching", description=main.__doc__)
    parser.add_argument("--questions", type=int, default=100_000, help="of each setting")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--only", help="settings with this in their name, in a file that begins with only-"
    )
    parser.add_argument("--tables", type=Path, help="print the tables of an earlier run's file")
    parser.add_argument(
        "--best", type=int, help="of so many questions a setting, what any rule could take at most"
    )
    return parser.parse_args()


def _best(chosen: Namespace, commit: Commit) -> None:
    asked = [s for s in SETTINGS if (chosen.only or "") in s.name]
    seeds = {s: [commit.seed(f"best {s.name}", n) for n in range(2)] for s in asked}
    done = []
    with ProcessPoolExecutor(chosen.processes) as pool:
        running = [pool.submit(best.best, s, seeds[s], chosen.best // 2) for s in asked]
        for setting, each in zip(asked, running, strict=True):
            found = dict(zip(best.STAGES, each.result(), strict=True))
            for stage, came in found.items():
                print(f"\n### {setting.name}, {stage}\n\n{came.bound}\n\n{tables.BEST_HEAD}")
                print(*came.lines(), sep="\n", flush=True)
            counts = {stage: came.result() for stage, came in found.items()}
            done.append({"setting": setting.name, "seeds": seeds[setting], **counts})
    if path := write(commit, {"best": done}, kind="best-"):
        print(f"\nwritten to {path.name}: commit it with the tables")


def _settings(chosen: Namespace, commit: Commit) -> list[dict[str, Any]]:
    asked = tuple(s for s in SETTINGS if (chosen.only or "") in s.name)
    done = []
    for each in measured(asked, commit, chosen.questions, chosen.processes):
        print(tables.setting_row(*each), flush=True)  # a long run is worth watching
        done.append(each)
    _print(done)
    return [setting_result(*each, commit, chosen.questions) for each in done]


def _print(done: list[tuple[Setting, Counts]]) -> None:
    print(f"\n{tables.SETTINGS_HEAD}", *(tables.setting_row(*each) for each in done), sep="\n")
    for setting, counted in done:
        print(f"\n### {setting.name}\n\n{tables.facts(counted)}")
        print(f"\n{tables.GROUPS_HEAD}", *tables.group_rows(counted), sep="\n")
        print(f"\n{tables.WHY_HEAD}", *tables.why_rows(counted), sep="\n")
        print(*(f"false: {each}" for each in sorted(counted.falses)[:20]), sep="\n")


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


def _borough() -> list[dict[str, Any]]:
    print("\nThe demo's borough")
    print(tables.head("given", "children asked about", "found", "another child certain"))
    found = []
    for numbered in (False, True):
        came = borough.measure(numbered=numbered)
        print(f"| {came.given} | {came.asked} | {came.found} | {came.false} |")
        found.append(asdict(came))
    return found


def _speed(commit: Commit) -> dict[str, Any]:
    seed = commit.seed("speed", 0)
    found = speed.measure(world(sample(), Mix(), Noise(), seed), Random(seed))
    print("\nProcessor time")
    times = found.pair_us / found.baseline_us
    print(f"a pair {found.pair_us:.1f} us: {times:.1f} times four Jaro-Winkler similarities")
    print(f"35 candidates: median {found.median_ms:.2f} ms, 99th {found.slowest_ms:.2f} ms")
    return asdict(found)


if __name__ == "__main__":
    main()
