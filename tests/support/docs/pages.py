"""The pages of the documentation, as the tests of this folder read them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PAGES: Final = tuple(
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "changes" / "README.md"])
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def text(name: str) -> str:
    """A page, by its path from the project's folder."""
    return (ROOT / name).read_text("utf-8")


def fenced(page: str) -> list[tuple[str, str]]:
    """The fenced blocks in order: each one's language, and what it says."""
    return _FENCE.findall(page)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of `language`, in order."""
    return [content for kind, content in fenced(page) if kind == language]


def rows(page: str) -> Iterator[list[str]]:
    """The cells of every row of every table, headings and rules left out."""
    lines = page.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        ruled = set(line) <= set("|-: ") or (set(following) <= set("|-: ") and following)
        if line.startswith("|") and not ruled:
            yield cells


def links(page: str) -> list[str]:
    """Every link's target."""
    return _LINK.findall(_FENCE.sub("", page))


def code(page: str) -> list[str]:
    """Every span of code outside fenced blocks."""
    return _CODE.findall(_FENCE.sub("", page))


def anchors(page: str) -> set[str]:
    """What a link may name after `#`, as GitHub makes it of headings."""
    headings = _HEADING.findall(_FENCE.sub("", page))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}
