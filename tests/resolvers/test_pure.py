"""Resolvers compute from the answers that they are given: they read, send and wait for nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OF_VALUES: Final = re.compile(
    r"(adapters\.contract\..+|resolvers\..+|rapidfuzz\..+|collections(\.abc)?|dataclasses|datetime"
    r"|enum|functools|html|itertools|math|operator|re|types|typing|unicodedata)"
)
# These would read the clock, a file or a terminal, or run what a text says.
OF_THE_WORLD: Final = {"now", "utcnow", "today", "open", "input", "print", "exec", "eval"}
PLANTED: Final = {
    "import socket": "socket",
    "from pathlib import Path": "pathlib",
    "from random import choice": "random",
    "from adapters.network.http_client import Client": "adapters.network.http_client",
    "async def read(): pass": "async",
    "def born(): return date.today()": "today",
    "def names(): return open('names')": "open",
}


def reaches(code: str) -> Iterator[str]:
    """What a module takes from outside of its arguments."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if not OF_VALUES.fullmatch(each.name))
            case ast.ImportFrom(module=str(module)) if not OF_VALUES.fullmatch(module):
                yield module
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield "async"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield from {name} & OF_THE_WORLD


def test_no_resolver_reads_sends_or_waits_for_anything() -> None:
    modules = sorted((ROOT / "resolvers").rglob("*.py"))
    assert len(modules) > len(PLANTED)
    found = {str(each.relative_to(ROOT)): set(reaches(each.read_text("utf-8"))) for each in modules}
    assert {file: reached for file, reached in found.items() if reached} == {}


@pytest.mark.parametrize("code", PLANTED)
def test_a_resolver_that_would_is_found(code: str) -> None:
    assert set(reaches(code)) == {PLANTED[code]}
