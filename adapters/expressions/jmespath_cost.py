"""How much a JMESPath expression can make of any document, known before one is read.

JMESPath sees nothing but what it is given: a projection reads each item once, and nothing inside
it reaches back to the whole. So a value grows only where an expression names its input several
times or lengthens it, and both can be counted on the syntax tree. Copies that are copied again
multiply: `[@, @][] | [@, @][]` has four.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.expressions.jmespath_compile import SyntaxNode

MOST_COPIES: Final = 32
MOST_PASSES: Final = 1000
DEEPEST: Final = 40
_ESCAPED: Final = 6  # one character may become \u00e9
_AN_ITEM: Final = 4  # characters: less stands in a document for hardly any item of a list


class TooHeavy(ValueError):
    """An expression that may grow past all use; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Weight:
    """At most: how often the value holds what is read, and how often all of that is gone over."""

    copies: int
    passes: int

    def then(self, after: "Weight") -> "Weight":
        """The weight of reading what the first gives by the second, whole or item by item."""
        return Weight(self.copies * after.copies, self.passes + self.copies * after.passes)


_ONE: Final = Weight(1, 1)


def weigh(node: SyntaxNode) -> Weight:
    """The weight of a parsed expression; TooHeavy if it may grow, or take its time, unbounded."""
    return _weight(node, DEEPEST)


def _weight(node: SyntaxNode, depth: int) -> Weight:
    if depth == 0:
        raise TooHeavy(f"it nests too deep: {DEEPEST} levels at most")
    children = [child for child in node["children"] if isinstance(child, dict)]  # a slice has none
    weight = _weighed(node, [_weight(child, depth - 1) for child in children])
    if weight.copies > MOST_COPIES:
        raise TooHeavy(f"it may hold what it reads {weight.copies} times: {MOST_COPIES} at most")
    if weight.passes > MOST_PASSES:
        raise TooHeavy(f"it goes over what it reads too often: {MOST_PASSES} times at most")
    return weight


def _weighed(node: SyntaxNode, children: list[Weight]) -> Weight:
    match node["type"]:
        case "literal":
            return Weight(1 + len(json.dumps(node["value"])) // _AN_ITEM, 1)
        case "key_val_pair":
            return Weight(children[0].copies + len(node["value"]) // _AN_ITEM, children[0].passes)
        case "function_expression":
            return _call(node, children)
        case kind:
            return _WEIGHERS.get(kind, _leaf)(children)


def _leaf(_: list[Weight]) -> Weight:
    return _ONE


def _in_a_row(steps: list[Weight]) -> Weight:
    weight = _ONE
    for step in steps:
        weight = weight.then(step)
    return weight


def _filtered(children: list[Weight]) -> Weight:
    base, of_each, holds = children
    return _in_a_row([base, Weight(of_each.copies, of_each.passes + holds.passes)])


def _side_by_side(children: list[Weight]) -> Weight:
    return Weight(max(1, _copies(children)), 1 + _copies(children) + _passes(children))


def _one_of(children: list[Weight]) -> Weight:
    return Weight(max(each.copies for each in children), 1 + _passes(children))


def _said_of(children: list[Weight]) -> Weight:
    return Weight(1, 1 + _copies(children) + _passes(children))


def _copies(weights: Iterable[Weight]) -> int:
    return sum(each.copies for each in weights)


def _passes(weights: Iterable[Weight]) -> int:
    return sum(each.passes for each in weights)


_WEIGHERS: Final[Mapping[str, Callable[[list[Weight]], Weight]]] = {
    "subexpression": _in_a_row,
    "index_expression": _in_a_row,
    "pipe": _in_a_row,
    "projection": _in_a_row,
    "value_projection": _in_a_row,
    "filter_projection": _filtered,
    "flatten": _side_by_side,
    "multi_select_list": _side_by_side,
    "multi_select_dict": _side_by_side,
    "expref": _side_by_side,
    "or_expression": _one_of,
    "and_expression": _one_of,
    "not_expression": _said_of,
    "comparator": _said_of,
}
_TEST: Final = frozenset({"contains", "ends_with", "starts_with"})
_MEASURE: Final = frozenset({"abs", "avg", "ceil", "floor", "length", "sum", "to_number", "type"})


def _call(node: SyntaxNode, given: list[Weight]) -> Weight:
    name = node["value"]
    match name:
        case "map":
            expression, items = given
            return _in_a_row([items, expression, _ONE])
        case "sort_by" | "max_by" | "min_by":
            items, expression = given
            return Weight(items.copies, _in_a_row([items, expression, _ONE]).passes)
        case "join":
            glue = node["children"][0]
            longer = 1 + _length(glue)
            return Weight(given[1].copies * longer, longer * _said_of(given).passes)
        case "to_string":
            return Weight(given[0].copies * _ESCAPED, _ESCAPED * _said_of(given).passes)
        case _ if name in _TEST | _MEASURE:
            return _said_of(given)
        case _:
            return _side_by_side(given)


def _length(glue: SyntaxNode) -> int:
    if glue["type"] != "literal" or not isinstance(glue["value"], str):
        raise TooHeavy("join takes a text in quotes to join by")
    return len(glue["value"])
