"""Where a module went that plugins of an earlier version import: `moved.tsv`, old and new path."""

from pathlib import Path

_TABLE = Path(__file__).with_suffix(".tsv")


def moved_to(module: str) -> str | None:
    """The path of today for a path of version 0.1; None for any other name."""
    lines = _TABLE.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines).get(module)
