"""A manifest file becomes a Manifest, or a list of what to change, line by line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.manifest.manifest import Manifest
from adapters.manifest.toml_places import TomlKey, dotted, line_of, places
from adapters.validation.rules import faults
from adapters.validation.toml_text import TomlUnreadable, parse_toml, read_text
from adapters.validation.wording import distinct_errors, wording


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to change: its line from 1 (0 if none), its dotted key, and what is wrong."""

    line: int
    key: str
    what: str

    def at(self, place: str) -> str:
        """One line about it, with the file that it is in."""
        parts = [f"{place}:{self.line}" if self.line else place, self.key, self.what]
        return ": ".join(part for part in parts if part)


class ManifestInvalid(ValueError):
    """The file is no usable manifest; its message lists every problem, one a line."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.at(str(path)) for problem in self.problems))


def read_manifest(path: Path) -> Manifest:
    """Read and check one file; ManifestInvalid if it cannot be used. Resolves no secret."""
    return parse_manifest(manifest_text(path), path)


def parse_manifest(text: str, path: Path) -> Manifest:
    """Check a manifest's text; ManifestInvalid, with `path` in its message, as for a file."""
    try:
        data = parse_toml(text)
    except TomlUnreadable as error:
        raise ManifestInvalid(path, [Problem(error.line, "", error.what)]) from None
    found = places(text)
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        problems = _problems(error)
    else:
        problems = [(fault.key, fault.what) for fault in faults(manifest)]
        if not problems:
            return manifest
    raise ManifestInvalid(
        path, [Problem(line_of(found, key), dotted(key), what) for key, what in problems]
    )


def manifest_text(path: Path) -> str:
    """The text of a manifest's file; ManifestInvalid if it cannot be read."""
    try:
        return read_text(path)
    except TomlUnreadable as error:
        raise ManifestInvalid(path, [Problem(error.line, "", error.what)]) from None


def _problems(error: ValidationError) -> list[tuple[TomlKey, str]]:
    return [_problem(one) for one in distinct_errors(Manifest, error)]


def _problem(error: ErrorDetails) -> tuple[TomlKey, str]:
    key = _without_tags(error["loc"])
    if error["type"] == "union_tag_not_found":
        return (*key, "scheme"), 'is needed here: add scheme = "none", or how it logs in'
    return key, wording(Manifest, key, error)


def _without_tags(location: tuple[int | str, ...]) -> TomlKey:
    # pydantic puts the tag of a union into the path, which is no key of the file.
    if len(location) > 1 and location[0] == "auth":
        return ("auth", *location[2:])
    return location
