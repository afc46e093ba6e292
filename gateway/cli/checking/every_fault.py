"""Every fault of a gateway's settings and of all the files that they name; nobody is contacted."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.checking.documents import document_faults
from gateway.cli.checking.named_files import named_file_faults
from gateway.cli.checking.sources import source_faults
from gateway.config.settings import Settings, read_with_places
from gateway.config.settings_text import SettingsText
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid


def every_fault(file: Path | None) -> tuple[ConfigurationFault, ...]:
    """What to change before this gateway can start, by file and line.

    Settings that cannot be read are told alone: the rest is where they say.
    """
    try:
        settings, written = read_with_places(file)
    except ConfigurationInvalid as error:
        return error.faults
    found = [
        *named_file_faults(settings, written),
        *document_faults(settings, written),
        *_of_sources(settings, written),
    ]
    return tuple(sorted(set(found), key=lambda one: (one.file, one.line, one.key, one.what)))


def _of_sources(settings: Settings, written: SettingsText) -> Iterator[ConfigurationFault]:
    yield from asyncio.run(source_faults(settings, written))
