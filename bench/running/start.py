"""How long a command takes to start: `make bench-start`, held against `python -c pass`.

Each round runs every command once, in turn, so that whatever else the machine does meets them all
alike. With `--against FOLDER`, another checkout of the project is run in the same rounds. Python
may keep what it compiled, as it does for an installed wheel, in a folder that is removed after.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parents[2]
NOTHING: Final = "python -c pass"
_RUN: Final = "import sys; sys.argv[0] = 'teamaround'; from gateway.cli.main import app; app()"
_TYPED: Final = {
    "_TEAMAROUND_COMPLETE": "complete_bash",
    "COMP_WORDS": "teamaround audit verify --q",
    "COMP_CWORD": "3",
}
_ASKER: Final = (
    "--sector SOCIAL_CARE --role practitioner --purpose SAFEGUARDING --manifests demo/manifests"
)
COMMANDS: Final = (
    *("--version", "--help", "audit --help", "audit verify --help", "source new --help"),
    *("policy explain --help", "serve --help", "source profiles", "source schema"),
    *("source list demo/manifests", "source grant demo/manifests/gp-records.toml"),
    *("source check demo/manifests/gp-records.toml", "audit verify nothing --key none"),
    *("audit search --who me", "db status", "check"),
    *("schema", "schema --against docs/released.graphql", "documents check none"),
    f"policy explain gp-records {_ASKER}",
)
COMPLETION: Final = "completion of an option"


@dataclass(frozen=True, slots=True)
class Started:
    """One run of one command: seconds until it ended, and of CPU that it took."""

    wall_s: float
    cpu_s: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line a command: medians in milliseconds, and how many times Python's own start."""
    asked = _arguments().parse_args(arguments)
    trees = {"": HERE} | ({f" at {asked.against.name}": asked.against} if asked.against else {})
    found = measured(trees, asked.rounds)
    base = statistics.median(one.wall_s for one in found[NOTHING])
    print(f"{'command':45} {'ms':>6} {'CPU ms':>7} {'times ' + NOTHING:>20}")
    for name, runs in found.items():
        wall = statistics.median(one.wall_s for one in runs)
        cpu = statistics.median(one.cpu_s for one in runs)
        print(f"{name:45} {wall * 1e3:6.0f} {cpu * 1e3:7.0f} {wall / base:20.1f}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--against", type=Path, help="another checkout of the project")
    return parser


def measured(
    trees: Mapping[str, Path], rounds: int, commands: Sequence[str] = COMMANDS
) -> dict[str, list[Started]]:
    """By command, what each of `rounds` took; the first round, which fills caches, is left out."""
    found: dict[str, list[Started]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            for name, command, more in _commands(trees, commands):
                took = _took(command, {**_there(home), **more})
                if number:
                    found[name].append(took)
    return found


def _there(home: str) -> dict[str, str]:
    """Settings of nobody: the demo's manifests, and an empty folder for all that is written."""
    return {
        "HOME": home,
        "PYTHONPYCACHEPREFIX": home,
        "TEAMAROUND_ENVIRONMENT": "development",
        "TEAMAROUND_FILES__STATE": f"{home}/state",
        "TEAMAROUND_FILES__MANIFESTS": "demo/manifests",
        "TEAMAROUND_FILES__OPERATOR": "demo/operator.toml",
    }


def _commands(
    trees: Mapping[str, Path], commands: Sequence[str]
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    yield NOTHING, [sys.executable, "-c", "pass"], {}
    for mark, tree in trees.items():
        path = {"PYTHONPATH": str(tree)}
        for command in commands:
            yield f"{command}{mark}", [sys.executable, "-P", "-c", _RUN, *command.split()], path
        yield f"{COMPLETION}{mark}", [sys.executable, "-P", "-c", _RUN], {**path, **_TYPED}


def _took(command: list[str], more: Mapping[str, str]) -> Started:
    environment = {**os.environ, **more, "PYTHONDONTWRITEBYTECODE": ""}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(  # noqa: S603 - our own commands
        command, cwd=HERE, env=environment, check=False, capture_output=True
    )
    wall_s = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Started(wall_s, cpu_s)


if __name__ == "__main__":
    main()
