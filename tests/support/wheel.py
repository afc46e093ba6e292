"""The wheel, built, and installed into an environment that has nothing else but what it needs.

What it needs is what its metadata names, and what that needs. It is linked from the environment of
the tests, which has the lock's versions, so no index is asked.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from packaging.requirements import Requirement

from tests.support.docs.pages import ROOT

_PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_LONGEST_S: Final = 600


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in `folder`; commands run below `place`, outside the checkout."""

    folder: Path
    place: Path

    def install(self, wheel: Path) -> None:
        """Install the wheel, and link what it needs."""
        alone = ["install", "--quiet", "--no-compile", "--no-deps", "--no-index", str(wheel)]
        _run([*_PIP, "--python", str(self.folder / "bin/python"), *alone], self.place)
        name = wheel.name.split("-")[0]
        (installed,) = self.packages.glob(f"{name}-*.dist-info")
        self.link(*(metadata.Distribution.at(installed).requires or ()))

    def link(self, *asked: str) -> None:
        """Link these, and all that they need, each in the version that the tests run with."""
        there = {normal(each.name) for each in metadata.distributions(path=[str(self.packages)])}
        for distribution in _needed(map(Requirement, asked)):
            if normal(distribution.name) not in there:
                _link(distribution, self.packages)

    @property
    def packages(self) -> Path:
        """Where the environment's packages are."""
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def run(self, name: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """What a command of the environment says; the caller looks at its status."""
        command = [str(self.folder / "bin" / name), *map(str, arguments)]
        return subprocess.run(  # noqa: S603 - a command of the environment that a test made
            command,
            cwd=self.place,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST_S,
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": str(self.place)},
        )


def grouped() -> set[str]:
    """The names in pyproject's dependency groups: tools that no installation brings."""
    groups: dict[str, list[Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
        "dependency-groups"
    ]
    listed = (entry for group in groups.values() for entry in group if isinstance(entry, str))
    return {normal(re.split(r"[\[<>=!~; ]", entry)[0]) for entry in listed}


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def built(project: Path, folder: Path) -> Path:
    """The wheel of a project, built from a copy, as building writes beside what it reads."""
    copy = folder / "project"
    unwanted = shutil.ignore_patterns(".*", "state", "build", "dist", "__pycache__", "tests")
    shutil.copytree(project, copy, ignore=unwanted)
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], copy)
    (wheel,) = folder.glob("*.whl")
    return wheel


def tops(wheel: Path) -> set[str]:
    """The names that a wheel puts at the top of whoever installs it, beside its own metadata."""
    with ZipFile(wheel) as archive:
        found = {name.split("/")[0] for name in archive.namelist()}
    return {name for name in found if not name.endswith(".dist-info")}


def empty_environment(folder: Path) -> Environment:
    """A new environment without any package, pip among them."""
    made = Environment(folder / "environment", folder / "elsewhere")
    made.place.mkdir()
    _run([sys.executable, "-m", "venv", "--without-pip", str(made.folder)], folder)
    return made


def _needed(asked: Iterable[Requirement]) -> Iterable[metadata.Distribution]:
    """Every distribution that these lead to, once."""
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(each, extra) for each in asked if _counts(each) for extra in ("", *each.extras)]
    while waiting:
        need, extra = waiting.pop()
        if (name := normal(need.name), extra) in seen:
            continue
        seen.add((name, extra))
        made = found.setdefault(name, metadata.distribution(need.name))
        assert need.specifier.contains(made.version, prereleases=True), need
        for each in map(Requirement, made.requires or ()):
            if _counts(each, extra):
                waiting += [(each, more) for more in ("", *each.extras)]
    return found.values()


def _counts(need: Requirement, extra: str = "") -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def _link(distribution: metadata.Distribution, packages: Path) -> None:
    modules = (file for file in distribution.files or () if file.parts[0] != "..")
    for file in modules:  # and no command
        place = packages / file
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.symlink_to(Path(str(file.locate())))


def _run(command: Iterable[str], folder: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own tools, under our own interpreter
        [*command], cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST_S
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
