"""The wheel, built and installed into an environment that has nothing else."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from tests.support.docs.pages import ROOT

_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==\S+", re.MULTILINE)
_PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_LONGEST_S: Final = 600


class NoIndex(Exception):
    """Pip finds no index here that has what the lock names."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in `folder`; commands run below `place`, outside the checkout."""

    folder: Path
    place: Path

    def install(self, *packages: str | Path) -> None:
        """Install these with all that they need, in the lock's versions."""
        constraints = self.place / "constraints.txt"
        constraints.write_text("\n".join(pins().values()))
        listed = ["--quiet", "--no-compile", "--constraint", str(constraints)]
        into = ["--python", str(self.folder / "bin/python"), "install"]
        _run([*_PIP, *into, *listed, *map(str, packages)], self.place)

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


def pins() -> dict[str, str]:
    """What the lock pins, by name: "typer" to "typer==0.29.2"."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return {normal(found[1]): found[0] for found in _PIN.finditer(lock)}


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


def refuse_without_index(folder: Path) -> None:
    """NoIndex unless pip can get one small package of the lock."""
    try:
        _run([*_PIP, "download", "-q", "--no-deps", "-d", str(folder), pins()["tzdata"]], folder)
    except AssertionError as error:
        raise NoIndex(str(error).splitlines()[-1]) from None


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


def _run(command: Iterable[str], folder: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own tools, under our own interpreter
        [*command], cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST_S
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
