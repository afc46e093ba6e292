"""A file of TOML read into a checked table; what is wrong is said by its place, never its value."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)


def read_table(table: type[T], file: Path, refusal: type[Exception]) -> T:
    """The table that `file` holds; a `refusal` says what to change."""
    return checked(table, read_content(file, refusal), file, refusal)


def table_of(table: type[T], text: str, file: Path, refusal: type[Exception]) -> T:
    """The table that this text of `file` holds; a `refusal` says what to change."""
    return checked(table, _parsed(text, file, refusal), file, refusal)


def read_content(file: Path, refusal: type[Exception]) -> dict[str, Any]:
    """What `file` holds, still unchecked; a `refusal` if it is no TOML."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(f"{file}: cannot be read ({type(error).__name__})") from None
    return _parsed(text, file, refusal)


def checked(table: type[T], content: dict[str, Any], file: Path, refusal: type[Exception]) -> T:
    """The table of what `file` holds; a `refusal` names each place that is wrong."""
    try:
        return table.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        lines = [f"  {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems]
        raise refusal("\n".join([f"{file}:", *lines])) from None


def _parsed(text: str, file: Path, refusal: type[Exception]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refusal(f"{file}: not TOML: {error}") from None
