"""A file of TOML read into a checked table; what is wrong is said by its place, never its value."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from adapters.manifest.toml_places import TomlKey, line_of, places
from adapters.validation.wording import wording

T = TypeVar("T", bound=BaseModel)


def read_table(table: type[T], file: Path, refusal: type[Exception]) -> T:
    """The table that `file` holds; a `refusal` says what to change."""
    return table_of(table, _text(file, refusal), file, refusal)


def table_of(table: type[T], text: str, file: Path, refusal: type[Exception]) -> T:
    """The table that this text of `file` holds; a `refusal` says what to change."""
    return checked(table, _parsed(text, file, refusal), file, refusal, text)


def read_content(file: Path, refusal: type[Exception]) -> dict[str, Any]:
    """What `file` holds, still unchecked; a `refusal` if it is no TOML."""
    return _parsed(_text(file, refusal), file, refusal)


def checked(
    table: type[T],
    content: dict[str, Any],
    file: Path,
    refusal: type[Exception],
    text: str | None = None,
) -> T:
    """The table of what `file` holds; a `refusal` names each place that is wrong.

    Where `text` is what was read, with the line of each.
    """
    try:
        return table.model_validate(content)
    except ValidationError as error:
        found = {} if text is None else places(text)
        problems = error.errors(include_url=False, include_input=False)
        lines = [_line(table, file, found, each) for each in problems]
        raise refusal("\n".join([f"{file}:", *lines])) from None


def _line(
    table: type[BaseModel], file: Path, found: Mapping[TomlKey, int], error: ErrorDetails
) -> str:
    key = error["loc"]
    place = f"{file.name}:{line_of(found, key)}: " if found else ""
    return f"  {'.'.join(map(str, key))}: {place}{wording(table, key, error)}"


def _text(file: Path, refusal: type[Exception]) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(f"{file}: cannot be read ({type(error).__name__})") from None


def _parsed(text: str, file: Path, refusal: type[Exception]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refusal(f"{file}: not TOML: {error}") from None
