"""Which settings differ from those of the last start, told by marks: which, never how.

A mark is an HMAC under a key that stands in a file apart, so that whoever reads the marks alone
cannot try out what a short secret was.
"""

import asyncio
import hmac
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Self

import orjson

from gateway.audit.entry.entry import AuditedChange
from gateway.audit.entry.kind import AuditKind
from gateway.audit.errors import KeysUnreadable, LogUnavailable
from gateway.audit.keys.private_file import create_once, read_private
from gateway.audit.recorder.intent import Coming
from gateway.audit.recorder.recorder import Recorder
from gateway.config.settings import Settings
from gateway.config.settings_names import NEW_PLACE
from gateway.config.state_folder import unwritable
from gateway.model.errors import ConfigurationInvalid, ServiceAway, TryLater

KEY_FILE: Final = "settings-key"
MARKS_FILE: Final = "settings-marks.json"
# What a reload reads again.
_RENEWED: Final = frozenset(
    {"keys.credential", "keys.authority", "tls.certificate", "tls.key", "tls.client_authorities"}
)
# Their content is read at start alone, so that it is a part of the setting.
READ_AT_START: Final = (
    *("tokens.issuers", "alerts.staff_children", "keys.credential", "keys.authority"),
    *("tls.certificate", "tls.key", "tls.client_authorities"),
)
_BEFORE: Final = {now: before for before, now in NEW_PLACE.items()}
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
            raise unwritable(file, error) from None
        except KeysUnreadable as error:
            raise ConfigurationInvalid(f"files.state: {error}") from None
        if len(key) != _KEY_LENGTH:
            raise ConfigurationInvalid(
                f"files.state: {file} is not a key; remove it to have another made"
            )
        return cls(key)

    def marks(self, settings: Settings) -> dict[str, str]:
        """A mark of 64 hex digits for each setting, by name, and one for all of them."""
        marks = {
            name: self.mark(name, value, _content(settings, name))
            for name, value in _values(settings)
        }
        return marks | {_WHOLE: self.mark(_WHOLE, marks, b"")}

    def marks_before(self, settings: Settings) -> dict[str, str]:
        """The same marks, by today's name, as a gateway made them before there were tables."""
        return {
            name: self.mark(_BEFORE[name], value, _content(settings, name))
            for name, value in _values(settings)
            if name in _BEFORE
        }

    def is_of(self, marks: Mapping[str, str]) -> bool:
        """Whether these marks, all of them, were made under this key."""
        held = {name: mark for name, mark in marks.items() if name != _WHOLE}
        whole = marks.get(_WHOLE, "")
        return hmac.compare_digest(whole, self.mark(_WHOLE, held, b""))

    def default(self, name: str) -> str:
        """The mark of a setting that is left out."""
        value = dict(_values(Settings.model_construct()))[name]
        return self.mark(name, value, b"")

    def mark(self, name: str, value: Any, content: bytes) -> str:
        """The mark of one value under its name, with the content of the file that it names."""
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
        return cls(settings.files.state, Marker.at(settings.files.state))

    def differing(self, settings: Settings) -> tuple[tuple[str, str], ...] | None:
        """Name and mark of each setting that is not as it was; None if that is not known.

        One that an earlier version did not have differs if it is not left out.
        """
        before = self._kept()
        if before is None:
            return None
        of_old = self.marker.marks_before(settings)
        same = {name for name, mark in of_old.items() if mark == before.get(_BEFORE[name])}
        return tuple(
            (name, mark)
            for name, mark in sorted(self.marker.marks(settings).items())
            if name not in {_WHOLE, *same}
            and mark != (before.get(name) or self._left_out(name, before))
        )

    def _left_out(self, name: str, before: Mapping[str, str]) -> str:
        """The mark of a default; none that fits where the setting stood there by its old name."""
        return "" if _BEFORE.get(name) in before else self.marker.default(name)

    def whole(self, settings: Settings) -> str:
        """The mark of all settings together."""
        return self.marker.marks(settings)[_WHOLE]

    def keep(self, settings: Settings, only: Collection[str] = ()) -> None:
        """Keep the marks of these settings in place of the last ones; ConfigurationInvalid.

        With `only`, the marks of all others stay what they were.
        """
        marks = self.marker.marks(settings)
        if only and (before := self._kept()) is not None:
            marks = before | {name: marks[name] for name in only}
            del marks[_WHOLE]
            marks[_WHOLE] = self.marker.mark(_WHOLE, marks, b"")
        file, draft = (
            self.folder / MARKS_FILE,
            self.folder / f".{MARKS_FILE}.{secrets.token_hex(8)}",
        )
        try:
            create_once(draft, orjson.dumps(marks))
            draft.replace(file)
        except OSError as error:
            raise unwritable(file, error) from None

    def _kept(self) -> dict[str, str] | None:
        try:
            held = orjson.loads(read_private(self.folder / MARKS_FILE))
        except (OSError, KeysUnreadable, orjson.JSONDecodeError):
            return None
        if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
            return None
        return held if self.marker.is_of(held) else None


def _values(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Each setting by its dotted name."""
    for table, held in settings.model_dump(mode="json").items():
        if isinstance(held, dict):
            yield from ((f"{table}.{key}", value) for key, value in held.items())
        else:
            yield table, held


def _content(settings: Settings, name: str) -> bytes:
    file: Path | None = attrgetter(name)(settings) if name in READ_AT_START else None
    try:
        return b"" if file is None else file.read_bytes()
    except OSError as error:
        raise ConfigurationInvalid(f"{name}: {file}: {type(error).__name__}") from None


SETTING_CHANGED: Final = "SETTING_CHANGED"
SETTINGS_UNKNOWN_BEFORE: Final = "SETTINGS_UNKNOWN_BEFORE"
CERTIFICATE_RENEWED: Final = "CERTIFICATE_RENEWED"


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
            raise ServiceAway("the log cannot be read now") from None
        except TryLater as error:
            raise ServiceAway(error.message) from None
        await asyncio.to_thread(marks.keep, self.settings)

    async def renewed(self, names: tuple[str, ...]) -> None:
        """Log that the files of these settings are others from now on, by name; TryLater.

        The next start takes them for what they were.
        """
        marks = await asyncio.to_thread(SettingsMarks.of, self.settings)
        new = await asyncio.to_thread(marks.marker.marks, self.settings)
        for name in names:
            setting, _, _ = name.partition(": ")
            mark = new.get(setting, "") or marks.whole(self.settings)
            await self._changed(f"settings.{setting}", mark, CERTIFICATE_RENEWED)
        tables = {name.partition(".")[0] for name in names}
        read = {each for each in _RENEWED if each.partition(".")[0] in tables}
        if read:
            await asyncio.to_thread(marks.keep, self.settings, read)

    async def _changed(self, subject: str, mark: str, detail: str) -> None:
        change = AuditedChange(subject, mark)
        await self.recorder.changed(Coming(AuditKind.CONFIGURATION_CHANGE, change, detail), None)
