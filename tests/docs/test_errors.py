import ast

from gateway.http.errors import STATUS, STATUS_OF_CODE
from gateway.model import errors
from gateway.model.errors import CODES
from tests.support.docs.pages import ROOT, rows, text

TABLE = {cells[0]: cells[1] for cells in rows(text("docs/errors.md"))}
KINDS = {kind.__name__: status for kind, status in STATUS.items()}


def _statuses() -> dict[str, int]:
    """The status of every code, by the kind of error that the gateway raises with it."""
    found: dict[str, int] = {"INTERNAL": 500}
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(code)), *_]) if (
                    kind in KINDS
                ):
                    found[code] = STATUS_OF_CODE.get(code, KINDS[kind])
    return found


def test_every_code_is_explained_and_none_that_the_gateway_does_not_have() -> None:
    assert TABLE.keys() == CODES.keys()


def test_every_code_has_the_status_that_the_gateway_answers_with() -> None:
    assert {code: int(status.split()[0]) for code, status in TABLE.items()} == _statuses()


def test_every_kind_of_error_has_its_status() -> None:
    kinds = {kind.__name__ for kind in errors.TeamAroundError.__subclasses__()}
    assert KINDS.keys() == kinds
