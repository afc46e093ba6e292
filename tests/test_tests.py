"""Every test can fail by what it says itself: it asserts, or calls something that does."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.docs.pages import ROOT

_REFUSES: Final = {"raises", "warns", "fail"}  # of pytest
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(code: str) -> dict[str, Function]:
    """A module's own functions, by name."""
    return {node.name: node for node in ast.parse(code).body if isinstance(node, Function)}


def called(function: Function) -> Iterator[str]:
    """What a function calls, by the last part of its name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.id
            elif isinstance(called, ast.Attribute):
                yield called.attr


def can_fail(name: str, functions: dict[str, Function]) -> bool:
    """Whether one of a module's functions asserts, itself or by another of the module's own."""
    met, open_ = set[str](), [name]
    while open_:
        function = functions[open_.pop()]
        met.add(function.name)
        calls = set(called(function))
        if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
            return True
        if calls & _REFUSES or any(each.startswith("assert_") for each in calls):
            return True
        open_ += calls & functions.keys() - met
    return False


def idle(code: str) -> list[str]:
    """The tests of a module that nothing can fail but an error."""
    functions = functions_of(code)
    tests = (name for name in functions if name.startswith("test_"))
    return [name for name in tests if not can_fail(name, functions)]


def test_every_test_says_what_has_to_be_so() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    assert Path(__file__) in files
    found = {file: names for file in files if (names := idle(file.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "body",
    ["ask('spine')", "answer = ask()\n    answer.close()", "check()\n\ndef check(): ask()"],
)
def test_a_test_that_only_runs_is_found(body: str) -> None:
    code = f"def test_an_agency_answers():\n    {body}\n"
    assert idle(code) == ["test_an_agency_answers"]


@pytest.mark.parametrize(
    "body",
    [
        "assert ask()",
        "with pytest.raises(ValueError):\n        ask()",
        "assert_conforms('gp')",
        "held()\n\ndef held(): shown()\n\ndef shown(): assert ask()",
    ],
)
def test_a_test_that_asserts_or_calls_what_does_is_let_be(body: str) -> None:
    assert idle(f"def test_an_agency_answers():\n    {body}\n") == []
