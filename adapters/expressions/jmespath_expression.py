"""A JMESPath expression of a manifest: compiled once, checked whole, never fails loudly."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

from adapters.expressions.jmespath_compile import (
    Evaluate,
    SyntaxNode,
    evaluation,
    plain_path,
    walker,
)
from adapters.expressions.jmespath_cost import TooHeavy, weigh
from adapters.expressions.jmespath_decision import below
from adapters.expressions.jmespath_items import keeping_evaluation
from adapters.expressions.jmespath_whole import whole_evaluation

FAILURES = (*(ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError),)
LONGEST: Final = 1_048_576  # characters of a text, items of a list
_KEPT: Final = 1024  # short expressions: those of a few dozen manifests that differ in each
_SHORT: Final = 256  # characters
_LONG: Final = frozenset({str, list})  # what may be too long
_KNOWN: dict[str, dict[str, Any]] = Functions.FUNCTION_TABLE


class ExpressionError(ValueError):
    """The text is no expression; the message says why."""


class UnreadableError(ValueError):
    """A value is there and cannot be read as what it should be; never says the value."""


@dataclass(frozen=True, slots=True)
class Expression:
    """`roots` are the names of every field it mentions, at any depth.

    `path` are the names that it follows, one inside the other, where it does nothing else.
    """

    text: str
    roots: frozenset[str]
    _search: Callable[[Any], Any]
    path: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> "Expression":
        """Compile; ExpressionError if it is no JMESPath, calls an unknown function or may grow."""
        return _checked(text, evaluation)

    @classmethod
    def parse_records(cls, text: str) -> "Expression":
        """As `parse`; where a list of it would lose an item in silence, it cannot be read."""
        return _checked(text, whole_evaluation)

    @classmethod
    def parse_items(cls, text: str) -> "Expression":
        """As `parse`; an item that its lists would lose in silence is a None among them."""
        return _checked(text, keeping_evaluation)

    def read(self, document: Any) -> Any:
        """The value, None where there is none; UnreadableError if the document does not suit."""
        if self.path is None:
            try:
                document = self._search(document)
            except FAILURES:
                raise UnreadableError("the expression does not suit the document") from None
        else:
            for key in self.path:
                if not isinstance(document, dict):
                    return None
                document = document.get(key)
        if type(document) in _LONG and len(document) > LONGEST:
            bounded(document)
        return document

    def holds(self, document: Any) -> bool:
        """Whether it gives exactly true; anything else, and any failure, is no."""
        try:
            return self._search(document) is True
        except FAILURES:
            return False


def _checked(text: str, compile_tree: Callable[[SyntaxNode], Evaluate]) -> Expression:
    try:
        compiled = _compiled_once if len(text) <= _SHORT else _compiled
        return compiled(text, compile_tree)
    except JMESPathError as error:
        raise ExpressionError(_first_line(error)) from None
    except TooHeavy as error:
        raise ExpressionError(str(error)) from None
    except RecursionError:
        raise ExpressionError("not a JMESPath expression: it nests too deep") from None


def _compiled(text: str, compile_tree: Callable[[SyntaxNode], Evaluate]) -> Expression:
    parsed = jmespath.compile(text)
    nodes = list(below(parsed.parsed))
    for node in nodes:
        _check_call(node)
    weigh(parsed.parsed)
    roots = frozenset(str(node["value"]) for node in nodes if node["type"] == "field")
    keys = plain_path(parsed.parsed)
    search = compile_tree(parsed.parsed) if keys is None else walker(keys)
    return Expression(text, roots, search, keys)


# Manifests say the same in the same words, and are read again at each start and reload.
_compiled_once: Final = lru_cache(_KEPT)(_compiled)


def bounded(value: Any) -> Any:
    """`value`, unless it is longer than any that is read; then UnreadableError."""
    if isinstance(value, (str, list)) and len(value) > LONGEST:
        raise UnreadableError("the expression makes more from the document than the gateway reads")
    return value


def _first_line(error: JMESPathError) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    said = lines[0].removeprefix("Invalid jmespath expression: ").rstrip(":") if lines else ""
    said = said or "it is empty"
    return f"not a JMESPath expression: {said}; write a path such as body.items[0].id"


def _check_call(node: dict[str, Any]) -> None:
    if node["type"] != "function_expression":
        return
    name, given = node["value"], len(node["children"])
    if name not in _KNOWN:
        raise ExpressionError(f"there is no function {name}")
    signature = _KNOWN[name]["signature"]
    variadic = bool(signature) and bool(signature[-1].get("variadic"))
    if given < len(signature) or (given > len(signature) and not variadic):
        raise ExpressionError(f"{name} takes {len(signature)} arguments")
