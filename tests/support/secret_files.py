"""Secrets of sources as an operator lays them down: readable by the gateway alone."""

from pathlib import Path


def write_secret(folder: Path, source: str, name: str, content: str) -> Path:
    """The file of a source's secret below `folder`, with its folders."""
    own = folder / source
    own.mkdir(parents=True, exist_ok=True)
    for each in (folder, own):
        each.chmod(0o700)
    file = own / name
    file.touch(mode=0o600)
    file.write_text(content)
    return file


def open_to(file: Path, mode: int) -> None:
    """Give a file or folder these permissions, as a careless hand does."""
    file.chmod(mode)
