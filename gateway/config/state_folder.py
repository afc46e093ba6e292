"""The folder in which the gateway keeps its own files, and how to say what is wrong with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.config.settings_tables import FileSettings
from gateway.model.errors import ConfigurationInvalid


def state_folder(files: FileSettings) -> Path:
    """The folder, made where there is none; ConfigurationInvalid if it cannot be."""
    try:
        files.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationInvalid(
            f"files.state: {files.state} cannot be made into a folder ({type(error).__name__})"
        ) from None
    return files.state


@contextmanager
def told_of_state(*refused: type[Exception]) -> Iterator[None]:
    """Say any of these as ConfigurationInvalid about the folder: it is what to look at."""
    try:
        yield
    except refused as error:
        raise ConfigurationInvalid(f"files.state: {error}") from error
