"""The text of one generated function, and the values that it names.

Only fixed words, names of our own fields and numbered names stand in the text. What a manifest says
stands beside it, as a value.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Uncommon(ValueError):
    """A document that the generated functions leave to the exact mapping."""


class NotGenerated(Exception):
    """A mapping that is not of the grammar; the exact one reads all of its documents."""


@dataclass(slots=True)
class Function:
    """Lines of a function that is being written; each is `deep` steps inside of it."""

    head: str
    lines: list[str] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    _variables: int = 0

    def add(self, deep: int, line: str) -> None:
        """Write a line."""
        self.lines.append(f"{'    ' * (deep + 1)}{line}")

    def named(self, value: Any) -> str:
        """The name under which the function finds `value`."""
        name = f"k{len(self.known)}"
        self.known[name] = value
        return name

    def variable(self) -> str:
        """A variable that has no other use."""
        self._variables += 1
        return f"v{self._variables}"

    def made(self) -> Callable[..., Any]:
        """The function."""
        space: dict[str, Any] = {**self.known, "Uncommon": Uncommon}
        text = "\n".join([f"def made({self.head}):", *self.lines])
        exec(compile(text, "<mapping>", "exec"), space)  # noqa: S102  # see above
        found: Callable[..., Any] = space["made"]
        return found
