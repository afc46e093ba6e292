"""The file of a measured run: commit, seeds and every count, so that no run is left out."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.matching.asking.counts import Counts
from bench.matching.measured import Commit, sizes
from bench.matching.settings import SETTINGS, Setting
from resolvers.matching.version import MATCHER

FOLDER: Final = Path(__file__).with_name("results")


def setting_result(setting: Setting, counted: Counts, commit: Commit, count: int) -> dict[str, Any]:
    """What one setting came to, with the seeds of its districts in the order of asking."""
    return {
        "setting": setting.name,
        "rounds": [
            {"seed": commit.seed(setting.name, number), "questions": size}
            for number, size in enumerate(sizes(setting, count))
        ],
        "counts": dict(sorted(counted.questions.items())),
        "groups": {group: dict(sorted(c.items())) for group, c in sorted(counted.groups.items())},
        "false questions": sorted(counted.falses),
        "uncertain records": dict(counted.why.most_common()),
    }


def read(path: Path) -> Iterator[tuple[Setting, Counts]]:
    """The settings of an earlier run, as far as there still are such, with what they came to."""
    by_name = {setting.name: setting for setting in SETTINGS}
    for each in json.loads(path.read_text("utf-8"))["settings"]:
        counted = Counts(
            questions=Counter(each["counts"]),
            why=Counter(each["uncertain records"]),
            falses=each["false questions"],
        )
        for group, counts in each["groups"].items():
            counted.groups[group].update(counts)
        if each["setting"] in by_name:
            yield by_name[each["setting"]], counted


def write(commit: Commit, found: dict[str, Any], kind: str = "") -> Path | None:
    """The file that was written; None where the files measured are no commit's.

    `kind` comes before the commit in the name of a run that has no tables of its own.
    """
    if commit.changed:
        return None
    FOLDER.mkdir(exist_ok=True)
    name = f"{kind}{commit.id[:12]}"
    number = len(list(FOLDER.glob(f"{name}-*.json"))) + 1
    path = FOLDER / f"{name}-{number}.json"
    whole = {"commit": commit.id, "matcher": MATCHER, **found}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path
