"""Recorded replies in an agency's stead: a source is asked as ever, and nothing leaves here."""

import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from adapters.contract.contract import Fault, Malformed, Unavailable
from adapters.files.choose import ChosenFile
from adapters.files.store import OpenFile
from adapters.manifest.auth import Secret
from adapters.manifest.manifest import FileTable
from adapters.network.http_request import HttpAnswer, HttpRequest

_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")
_TYPES: Final = {".json": "application/json", ".xml": "text/xml", ".html": "text/html"}


def media_type(file: Path) -> str:
    """The media type that a recorded reply came with, by the ending of its file."""
    return _TYPES.get(file.suffix.lower(), "application/octet-stream")


_NOT_RECORDED: Final = Unavailable(Fault.LIMIT)


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """A transport that gives `main`, then each of `pages`, and to a detail's path the detail's.

    A page beyond those that were recorded cannot be had.
    """

    main: HttpAnswer | Unavailable | Malformed
    details: Mapping[re.Pattern[str], tuple[HttpAnswer, ...]]
    pages: tuple[HttpAnswer, ...] = ()
    _given: Counter[re.Pattern[str] | None] = field(default_factory=Counter)

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """The recorded answer."""
        path = urlsplit(request.url).path
        shape = next((shape for shape in self.details if shape.search(path)), None)
        answers = (self.main, *self.pages) if shape is None else self.details[shape]
        place = self._given[shape]
        self._given[shape] += 1
        return answers[place] if place < len(answers) else _NOT_RECORDED

    async def aclose(self) -> None:
        """Nothing is open."""


def path_shape(path: str) -> re.Pattern[str]:
    """What the end of a request's path looks like when `path` of a manifest is filled in."""
    parts = (re.escape(part) for part in _PLACEHOLDER.split(path))
    return re.compile("[^/]+".join(parts) + "$")


class RecordedSecrets:
    """Stands for secrets where nothing is asked that would want them."""

    def text(self, _secret: Secret) -> str:
        """The same for each."""
        return "recorded"


@dataclass(frozen=True, slots=True)
class RecordedFolder:
    """A folder that has one file, whatever name is asked for."""

    content: bytes

    @asynccontextmanager
    async def opened(self, pattern: str, _table: FileTable) -> AsyncIterator[OpenFile]:
        """The recorded file."""
        yield OpenFile(ChosenFile(pattern), datetime.now(UTC), _Content(self.content))


class _Content(io.RawIOBase):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._left = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
