"""The page of events has each that the gateway says, its level, what it has, and what to do."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.support.docs.pages import ROOT, rows, text

LEVELS: Final = {"debug", "info", "warning", "error", "critical"}


def said() -> Iterator[tuple[str, set[str]]]:
    """Each event of the code, with the names of what it has."""
    tree = ast.parse((ROOT / "gateway/model/events.py").read_text("utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="_say")), args=[ast.Constant()]):
                pass
            case ast.Call(func=ast.Name(id="say"), args=[ast.Constant()]):
                pass
            case _:
                continue
        named = {keyword.arg for keyword in call.keywords if keyword.arg}
        first = call.args[0]
        assert isinstance(first, ast.Constant)
        yield str(first.value), named


def test_every_event_stands_there_with_what_it_has_and_what_to_do() -> None:
    page = rows(text("docs/operate/events.md"))
    told = {cells[0].strip("`"): cells[1:] for cells in page if cells[0].startswith("`")}
    of_the_code = dict(said())
    of_the_code["serving"] |= {"metrics_port"}  # only where figures are shown
    assert told.keys() == of_the_code.keys()
    for event, has in of_the_code.items():
        levels, named, advice = told[event]
        assert {*levels.split(", ")} <= LEVELS
        assert {*named.split(", ")} - {"nothing"} == has, event
        assert advice.endswith((".", ")."))
