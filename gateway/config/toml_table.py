"""A file of TOML read into a checked table; what is wrong is said by its place, never its value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.manifest.toml_places import TomlKey, dotted, line_of, places
from adapters.validation.toml_text import TomlUnreadable, parse_toml, read_text
from adapters.validation.wording import distinct_errors, wording
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid

T = TypeVar("T", bound=BaseModel)


def read_table(table: type[T], file: Path) -> T:
    """The table that `file` holds; ConfigurationInvalid names each place to change."""
    return table_of(table, read_toml(file), file)


def table_of(table: type[T], text: str, file: Path) -> T:
    """The table that this text of `file` holds; ConfigurationInvalid names each place to change."""
    return checked(table, parsed(text, file), file, text)


def read_toml(file: Path) -> str:
    """The text of `file`; ConfigurationInvalid if there is none."""
    try:
        return read_text(file)
    except TomlUnreadable as error:
        raise _unreadable(error, file) from None


def parsed(text: str, file: Path) -> dict[str, Any]:
    """What this text of `file` holds, still unchecked; ConfigurationInvalid if it is no TOML."""
    try:
        return parse_toml(text)
    except TomlUnreadable as error:
        raise _unreadable(error, file) from None


def checked(table: type[T], content: dict[str, Any], file: Path, text: str) -> T:
    """The table of what `text` holds; ConfigurationInvalid names each place to change."""
    try:
        return table.model_validate(content)
    except ValidationError as error:
        found = places(text)
        raise ConfigurationInvalid(
            *(fault_at(file, found, key, what) for key, what in problems_of(table, error).items())
        ) from None


def problems_of(table: type[BaseModel], error: ValidationError) -> Mapping[TomlKey, str]:
    """What to write at each key of `table` that is wrong."""
    found: dict[TomlKey, str] = {}
    for one in distinct_errors(table, error):
        key = _without_tags(one["loc"])
        what = wording(table, key, one)
        found[key] = f"{found[key]}, or {what}" if key in found else what
    return found


def fault_at(
    file: Path, found: Mapping[TomlKey, int], key: TomlKey, what: str
) -> ConfigurationFault:
    """The fault at `key` of `file`, whose keys stand at the lines `found`."""
    return ConfigurationFault(what, str(file), _line(found, key), dotted(key))


def _line(found: Mapping[TomlKey, int], key: TomlKey) -> int:
    path: TomlKey = ()
    for part in key:
        # `[may_assert]` is the first of `[[may_assert]]`, and has no number in the file.
        path = path if part == 0 and (*path, part) not in found else (*path, part)
    return line_of(found, path if path in found else (*path, 0))


def _without_tags(location: tuple[int | str, ...]) -> TomlKey:
    # pydantic names the alternative of a union, which is no key of the file.
    return tuple(part for part in location if isinstance(part, int) or "[" not in part)


def _unreadable(error: TomlUnreadable, file: Path) -> ConfigurationInvalid:
    return ConfigurationInvalid(ConfigurationFault(error.what, str(file), error.line))
