"""A start under other settings than the last one is in the log before anything is served."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.audit.entry import AuditedChange, AuditKind
from gateway.audit.failures import LogUnavailable
from gateway.errors import ConfigurationInvalid, TryLater
from gateway.recording import Coming, Recorder
from gateway.settings import Settings
from gateway.settings_marks import SettingsMarks

SETTING_CHANGED: Final = "SETTING_CHANGED"
SETTINGS_UNKNOWN_BEFORE: Final = "SETTINGS_UNKNOWN_BEFORE"


@dataclass(frozen=True, slots=True)
class Starting:
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
