"""A manifest file becomes a Manifest, or a list of what to change, line by line."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.manifest.manifest import Manifest
from adapters.manifest.toml_places import TomlKey, line_of, places
from adapters.validation.rules import faults
from adapters.validation.wording import UNKNOWN, nearest_key, wording

_TOML_LINE = re.compile(r" ?\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to change: its line from 1 (0 if none), its dotted key, and what is wrong."""

    line: int
    key: str
    what: str


class ManifestInvalid(ValueError):
    """The file is no usable manifest; its message lists every problem, one a line."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(_line(path, problem) for problem in self.problems))


def read_manifest(path: Path) -> Manifest:
    """Read and check one file; ManifestInvalid if it cannot be used. Resolves no secret."""
    return parse_manifest(manifest_text(path), path)


def parse_manifest(text: str, path: Path) -> Manifest:
    """Check a manifest's text; ManifestInvalid, with `path` in its message, as for a file."""
    data = _toml(path, text)
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
        path, [Problem(line_of(found, key), _dotted(key), what) for key, what in problems]
    )


def _line(path: Path, problem: Problem) -> str:
    parts = [f"{path}:{problem.line}" if problem.line else str(path), problem.key, problem.what]
    return ": ".join(part for part in parts if part)


def manifest_text(path: Path) -> str:
    """The text of a manifest's file; ManifestInvalid if it cannot be read."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise ManifestInvalid(path, [Problem(0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ManifestInvalid(path, [Problem(0, "", "is no UTF-8 text")]) from None


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        what = f"is no TOML here: {_TOML_LINE.sub('', str(error))}"
        raise ManifestInvalid(path, [Problem(line, "", what)]) from None
    except (ValueError, RecursionError):
        what = "is no TOML here: a number is too long, or tables nest too deep"
        raise ManifestInvalid(path, [Problem(0, "", what)]) from None


def _problems(error: ValidationError) -> list[tuple[TomlKey, str]]:
    found = error.errors(include_input=False, include_url=False)
    written = {nearest_key(Manifest, one["loc"]) for one in found if one["type"] == UNKNOWN}
    # A list whose items are wrong is no list too short, nor is a key missing that is misspelt.
    wrong = {one["loc"][:length] for one in found for length in range(1, len(one["loc"]))}
    return [
        _problem(one)
        for one in found
        if not (one["type"] == "too_short" and one["loc"] in wrong)
        and not (one["type"] == "missing" and one["loc"] in written)
    ]


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


def _dotted(key: TomlKey) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")
