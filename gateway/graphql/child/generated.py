"""Functions whose text is made of a document: an object is then written by one display of a dict.

A text holds names of the schema's fields, keys of answers and names of its own. `named` checks each
that comes from outside, so nothing that a client wrote can become anything but a key. Values come
in as constants by name. `GeneratedModule.text` is what is compiled, and can be read.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")  # as GraphQL has it


def named(name: str) -> str:
    """The same name; ValueError if it is none, and has no place in a text."""
    if _NAME.fullmatch(name) is None:
        raise ValueError("a name has letters, digits and underscores")
    return name


class GeneratedModule:
    """Functions of one `value` each, and what they are made with; compiled together, once.

    What is asked for again, such as an agency's id under each fact, is one function.
    """

    def __init__(self, constants: Mapping[str, Any]) -> None:
        self._functions: dict[str, str] = {}
        self._once: dict[tuple[str, ...], str] = {}
        self._kept: list[dict[int, Any]] = []
        self._constants: dict[str, Any] = {
            **constants,
            "str": str,
            "bool": bool,
            "int": int,
            "ValueError": ValueError,
            "id": id,
        }

    @property
    def text(self) -> str:
        """The text of all functions."""
        return "".join(f"def {name}(value):{body}\n" for body, name in self._functions.items())

    def constant(self, name: str, value: Any) -> str:
        """The name of a value in the text; the same of one that was told by this name before."""
        self._constants.setdefault(f"constant_{named(name)}", value)
        return f"constant_{name}"

    def function(self, before: Iterable[str], returned: str) -> str:
        """The name of a function that does this before, and gives this back."""
        body = "".join(f"\n {line}" for line in (*before, f"return {returned}"))
        return self._functions.setdefault(body, f"write{len(self._functions)}")

    def once(self, before: Sequence[str], returned: str) -> str:
        """The call that does the same of values that stand in one answer many times, each once.

        The value's name is to be put in the place of {0}.

        Their places in memory tell them apart, until `forget` is called: while an answer is made
        none of its values goes.
        """
        key = (*before, returned)
        if key not in self._once:
            name = f"kept{len(self._kept)}"
            self._kept.append({})
            self._constants[name] = self._kept[-1]
            write = self.function([*before, f"made = {name}[id(value)] = {returned}"], "made")
            self._once[key] = f"({name}.get(id({{0}})) or {write}({{0}}))"
        return self._once[key]

    def forget(self) -> None:
        """Keep nothing of an answer that was written."""
        for kept in self._kept:
            kept.clear()

    def compiled(self) -> Mapping[str, Callable[[Any], Any]]:
        """The functions by name."""
        module: dict[str, Any] = {**self._constants, "__builtins__": {}}
        exec(compile(self.text, "<a document's writers>", "exec"), module)  # noqa: S102  names alone
        return {name: module[name] for name in self._functions.values()}
