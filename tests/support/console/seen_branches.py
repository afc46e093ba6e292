"""Which templates, and which of their branches, are on a page that somebody looks at.

Each template gets comments, in tests alone: one where it begins, and one in each branch that begins
a line of it. A page as it stands then says what it was made of, whatever came later into it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment
from jinja2.ext import Extension
from playwright.sync_api import Page

import console
from console.pages import rendering

FOLDER: Final = Path(console.__file__).parent / "templates"
_BRANCH: Final = re.compile(r"^\{% (?:if|elif|else)\b[^%]*%\}", re.MULTILINE)
_BEGINS: Final = re.compile(r"^\{% (?:block content|macro [^%]*) %\}$", re.MULTILINE)
_SEEN: Final = re.compile(r"seen:(\S+)")
_COMMENTS: Final = """() => { const found = [];
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) found.push(walker.currentNode.data);
  return found; }"""


class SeenBranches(Extension):
    """Puts the comments into each template of ours as it is read."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with its comments."""
        ours = filename is not None and FOLDER in Path(filename).parents
        return marked(source, name or "") if ours else source


def marked(source: str, name: str) -> str:
    """A template with a comment in each branch, and where it begins."""

    def comment(found: re.Match[str]) -> str:
        line = source.count("\n", 0, found.start()) + 1
        return f"{found[0]}<!--seen:{name}:{line}-->"

    begins = source.startswith(("<", "{% if", "{% for", "{% set", "{% from"))
    first = "" if _BEGINS.search(source) or not begins else f"<!--seen:{name}:0-->"
    return _BEGINS.sub(comment, _BRANCH.sub(comment, source)) + first


def every_branch() -> set[str]:
    """All that a page can be made of."""
    files = {file.relative_to(FOLDER).as_posix(): file for file in FOLDER.rglob("*.html")}
    texts = (marked(file.read_text("utf-8"), name) for name, file in files.items())
    return {found for text in texts for found in _SEEN.findall(text.replace("-->", " "))}


def branches_of(page: Page) -> set[str]:
    """What the page is made of, as it stands."""
    return {found for text in page.evaluate(_COMMENTS) for found in _SEEN.findall(text)}


@contextmanager
def branches_marked() -> Iterator[None]:
    """Pages that are made from now on say what they are made of."""
    with pytest.MonkeyPatch.context() as patch:
        marking = partial(Environment, extensions=[SeenBranches])
        patch.setattr(rendering, "Environment", marking)
        yield
