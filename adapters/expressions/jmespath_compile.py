"""A JMESPath tree as plain functions: the same values as the interpreter's, many times cheaper.

What is not made into functions here, such as a call, is left to jmespath's own interpreter, from
that node down.
"""

from collections.abc import Callable
from typing import Any, Final

from jmespath.visitor import TreeInterpreter

SyntaxNode = Any  # jmespath gives its tree as nested dictionaries
Evaluate = Callable[[Any], Any]

_INTERPRETER: Final = TreeInterpreter()


def evaluation(node: SyntaxNode) -> Evaluate:
    """The function from a JSON document to the value of the parsed expression `node`."""
    compile_node = _COMPILERS.get(node["type"])
    if compile_node is None:
        return lambda document: _INTERPRETER.visit(node, document)
    return compile_node(node)


def plain_path(node: SyntaxNode) -> tuple[str, ...] | None:
    """The names that it follows, one inside the other; None where it does anything else."""
    # "a" and "a.b.c" are most of a manifest, and walking them is cheapest of all.
    if node["type"] == "field":
        return (str(node["value"]),)
    if node["type"] != "subexpression":
        return None
    paths = [plain_path(child) for child in node["children"]]
    return None if None in paths else tuple(key for path in paths if path for key in path)


def walker(keys: tuple[str, ...]) -> Evaluate:
    """What follows these names."""

    def walk(document: Any) -> Any:
        for key in keys:
            if not isinstance(document, dict):
                return None
            document = document.get(key)
        return document

    return walk


def _children(node: SyntaxNode) -> list[Evaluate]:
    return [evaluation(child) for child in node["children"]]


def _field(node: SyntaxNode) -> Evaluate:
    key = node["value"]
    return lambda value: value.get(key) if isinstance(value, dict) else None


def _sequence(node: SyntaxNode) -> Evaluate:
    keys = plain_path(node)
    if keys is not None:
        return walker(keys)
    steps = _children(node)

    def follow(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return follow


def _index(node: SyntaxNode) -> Evaluate:
    place: int = node["value"]

    def pick(value: Any) -> Any:
        if not isinstance(value, list):
            return None
        return value[place] if -len(value) <= place < len(value) else None

    return pick


def _itself(_: SyntaxNode) -> Evaluate:
    return lambda value: value


def _literal(node: SyntaxNode) -> Evaluate:
    said = node["value"]
    return lambda _: said


def _comparison(node: SyntaxNode) -> Evaluate:
    if node["value"] not in ("eq", "ne"):  # an order holds between numbers only
        return lambda document: _INTERPRETER.visit(node, document)
    compare = TreeInterpreter.COMPARATOR_FUNC[node["value"]]
    left, right = _children(node)
    said = node["children"][1]
    # With care only numbers are told apart from what is true or false.
    if said["type"] == "literal" and isinstance(said["value"], str):
        return _with_text(left, said["value"], same=node["value"] == "eq")
    return lambda value: compare(left(value), right(value))


def _with_text(of: Evaluate, text: str, *, same: bool) -> Evaluate:
    """Whether a value is, or is not, this text."""
    return (lambda value: of(value) == text) if same else (lambda value: of(value) != text)


def _either(node: SyntaxNode) -> Evaluate:
    first, second = _children(node)

    def choose(value: Any) -> Any:
        found = first(value)
        return second(value) if is_false(found) else found

    return choose


def _both(node: SyntaxNode) -> Evaluate:
    first, second = _children(node)

    def require(value: Any) -> Any:
        found = first(value)
        return found if is_false(found) else second(value)

    return require


def _projection(node: SyntaxNode) -> Evaluate:
    base, of_each = _children(node)

    def project(value: Any) -> list[Any] | None:
        items = base(value)
        if not isinstance(items, list):
            return None
        return [found for item in items if (found := of_each(item)) is not None]

    return project


def _filter(node: SyntaxNode) -> Evaluate:
    base, of_each, holds = _children(node)

    def choose(value: Any) -> list[Any] | None:
        items = base(value)
        if not isinstance(items, list):
            return None
        chosen = (item for item in items if not is_false(holds(item)))
        return [found for item in chosen if (found := of_each(item)) is not None]

    return choose


def _flatten(node: SyntaxNode) -> Evaluate:
    (base,) = _children(node)

    def flatten(value: Any) -> list[Any] | None:
        items = base(value)
        if not isinstance(items, list):
            return None
        return [one for item in items for one in (item if isinstance(item, list) else [item])]

    return flatten


def _list_of(node: SyntaxNode) -> Evaluate:
    every = _children(node)
    return lambda value: None if value is None else [each(value) for each in every]


def is_false(value: Any) -> bool:
    """Whether JMESPath takes a value for false: null, false, and what is empty."""
    empty = isinstance(value, str | list | dict) and not value
    return value is None or value is False or empty


_COMPILERS: Final[dict[str, Callable[[SyntaxNode], Evaluate]]] = {
    "field": _field,
    "subexpression": _sequence,
    "index_expression": _sequence,
    "pipe": _sequence,
    "index": _index,
    "identity": _itself,
    "current": _itself,
    "literal": _literal,
    "comparator": _comparison,
    "or_expression": _either,
    "and_expression": _both,
    "projection": _projection,
    "filter_projection": _filter,
    "flatten": _flatten,
    "multi_select_list": _list_of,
}
