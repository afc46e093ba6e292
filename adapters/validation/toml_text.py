"""A file's TOML as text and as values, or the line at which it is none."""

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any, Final

_AT_LINE: Final = re.compile(r" ?\(at line (\d+), column \d+\)")
_AT_END: Final = " (at end of document)"
_TWICE: Final = re.compile(r"Cannot declare \((.*?),?\) twice")
_PLAINLY: Final = {
    "Cannot overwrite a value": "this key appears twice: keep one of them",
    "Invalid value": "is not TOML here: write text between quotes, a number without a unit, and"
    " true or false in small letters",
    "Expected newline or end of document after a statement": "is not TOML here: the value ends"
    " before the line does; write text between quotes, and a number without a unit",
    "Unescaped '\\' in a string": "is not TOML here: write a text with a backslash between single"
    " quotes",
}
_MARK: Final = "begins with a byte order mark: save it as UTF-8 without one"


class TomlUnreadable(ValueError):
    """No file, no text or no TOML; `line` from 1 where one is to blame, else 0."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


def read_text(path: Path) -> str:
    """The text of a file; TomlUnreadable says why there is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TomlUnreadable(0, f"cannot be read: {error.strerror}") from None
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TomlUnreadable(1, _MARK)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TomlUnreadable(line, "is not UTF-8 text: save it as UTF-8") from None


def parse_toml(text: str) -> dict[str, Any]:
    """The values of a text; TomlUnreadable names the line at which it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        raise TomlUnreadable(
            line, _said(_AT_LINE.sub("", str(error)).removesuffix(_AT_END))
        ) from None
    except (ValueError, RecursionError):
        what = "is not TOML here: a number is too long, or tables nest too deep"
        raise TomlUnreadable(0, what) from None


def _said(complaint: str) -> str:
    if twice := _TWICE.fullmatch(complaint):
        name = ".".join(part.strip(" '\"") for part in twice.group(1).split(","))
        return f"the table [{name}] appears twice: write its keys below one heading"
    return _PLAINLY.get(complaint, f"is not TOML here: {complaint}")
