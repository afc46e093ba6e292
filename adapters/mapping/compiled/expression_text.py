"""A JMESPath expression as lines of a generated function, where it is of the common subset.

It gives what `jmespath_compile.evaluation` gives, or `keeping_evaluation` where it keeps the place
of what is dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import jmespath
from jmespath.visitor import TreeInterpreter

from adapters.expressions.jmespath_compile import SyntaxNode, is_false
from adapters.expressions.jmespath_expression import Expression
from adapters.expressions.xpath import XPath
from adapters.mapping.compiled.function import Function, NotGenerated
from adapters.mapping.compiled.xml_values import plain_read

_KEPT: Final = frozenset({"or_expression", "and_expression", "pipe"})


def write_expression(
    function: Function, deep: int, document: str, read: Any, *, keeps: bool = False
) -> str:
    """Read what an expression gives of `document`; the variable that has it, unbounded.

    What is not of the subset is called.
    """
    before = len(function.lines)
    if isinstance(read, Expression):
        try:
            tree = jmespath.compile(read.text).parsed
            return _Writer(function, keeps).write(deep, tree, document)
        except NotGenerated:
            del function.lines[before:]
    called = plain_read(read) if isinstance(read, XPath) and not keeps else read.read
    name = function.variable()
    function.add(deep, f"{name} = {function.named(called)}({document})")
    return name


@dataclass(frozen=True, slots=True)
class _Writer:
    function: Function
    keeps: bool = False

    def write(self, deep: int, node: SyntaxNode, value: str) -> str:
        """The variable that has what `node` gives of `value`."""
        write = _WRITERS.get(node["type"])
        if write is None or (self.keeps and node["type"] in _KEPT):
            raise NotGenerated
        return write(self, deep, node, value)

    def plain(self) -> "_Writer":
        """What keeps no place."""
        return _Writer(self.function)

    def to(self, deep: int, text: str) -> str:
        """A new variable that has `text`."""
        name = self.function.variable()
        self.function.add(deep, f"{name} = {text}")
        return name


def _field(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    key = writer.function.named(node["value"])
    return writer.to(deep, f"{value}.get({key}) if isinstance({value}, dict) else None")


def _sequence(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    for child in node["children"]:
        value = writer.plain().write(deep, child, value)
    return value


def _index(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    place = int(node["value"])
    there = f"isinstance({value}, list) and -len({value}) <= {place} < len({value})"
    return writer.to(deep, f"{value}[{place}] if {there} else None")


def _itself(_writer: _Writer, _deep: int, _node: SyntaxNode, value: str) -> str:
    return value


def _literal(writer: _Writer, deep: int, node: SyntaxNode, _value: str) -> str:
    return writer.to(deep, writer.function.named(node["value"]))


def _comparison(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    if node["value"] not in ("eq", "ne"):
        raise NotGenerated
    left, right = (writer.plain().write(deep, child, value) for child in node["children"])
    if node["children"][1]["type"] == "literal" and type(node["children"][1]["value"]) is str:
        return writer.to(deep, f"{left} {'==' if node['value'] == 'eq' else '!='} {right}")
    compare = writer.function.named(TreeInterpreter.COMPARATOR_FUNC[node["value"]])
    return writer.to(deep, f"{compare}({left}, {right})")


def _either(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    return _choice(writer, deep, node, value, if_false=True)


def _both(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    return _choice(writer, deep, node, value, if_false=False)


def _choice(writer: _Writer, deep: int, node: SyntaxNode, value: str, *, if_false: bool) -> str:
    first, second = node["children"]
    chosen = writer.to(deep, writer.write(deep, first, value))
    false = f"{writer.function.named(is_false)}({chosen})"
    writer.function.add(deep, f"if {false if if_false else f'not {false}'}:")
    other = writer.write(deep + 1, second, value)
    writer.function.add(deep + 1, f"{chosen} = {other}")
    return chosen


def _projection(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    base, of_each = node["children"]
    found, item = _begin_list(writer, deep, base, value)
    _end_list(writer, deep + 2, of_each, found, item)
    return found


def _filter(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    base, of_each, holds = node["children"]
    found, item = _begin_list(writer, deep, base, value)
    held = writer.plain().write(deep + 2, holds, item)
    false = f"not {held}" if holds["type"] == "comparator" else _false(writer, held)
    writer.function.add(deep + 2, f"if {false}{_unless_kept(writer, item)}: continue")
    _end_list(writer, deep + 2, of_each, found, item)
    return found


def _unless_kept(writer: _Writer, item: str) -> str:
    return f" and {item} is not None" if writer.keeps else ""


def _false(writer: _Writer, value: str) -> str:
    return f"{writer.function.named(is_false)}({value})"


def _begin_list(writer: _Writer, deep: int, base: SyntaxNode, value: str) -> tuple[str, str]:
    items = writer.write(deep, base, value)
    found, item = writer.to(deep, "None"), writer.function.variable()
    writer.function.add(deep, f"if isinstance({items}, list):")
    writer.function.add(deep + 1, f"{found} = []")
    writer.function.add(deep + 1, f"for {item} in {items}:")
    return found, item


def _end_list(writer: _Writer, deep: int, of_each: SyntaxNode, found: str, item: str) -> None:
    each = writer.write(deep, of_each, item)
    condition = "" if writer.keeps else f"if {each} is not None: "
    writer.function.add(deep, f"{condition}{found}.append({each})")


def _flatten(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    found, item = _begin_list(writer, deep, node["children"][0], value)
    writer.function.add(deep + 2, f"if isinstance({item}, list): {found}.extend({item})")
    writer.function.add(deep + 2, f"else: {found}.append({item})")
    return found


def _list_of(writer: _Writer, deep: int, node: SyntaxNode, value: str) -> str:
    found = writer.to(deep, "None")
    writer.function.add(deep, f"if {value} is not None:")
    every = [writer.plain().write(deep + 1, child, value) for child in node["children"]]
    writer.function.add(deep + 1, f"{found} = [{', '.join(every)}]")
    return found


_WRITERS: Final[dict[str, Callable[[_Writer, int, SyntaxNode, str], str]]] = {
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
