"""Every way of failing is explained on the page of failures, and none that there is not."""

import ast

from adapters.contract.advice import ADVICE
from adapters.contract.contract import Cause, Fault
from tests.support.docs.pages import ROOT, rows, text

TABLE = {cells[0]: cells[1] for cells in rows(text("docs/failures.md"))}
RAISED_WITH = ("Malformed", "ScanFailed", "Unusable")


def rules() -> set[str]:
    """Every rule that an adapter of ours says an answer broke."""
    found = set[str]()
    for file in [*(ROOT / "adapters").rglob("*.py"), *(ROOT / "gateway").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(rule)), *_]) if (
                    kind in RAISED_WITH
                ):
                    found.add(rule)
    return found


def test_every_rule_cause_and_fault_has_words_that_say_what_to_do() -> None:
    codes = {*map(str, Cause), *map(str, Fault)}
    assert rules() | codes <= ADVICE.keys(), "explain it in adapters/contract/advice.py"


def test_the_page_of_failures_says_what_the_command_says() -> None:
    said = {rule: f"{words[0].upper()}{words[1:]}." for rule, words in ADVICE.items()}
    assert said == TABLE
