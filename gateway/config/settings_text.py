"""The settings file as it stands: which keys are none, and at which line each setting is."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from adapters.manifest.toml_places import TomlKey, dotted, places
from gateway.config.settings_names import (
    NEW_PLACE,
    SettingKey,
    settings_of,
    unknown_key,
    variable_of,
)
from gateway.config.toml_table import fault_at
from gateway.model.errors import ConfigurationFault

_WITH_PASSWORDS: Final[tuple[SettingKey, ...]] = (("log", "dsn"), ("replicas", "valkey"))
_PATHS: Final = (Path, Path | None)
_OTHERS: Final = 0o077


@dataclass(frozen=True)
class SettingsText:
    """What `file` holds, or nothing without one; `root` describes the settings."""

    root: type[BaseModel]
    file: Path | None
    text: str
    table: Mapping[str, Any]

    @cached_property
    def _lines(self) -> Mapping[TomlKey, int]:
        return places(self.text)

    def faults(self, found: Iterable[tuple[TomlKey, str]]) -> Iterator[ConfigurationFault]:
        """Each with the variable, or the file and line, to change."""
        names = {name.upper(): name for name in os.environ}
        for key, what in found:
            variable = names.get(variable_of(tuple(map(str, key[:2]))))
            if variable is not None:
                yield ConfigurationFault(what, key=variable)
            elif self.file is None:
                yield ConfigurationFault(what, key=dotted(key))
            else:
                yield fault_at(self.file, self._lines, key, what)

    def strays(self) -> Iterator[SettingKey]:
        """The keys that are no setting where they stand."""
        known = set(settings_of(self.root))
        tables = {key[0] for key in known if len(key) > 1}
        for name, value in self.table.items():
            if name in tables and isinstance(value, dict):
                yield from ((name, key) for key in value if (name, key) not in known)
            elif (name,) not in known and (name not in tables or name in NEW_PLACE):
                yield (name,)

    def unknown(self) -> Iterator[ConfigurationFault]:
        """What to write in place of each of them."""
        found = [(key, unknown_key(self.root, key)) for key in self.strays()]
        if self.file is not None:
            yield from (fault_at(self.file, self._lines, key, what) for key, what in found)

    def values(self) -> dict[str, Any]:
        """What is no stray, with paths from the file's folder on."""
        strays = set(self.strays())
        return {
            name: self._rooted(name, value, strays) if isinstance(value, dict) else value
            for name, value in self.table.items()
            if (name,) not in strays
        }

    def _rooted(self, name: str, table: dict[str, Any], strays: set[SettingKey]) -> dict[str, Any]:
        return {
            key: self._from_folder(value) if self._is_path(name, key) else value
            for key, value in table.items()
            if (name, key) not in strays
        }

    def _is_path(self, name: str, key: str) -> bool:
        table = self.root.model_fields[name].annotation
        return (
            isinstance(table, type)
            and issubclass(table, BaseModel)
            and table.model_fields[key].annotation in _PATHS
        )

    def _from_folder(self, value: Any) -> Any:
        """The path from the file's folder on; as it stands where it is none, to be told so."""
        meant = isinstance(value, str) and value.strip() and not value.startswith("~")
        return self.file.parent / value if self.file and meant else value

    def shown_passwords(self) -> Iterator[ConfigurationFault]:
        """Each address with a password in a file that others may open."""
        if self.file is None:
            return
        mode = stat.S_IMODE(self.file.stat().st_mode)
        for table, key in _WITH_PASSWORDS if mode & _OTHERS else ():
            held = self.table.get(table)
            if isinstance(held, dict) and _has_password(str(held.get(key, ""))):
                what = (
                    f"has a password, and others may open the file (mode {mode:04o});"
                    f" chmod 0600 {self.file}"
                )
                yield fault_at(self.file, self._lines, (table, key), what)


def _has_password(address: str) -> bool:
    try:
        parts = urlsplit(address)
        asked = parse_qs(parts.query).keys()
        return bool(parts.password) or any(name.endswith("password") for name in asked)
    except ValueError:
        return True  # what cannot be told is taken for one
