"""A JMESPath tree read whole: what its lists would drop without a word is a failure here.

JMESPath takes a field that is not there for null, and its projections drop nulls, so a list whose
items cannot be read looks like an empty one. Where a list of children is read, that would be taken
for "no record". Here an item is left out only by a filter that could be decided on it, and a list
is empty only where the document has an empty one. Everything else means what JMESPath says.
"""

from collections.abc import Callable
from typing import Any, Final

from adapters.expressions.jmespath_compile import Evaluate, SyntaxNode, evaluation, is_false
from adapters.expressions.jmespath_decision import (
    Decide,
    Dropped,
    Missing,
    below,
    comparison,
    decision,
    evaluated,
    stands_for,
)

_LISTS_OF_LISTS: Final = frozenset(
    {
        *("projection", "filter_projection", "value_projection", "multi_select_list"),
        *("function_expression", "pipe", "flatten"),
    }
)


def whole_evaluation(node: SyntaxNode) -> Evaluate:
    """As `evaluation`, but raises Missing or Dropped where something would be lost in silence."""
    compile_node = _COMPILERS.get(node["type"])
    return _said_of_its_parts(node) if compile_node is None else compile_node(node)


def _children(node: SyntaxNode) -> list[Evaluate]:
    return [whole_evaluation(child) for child in node["children"]]


def _field(node: SyntaxNode) -> Evaluate:
    key = node["value"]

    def read(value: Any) -> Any:
        if value is None:
            return None  # said to be nothing, which is not the same as not being said
        if not isinstance(value, dict) or key not in value:
            raise Missing
        return value[key]

    return read


def _sequence(node: SyntaxNode) -> Evaluate:
    steps = _children(node)

    def follow(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return follow


def _index(node: SyntaxNode) -> Evaluate:
    pick = evaluation(node)

    def read(value: Any) -> Any:
        return None if value is None else pick(_listed(value))

    return read


def _slice(node: SyntaxNode) -> Evaluate:
    cut = slice(*node["children"])

    def read(value: Any) -> Any:
        if value is None:
            return None
        kept = _listed(value)[cut]
        if len(kept) != len(value):
            raise Dropped
        return kept

    return read


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Missing
    return value


def _either(node: SyntaxNode) -> Evaluate:
    left, right = node["children"]
    plain, first, second = evaluation(left), whole_evaluation(left), whole_evaluation(right)
    constant = not any(one["type"] in ("field", "current") for one in below(right))
    may_stand = stands_for(left)

    def choose(value: Any) -> Any:
        if not is_false(plain(value)):
            return first(value)
        try:
            told = first(value)
        except Missing:
            # A list that is not there must not become the empty one that the manifest writes.
            if constant:
                raise
        else:
            if constant and not may_stand(told, second(value)):
                raise Missing
        return second(value)

    return choose


def _both(node: SyntaxNode) -> Evaluate:
    left, right = node["children"]
    plain, first, second = evaluation(left), whole_evaluation(left), whole_evaluation(right)
    return lambda value: first(value) if is_false(plain(value)) else second(value)


def _projection(node: SyntaxNode) -> Evaluate:
    base, of_each = _children(node)

    def project(value: Any) -> list[Any] | None:
        items = base(value)
        return None if items is None else [_found(of_each, item) for item in _listed(items)]

    return project


def _value_projection(node: SyntaxNode) -> Evaluate:
    base, of_each = _children(node)

    def project(value: Any) -> list[Any] | None:
        values = base(value)
        if values is None:
            return None
        if not isinstance(values, dict):
            raise Missing
        return [_found(of_each, item) for item in values.values()]

    return project


def _filter(node: SyntaxNode) -> Evaluate:
    base, of_each = (whole_evaluation(child) for child in node["children"][:2])
    holds, decide = evaluation(node["children"][2]), decision(node["children"][2], whole_evaluation)

    def choose(value: Any) -> list[Any] | None:
        items = base(value)
        if items is None:
            return None
        kept = []
        for item in _listed(items):
            if is_false(holds(item)):
                _decided(decide, item)
            else:
                kept.append(_found(of_each, item))
        return kept

    return choose


def _found(of_each: Evaluate, item: Any) -> Any:
    try:
        found = of_each(item)
    except Missing:
        raise Dropped from None
    if found is None:
        raise Dropped
    return found


def _flatten(node: SyntaxNode) -> Evaluate:
    (of_base,) = node["children"]
    base, nested = whole_evaluation(of_base), of_base["type"] in _LISTS_OF_LISTS

    def flatten(value: Any) -> list[Any] | None:
        items = base(value)
        if items is None:
            return None
        if not nested and [] in _listed(items):
            raise Dropped  # an item turned into an empty list, which flattens to nothing
        parts = (item if isinstance(item, list) else [item] for item in _listed(items))
        return [one for part in parts for one in part]

    return flatten


def _list_of(node: SyntaxNode) -> Evaluate:
    every = _children(node)
    return lambda value: None if value is None else [each(value) for each in every]


def _object_of(node: SyntaxNode) -> Evaluate:
    pairs = [(one["value"], whole_evaluation(one["children"][0])) for one in node["children"]]

    def gather(value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        return {name: _unless_missing(each, value) for name, each in pairs}

    return gather


def _unless_missing(each: Evaluate, value: Any) -> Any:
    try:
        return each(value)
    except Missing:
        return None  # a value of a record may be missing, its lists may not lose an item


def _comparison(node: SyntaxNode) -> Evaluate:
    plain, decide = evaluation(node), comparison(node, whole_evaluation)

    def read(value: Any) -> Any:
        decide(value)
        return plain(value)

    return read


def _function(node: SyntaxNode) -> Evaluate:
    if node["value"] == "not_null":
        return _first_of(node)
    return _said_of_its_parts(node)


def _first_of(node: SyntaxNode) -> Evaluate:
    *others, last = node["children"]
    joined = last
    for one in reversed(others):
        joined = {"type": "or_expression", "children": [one, joined]}
    told, plain = whole_evaluation(joined), evaluation(node)

    def choose(value: Any) -> Any:
        told(value)
        return plain(value)

    return choose


def _said_of_its_parts(node: SyntaxNode) -> Evaluate:
    plain = evaluation(node)
    parts = [whole_evaluation(one) for one in evaluated(node)]

    def read(value: Any) -> Any:
        for part in parts:
            part(value)
        return plain(value)

    return read


def _decided(decide: Decide, item: Any) -> None:
    try:
        decide(item)
    except Missing:
        raise Dropped from None
    if item is None:
        raise Dropped


_COMPILERS: Final[dict[str, Callable[[SyntaxNode], Evaluate]]] = {
    "field": _field,
    "subexpression": _sequence,
    "index_expression": _sequence,
    "pipe": _sequence,
    "index": _index,
    "slice": _slice,
    "identity": evaluation,
    "current": evaluation,
    "literal": evaluation,
    "comparator": _comparison,
    "or_expression": _either,
    "and_expression": _both,
    "projection": _projection,
    "value_projection": _value_projection,
    "filter_projection": _filter,
    "flatten": _flatten,
    "multi_select_list": _list_of,
    "multi_select_dict": _object_of,
    "function_expression": _function,
}
