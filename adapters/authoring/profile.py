"""Manifests to copy: one folder for each national or common system, with its examples."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.authoring.draft import Answers, quoted

_FOLDER: Final = Path(__file__).parents[1] / "profiles"
_MANIFEST: Final = "manifest.toml"


class NoSuchProfile(Exception):
    """There is no profile of this name; the message lists those there are."""


class AlreadyThere(Exception):
    """A copy would be written over something."""


@dataclass(frozen=True, slots=True)
class ManifestProfile:
    """One profile; `title` says in a line what it is for."""

    name: str
    title: str
    folder: Path

    @property
    def manifest(self) -> Path:
        """Its manifest, with its examples beside it."""
        return self.folder / _MANIFEST

    def copied(self, folder: Path, answers: Answers) -> Path:
        """A copy with the answers filled in; AlreadyThere if `folder` is. Gives the manifest."""
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise AlreadyThere(f"{folder} exists already and is not changed") from None
        for file in sorted(self.folder.iterdir()):
            shutil.copyfile(file, folder / file.name)
        copy = folder / _MANIFEST
        copy.write_text(_filled(copy.read_text("utf-8"), answers), "utf-8")
        return copy


def profiles() -> tuple[ManifestProfile, ...]:
    """Every profile, by name."""
    return tuple(_profile(file) for file in sorted(_FOLDER.glob(f"*/{_MANIFEST}")))


def _profile(manifest: Path) -> ManifestProfile:
    title = manifest.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    return ManifestProfile(manifest.parent.name, title, manifest.parent)


def profile_named(name: str) -> ManifestProfile:
    """The profile of this name, else NoSuchProfile."""
    found = {one.name: one for one in profiles()}
    if name not in found:
        raise NoSuchProfile(f"no profile called {name}; there are {', '.join(found)}")
    return found[name]


def _filled(text: str, answers: Answers) -> str:
    own = {
        "source": {
            "id": answers.identifier,
            "agency": answers.identifier,
            "sector": str(answers.sector),
            "base_url": answers.address,
        },
        "agency": {"name": answers.agency},
    }
    lines = _with(text.splitlines(), own)
    telephone = f"telephone = {quoted(answers.telephone)}"
    return re.sub(r'telephone = "CHANGE"', lambda _: telephone, "\n".join(lines), count=1) + "\n"


def _with(lines: list[str], values: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    # Line by line, so that every comment stays where it is.
    table = ""
    for line in lines:
        heading = re.fullmatch(r"\s*\[([a-z.]+)\]", line)
        table = heading.group(1) if heading else table
        key = line.partition(" = ")[0]
        value = values.get(table, {}).get(key)
        yield line if value is None else f"{key} = {quoted(value)}"
