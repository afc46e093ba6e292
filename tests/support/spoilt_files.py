"""What happens to an operator's files: something else is written, replaced, or in their place."""

from collections.abc import Callable
from pathlib import Path

Spoil = Callable[[Path], object]


def write(name: str, content: bytes) -> Spoil:
    """Whoever calls it with a folder has this content in the file of this name."""

    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    return spoil


def change(name: str, was: str, is_now: str) -> Spoil:
    """The file says something else where it said `was`."""

    def spoil(folder: Path) -> None:
        text = (folder / name).read_text()
        assert was in text
        (folder / name).write_text(text.replace(was, is_now))

    return spoil


def add(name: str, text: str) -> Spoil:
    """The file goes on with this text."""

    def spoil(folder: Path) -> None:
        with (folder / name).open("a") as file:
            file.write(text)

    return spoil


def make_folder(name: str) -> Spoil:
    """A folder stands in the file's place."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def remove(name: str) -> Spoil:
    """The file is gone."""
    return lambda folder: (folder / name).unlink()


def open_to_others(name: str, mode: int = 0o644) -> Spoil:
    """Others may open the file."""
    return lambda folder: (folder / name).chmod(mode)
