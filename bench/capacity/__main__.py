"""How many machines, writes, bytes and how much money: `make capacity`.

It measures first, some three minutes, and then computes. `--figures FILE` keeps what was measured,
or takes it from there. Every other option is an input of yours.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from rich.console import Console

from bench.capacity.figures import Figures
from bench.capacity.inputs import Inputs
from bench.capacity.measure import all_figures
from bench.capacity.plan import planned
from bench.capacity.rig import rig
from bench.capacity.table import as_json, as_text


def measured(rounds: int) -> Figures:
    """The figures of this machine; what is going on goes to standard error."""
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as running:
        return all_figures(running, rounds, lambda said: print(said, file=sys.stderr, flush=True))


def figures_of(file: Path | None, rounds: int) -> Figures:
    """Those of the file if it is there; otherwise measured, and kept in it.

    SystemExit, with what to do, for a file that holds no figures or cannot be written.
    """
    if file is None:
        return measured(rounds)
    if file.exists() and file.stat().st_size:
        return _read(file)
    try:
        file.touch()  # not after minutes of measuring
    except OSError as error:
        sys.exit(f"--figures: {file} cannot be written ({type(error).__name__}): name another file")
    found = measured(rounds)
    file.write_text(json.dumps(found.as_json(), indent=2) + "\n", "utf-8")
    return found


def _read(file: Path) -> Figures:
    try:
        return Figures.of(json.loads(file.read_text("utf-8")))
    except (OSError, TypeError, ValueError, AttributeError):
        sys.exit(f"--figures: {file} holds no figures of this release: remove it to measure again")


def chosen(words: list[str] | None = None) -> tuple[argparse.Namespace, Inputs]:
    """The options, and the inputs among them; an input that cannot be is a usage error."""
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds that count, of each question")
    parser.add_argument("--figures", type=Path, help="file of what was measured")
    parser.add_argument("--json", action="store_true", help="for a program")
    for each in fields(Inputs):
        option = f"--{each.name.replace('_', '-')}"
        about = f"{each.metadata['what']} ({each.default:g}: {each.metadata['source']})"
        parser.add_argument(option, type=float, default=each.default, help=about)
    asked = parser.parse_args(words)
    try:
        return asked, Inputs(**{each.name: getattr(asked, each.name) for each in fields(Inputs)})
    except ValueError as error:
        parser.error(str(error))


def main() -> None:
    """Measure, compute, print."""
    asked, inputs = chosen()
    figures = figures_of(asked.figures, asked.rounds)
    plan = planned(figures, inputs)
    if asked.json:
        print(json.dumps(as_json(figures, inputs, plan), indent=2))
    else:
        Console(width=120).print(as_text(figures, inputs, plan))


if __name__ == "__main__":
    main()
