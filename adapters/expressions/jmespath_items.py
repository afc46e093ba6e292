"""A JMESPath tree that keeps the place of what its lists drop, so that a loss is seen.

A list of a record, its workers say, may rightly be missing or short. What may not happen is that
one of its items cannot be read and nobody is told, so here a projection has a null in the place of
each item that JMESPath drops for being null. A filter chooses as ever.
"""

from collections.abc import Callable
from typing import Any, Final

from adapters.expressions.jmespath_compile import Evaluate, SyntaxNode, evaluation, is_false


def keeping_evaluation(node: SyntaxNode) -> Evaluate:
    """As `evaluation`, but the list that comes of it has a null for each item that was dropped."""
    return _COMPILERS.get(node["type"], evaluation)(node)


def _projection(node: SyntaxNode) -> Evaluate:
    of_base, of_item = node["children"]
    base, of_each = keeping_evaluation(of_base), keeping_evaluation(of_item)

    def project(value: Any) -> list[Any] | None:
        items = base(value)
        return [of_each(item) for item in items] if isinstance(items, list) else None

    return project


def _filter(node: SyntaxNode) -> Evaluate:
    of_base, of_item, condition = node["children"]
    base, of_each = keeping_evaluation(of_base), keeping_evaluation(of_item)
    holds = evaluation(condition)

    def choose(value: Any) -> list[Any] | None:
        items = base(value)
        if not isinstance(items, list):
            return None
        chosen = (item for item in items if item is None or not is_false(holds(item)))
        return [of_each(item) for item in chosen]

    return choose


def _flatten(node: SyntaxNode) -> Evaluate:
    base = keeping_evaluation(node["children"][0])

    def flatten(value: Any) -> list[Any] | None:
        items = base(value)
        if not isinstance(items, list):
            return None
        return [one for item in items for one in (item if isinstance(item, list) else [item])]

    return flatten


def _either(node: SyntaxNode) -> Evaluate:
    left, right = node["children"]
    plain, first, second = evaluation(left), keeping_evaluation(left), keeping_evaluation(right)

    def choose(value: Any) -> Any:
        if not is_false(plain(value)):
            return first(value)
        # Where all of the first was lost and the second has nothing either, the loss is told.
        return second(value) or first(value)

    return choose


def _both(node: SyntaxNode) -> Evaluate:
    left, right = node["children"]
    first, second = evaluation(left), keeping_evaluation(right)

    def require(value: Any) -> Any:
        found = first(value)
        return found if is_false(found) else second(value)

    return require


def _pipe(node: SyntaxNode) -> Evaluate:
    left, right = node["children"]
    first, second = evaluation(left), keeping_evaluation(right)
    return lambda value: second(first(value))


_COMPILERS: Final[dict[str, Callable[[SyntaxNode], Evaluate]]] = {
    "projection": _projection,
    "filter_projection": _filter,
    "flatten": _flatten,
    "or_expression": _either,
    "and_expression": _both,
    "pipe": _pipe,
}
