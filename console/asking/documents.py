"""The documents of the pages: a file each, named as its operation; never a value in one."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parents[1] / "documents"
_FRAGMENT: Final = "fragment"


@cache
def document(name: str) -> str:
    """The text of an operation, with the fragments that it spreads."""
    text = (_FOLDER / f"{name}.graphql").read_text("utf-8")
    fragments = (file for file in sorted(_FOLDER.glob(f"*.{_FRAGMENT}.graphql")))
    spread = (each for each in fragments if f"...{each.name.split('.')[0]}" in text)
    return "".join((text, *(each.read_text("utf-8") for each in spread)))


def manifest() -> dict[str, str]:
    """Every document by the SHA-256 of its text, as a gateway with trusted documents reads it."""
    names = (file.stem for file in sorted(_FOLDER.glob("*.graphql")) if "." not in file.stem)
    texts = [document(name) for name in names]
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}
