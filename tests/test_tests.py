"""Every test can fail by what it says itself, and none by chance alone.

It asserts, or calls something that does. Logs and pages hold what is made up or encrypted, so a
few characters of anybody's details may be there by chance.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.docs.pages import ROOT

_MADE_UP: Final = {"entries", "entry", "logged", "everything_in", "left", "content", "url"}
_FEWEST: Final = 5  # characters: chance writes them once in a thousand million places
_REFUSES: Final = {"raises", "warns", "fail", "cheap"}  # of pytest, and tests/support
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


def by_chance(code: str) -> list[str]:
    """What a module wants to be absent, and is so short that chance may write it."""
    absent = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Compare) and _negative(n)]
    return [ast.unparse(each) for each in absent if short(each.left) and names(each) & _MADE_UP]


def _negative(compared: ast.Compare) -> bool:
    return any(isinstance(each, ast.NotIn) for each in compared.ops)


def short(looked_for: ast.expr) -> bool:
    """Whether a text has few characters, all of which occur in base64."""
    if not isinstance(looked_for, ast.Constant) or not isinstance(looked_for.value, str | bytes):
        return False
    text = looked_for.value
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    return len(plain) < _FEWEST and re.fullmatch(r"[\w+/=-]+", plain, re.ASCII) is not None


def names(compared: ast.Compare) -> set[str]:
    """The names and attributes that what is looked through has."""
    inside = [node for each in compared.comparators for node in ast.walk(each)]
    return {n.id for n in inside if isinstance(n, ast.Name)} | {
        n.attr for n in inside if isinstance(n, ast.Attribute)
    }


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


def test_no_test_fails_because_chance_wrote_a_few_characters() -> None:
    files = list((ROOT / "tests").rglob("*.py"))
    assert {f: found for f in files if (found := by_chance(f.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "code",
    [
        "assert 'AB1' not in str(entries)",
        "assert b'q1' not in everything_in(tmp_path)",
        "assert '2015' not in page.url",
    ],
)
def test_a_few_characters_that_chance_may_write_are_found(code: str) -> None:
    assert len(by_chance(code)) == 1


@pytest.mark.parametrize("code", ["assert 'AB12CD' not in str(entries)", "assert '2' not in said"])
def test_a_long_text_and_a_place_without_chance_are_let_be(code: str) -> None:
    assert by_chance(code) == []
