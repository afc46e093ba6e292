"""Which settings differ from those of the last start, told by marks: which, never how.

A mark is an HMAC under a key that stands in a file apart, so that whoever reads the marks alone
cannot try out what a short secret was.
"""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import orjson

from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.errors import KeysUnreadable, LogUnavailable
from gateway.audit.keys.private_file import create_once, read_private
from gateway.audit.recorder.recorder import Coming, Recorder
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid, TryLater

KEY_FILE: Final = "settings-key"
MARKS_FILE: Final = "settings-marks.json"
# Their content is read at start alone, so that it is a part of the setting.
READ_AT_START: Final = (
    *("issuers", "staff_children", "key_service_credential", "key_service_authority"),
    *("tls_certificate", "tls_key", "client_authorities"),
)
_WHOLE: Final = ""  # no setting's name: the mark of all settings together
_KEY_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks settings under the key of one gateway."""

    key: bytes = field(repr=False)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The marker whose key stands in the folder, made once; ConfigurationInvalid."""
        file = folder / KEY_FILE
        try:
            create_once(file, secrets.token_bytes(_KEY_LENGTH))
            key = read_private(file)
        except OSError as error:
            raise ConfigurationInvalid(f"state: {file}: {type(error).__name__}") from None
        except KeysUnreadable as error:
            raise ConfigurationInvalid(f"state: {error}") from None
        if len(key) != _KEY_LENGTH:
            raise ConfigurationInvalid(f"state: {file} is no key; remove it to have another made")
        return cls(key)

    def marks(self, settings: Settings) -> dict[str, str]:
        """A mark of 64 hex digits for each setting, by name, and one for all of them."""
        held = settings.model_dump(mode="json")
        marks = {
            name: self._mark(name, value, _content(settings, name)) for name, value in held.items()
        }
        return marks | {_WHOLE: self._mark(_WHOLE, marks, b"")}

    def is_of(self, marks: Mapping[str, str]) -> bool:
        """Whether these marks, all of them, were made under this key."""
        held = {name: mark for name, mark in marks.items() if name != _WHOLE}
        whole = marks.get(_WHOLE, "")
        return hmac.compare_digest(whole, self._mark(_WHOLE, held, b""))

    def default(self, name: str) -> str:
        """The mark of a setting that is left out."""
        value = Settings.model_construct().model_dump(mode="json")[name]
        return self._mark(name, value, b"")

    def _mark(self, name: str, value: Any, content: bytes) -> str:
        said = orjson.dumps([name, value], option=orjson.OPT_SORT_KEYS)
        return hmac.digest(self.key, said + b"\n" + content, "sha256").hex()


@dataclass(frozen=True, slots=True)
class SettingsMarks:
    """What is kept in one gateway's folder of its last start."""

    folder: Path
    marker: Marker

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The marks below `state`; ConfigurationInvalid if their key cannot be had."""
        return cls(settings.state, Marker.at(settings.state))

    def differing(self, settings: Settings) -> tuple[tuple[str, str], ...] | None:
        """Name and mark of each setting that is not as it was; None if that is not known.

        One that an earlier version did not have differs if it is not left out.
        """
        before = self._kept()
        if before is None:
            return None
        return tuple(
            (name, mark)
            for name, mark in sorted(self.marker.marks(settings).items())
            if name != _WHOLE and mark != (before.get(name) or self.marker.default(name))
        )

    def whole(self, settings: Settings) -> str:
        """The mark of all settings together."""
        return self.marker.marks(settings)[_WHOLE]

    def keep(self, settings: Settings) -> None:
        """Keep the marks of these settings in place of the last ones; ConfigurationInvalid."""
        file, draft = (
            self.folder / MARKS_FILE,
            self.folder / f".{MARKS_FILE}.{secrets.token_hex(8)}",
        )
        try:
            create_once(draft, orjson.dumps(self.marker.marks(settings)))
            draft.replace(file)
        except OSError as error:
            raise ConfigurationInvalid(f"state: {file}: {type(error).__name__}") from None

    def _kept(self) -> dict[str, str] | None:
        try:
            held = orjson.loads(read_private(self.folder / MARKS_FILE))
        except (OSError, KeysUnreadable, orjson.JSONDecodeError):
            return None
        if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
            return None
        return held if self.marker.is_of(held) else None


def _content(settings: Settings, name: str) -> bytes:
    file: Path | None = getattr(settings, name) if name in READ_AT_START else None
    try:
        return b"" if file is None else file.read_bytes()
    except OSError as error:
        raise ConfigurationInvalid(f"{name}: {file}: {type(error).__name__}") from None


SETTING_CHANGED: Final = "SETTING_CHANGED"
SETTINGS_UNKNOWN_BEFORE: Final = "SETTINGS_UNKNOWN_BEFORE"


@dataclass(frozen=True, slots=True)
class SettingsStart:
    """One gateway's start under these settings."""

    settings: Settings
    recorder: Recorder

    async def note(self) -> None:
        """Log which settings differ from the last start's, by name; ConfigurationInvalid.

        A gateway that finds none of its own beside a log that goes on says that it cannot tell;
        the first start of a new log is no change. What a crash leaves unmarked is logged again.
        """
        marks = await asyncio.to_thread(SettingsMarks.of, self.settings)
        differing = await asyncio.to_thread(marks.differing, self.settings)
        try:
            if differing is None and await self.recorder.log.size():
                await self._changed("settings", marks.whole(self.settings), SETTINGS_UNKNOWN_BEFORE)
            for name, mark in differing or ():
                await self._changed(f"settings.{name}", mark, SETTING_CHANGED)
        except LogUnavailable:
            raise ConfigurationInvalid("state: the log cannot be read") from None
        except TryLater as error:
            raise ConfigurationInvalid(f"state: {error.message}") from None
        await asyncio.to_thread(marks.keep, self.settings)

    async def _changed(self, subject: str, mark: str, detail: str) -> None:
        change = AuditedChange(subject, mark)
        await self.recorder.changed(Coming(AuditKind.CONFIGURATION_CHANGE, change, detail), None)
