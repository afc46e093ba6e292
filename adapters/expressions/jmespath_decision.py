"""Whether a condition left an item out for what the item says, and not for what it lacks.

A filter that compares a field which the agency renamed is false of every item. That is no choice.
"""

from collections.abc import Callable, Iterator
from types import NoneType
from typing import Any, Final

from adapters.expressions.jmespath_compile import Evaluate, SyntaxNode, evaluation, is_false

Decide = Callable[[Any], None]
Compile = Callable[[SyntaxNode], Evaluate]

_NUMBERS: Final = frozenset({int, float})
_ANY_TYPE: Final = frozenset({NoneType, bool, int, float, str, list, dict})


class Missing(LookupError):
    """A field that is not there, or something of another type where an object should be."""


class Dropped(ValueError):
    """An item that JMESPath would leave out of a list without having been told to."""


def decision(node: SyntaxNode, whole: Compile) -> Decide:
    """Raises Missing unless a condition that is false is so by what its item says.

    `whole` compiles what is read of the item.
    """
    match node["type"]:
        case "or_expression" | "not_expression":
            return _all_of([decision(child, whole) for child in node["children"]])
        case "and_expression":
            return _one_false_side(node, whole)
        case "comparator":
            return _compared(node, whole, _ANY_TYPE - {NoneType})
        case _:
            return _said(whole(node))


def _all_of(sides: list[Decide]) -> Decide:
    def decide(item: Any) -> None:
        for side in sides:
            side(item)

    return decide


def _one_false_side(node: SyntaxNode, whole: Compile) -> Decide:
    sides = [(evaluation(child), decision(child, whole)) for child in node["children"]]

    def decide(item: Any) -> None:
        for plain, side in sides:
            if is_false(plain(item)) and _is_told(side, item):
                return
        raise Missing

    return decide


def _is_told(decide: Decide, item: Any) -> bool:
    try:
        decide(item)
    except (Missing, Dropped):
        return False
    return True


def _said(read: Evaluate) -> Decide:
    def decide(item: Any) -> None:
        found = read(item)
        if found is None or found in ([], {}):
            raise Missing

    return decide


def _compared(node: SyntaxNode, whole: Compile, beside_null: frozenset[type]) -> Decide:
    """A comparison is decided by values of the types that the manifest compares with."""
    sides = [(whole(one), _types_beside(one, node, beside_null)) for one in evaluated(node)]

    def decide(item: Any) -> None:
        for read, types in sides:
            if type(read(item)) not in types:
                raise Missing

    return decide


def _types_beside(
    side: SyntaxNode, node: SyntaxNode, beside_null: frozenset[type]
) -> frozenset[type]:
    other = next((one for one in node["children"] if one is not side), side)
    if other["type"] != "literal":
        return beside_null if _null(other) else _ANY_TYPE - {NoneType}
    said = type(other["value"])
    if said is NoneType:
        return beside_null
    return _NUMBERS if said in _NUMBERS else frozenset({said})


def comparison(node: SyntaxNode, whole: Compile) -> Decide:
    """Raises Missing unless both sides are there, of types that can be compared; null may be."""
    return _compared(node, whole, _ANY_TYPE)


def evaluated(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """The parts of a node that are read of the document itself."""
    # What stands behind & is evaluated for each item, and not on what is read here.
    return (
        one for one in node["children"] if one["type"] not in ("expref", "literal", *_null(one))
    )


def _null(node: SyntaxNode) -> tuple[str, ...]:
    # JMESPath takes null without backticks for a field, and people write it to compare with.
    return ("field",) if node.get("value") == "null" else ()


def stands_for(left: SyntaxNode) -> Callable[[Any, Any], bool]:
    """For what `left` says of the document may what the manifest writes after it stand.

    A list may for an empty one, or for what a condition says plainly: null, or a false that is not
    itself in what would be listed. `{}`, a blank or a false there is a child that was emptied.
    """
    if left["type"] != "and_expression":
        return lambda told, written: told == [] or not (told is None or isinstance(written, list))
    *conditions, listed = _conjuncts(left)
    shown = any(_leads_to(one, part) for one in conditions for part in below(listed))

    def plainly(told: Any, written: Any) -> bool:
        return told is None or not isinstance(written, list) or (told is False and not shown)

    return plainly


def _leads_to(condition: SyntaxNode, part: SyntaxNode) -> bool:
    """Whether a path is the beginning of another, or the whole of it."""
    begun = _steps(condition)
    return _steps(part)[: len(begun)] == begun


def _steps(node: SyntaxNode) -> list[SyntaxNode]:
    return list(node["children"]) if node["type"] == "subexpression" else [node]


def _conjuncts(node: SyntaxNode) -> list[SyntaxNode]:
    if node["type"] != "and_expression":
        return [node]
    return [one for child in node["children"] for one in _conjuncts(child)]


def below(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """A node and all that it is made of."""
    yield node
    for child in node["children"]:
        if isinstance(child, dict):
            yield from below(child)
